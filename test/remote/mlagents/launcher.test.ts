import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { launcherFile, launcherScript, readBuildArguments } from '../../../core/remote/mlagents/launcher.ts'

describe('a launcher', () => {
  it('lies where the client of each platform looks for a build', () => {
    expect(launcherFile('/games/basic', 'linux')).toBe('/games/basic.x86_64')
    expect(launcherFile('/games/basic.x86_64', 'linux')).toBe('/games/basic.x86_64')
    expect(launcherFile('/games/basic', 'darwin')).toBe('/games/basic.app/Contents/MacOS/basic')
    expect(launcherFile('/games/basic.app', 'darwin')).toBe('/games/basic.app/Contents/MacOS/basic')
    expect(() => launcherFile('basic', 'win32')).toThrow(/no scripts on Windows/)
  })

  it.skipIf(process.platform === 'win32')('passes words on as they are, and becomes the program', () => {
    const folder = mkdtempSync(join(tmpdir(), 'launcher-'))
    try {
      const file = join(folder, "it's a game.x86_64")
      const print = 'console.log(JSON.stringify([process.pid, ...process.argv.slice(1)]))'
      writeFileSync(file, launcherScript([process.execPath, '-e', print, '$HOME', "it's", 'a\\b "c"']))
      chmodSync(file, 0o755)
      const { stdout, pid } = spawnSync(file, ['--mlagents-port', '5006', '-nographics'], {
        encoding: 'utf8',
      })
      expect(JSON.parse(stdout)).toEqual([
        ...[pid, '$HOME', "it's", 'a\\b "c"'],
        ...['--', '--mlagents-port', '5006', '-nographics'],
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('understands what a trainer passes to a build, and lets the rest be', () => {
    const args = '-nographics -batchmode --mlagents-port 5007 -logFile /tmp/Player-2.log -screen-width 84'
    expect(readBuildArguments(args.split(' '))).toEqual({ port: 5007, logFile: '/tmp/Player-2.log' })
    expect(readBuildArguments(['-logfile', '-'])).toEqual({})
    expect(() => readBuildArguments(['--mlagents-port', 'next'])).toThrow(/must be 1 to 65535, not "next"/)
    expect(() => readBuildArguments(['--mlagents-port'])).toThrow(/not "undefined"/)
  })
})
