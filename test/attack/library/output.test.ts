import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeAtomically } from '../../../core/atomic-file.ts'
import { openLibrary } from '../../../core/store/index.ts'
import { figure } from '../../figures.ts'
import { randomEpisode, temporaryDirectory } from '../../store/support.ts'
import { runCommands } from './places.ts'

describe('--out', () => {
  it('replaces regular files only, in every command that has it, and leaves nothing behind', async () => {
    const dir = temporaryDirectory()
    const library = openLibrary(dir)
    library.addEpisode(randomEpisode(1))
    library.close()
    const place = temporaryDirectory()
    const at = (name: string) => join(place, name)
    mkdirSync(at('folder'))
    spawnSync('mkfifo', [at('pipe')])
    writeFileSync(at('target'), 'old')
    symlinkSync(at('target'), at('link'))
    symlinkSync(at('nowhere'), at('dangling'))
    symlinkSync('/dev/null', at('to-device'))
    const server = createServer().listen(at('socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    const bad = [
      '',
      ' ',
      '/',
      '//',
      '/..',
      '/dev/null',
      '/dev/full',
      at('folder'),
      at('pipe'),
      at('socket'),
      at('dangling'),
    ]
    bad.push(at('to-device'), at('none/below'), at('target/below'), at('new/'), join(place, 'n'.repeat(256)))
    const commands = bad.flatMap((out) => [
      ['demos', 'export', '1', '--format', 'jsonl', '--out', out],
      ['library', 'backup', '--out', out],
    ])
    const before = readdirSync(place).sort()
    const answers = runCommands(
      [...commands, ['demos', 'export', '1', '--format', 'jsonl', '--out', at('link')]],
      { dir },
    )
    for (const [i, { command, code, err }] of answers.slice(0, -1).entries()) {
      expect([command, code]).toEqual([command, i < 10 ? 2 : 1])
      expect([command, err]).toEqual([command, expect.stringMatching(/^error: [^\n]+\n( {7}[^\n]+\n)?$/)])
      expect(err).not.toContain('bug')
    }
    expect(answers.at(-1)!.code).toBe(0)
    expect(readdirSync(place).sort()).toEqual(before)
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(at('target'), 'utf8')).toContain('"environment"')
    for (const name of ['pipe', 'socket', 'folder']) expect(lstatSync(at(name)).isFile()).toBe(false)
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
    server.close()
    figure('places that --out refuses', bad.length, 'places')
  })

  it('leaves no temporary behind when the process is ended, and takes away what a killed one has left', async () => {
    const place = temporaryDirectory()
    const child = new URL('./writing-child.ts', import.meta.url).pathname
    const ended = spawnSync(process.execPath, [child, join(place, 'a'), 'exit'])
    expect(ended.status).toBe(130)
    expect(readdirSync(place)).toEqual([])
    spawnSync(process.execPath, [child, join(place, 'a'), 'kill'])
    const [left, ...others] = readdirSync(place)
    expect(left).toMatch(/^\.understudy-\d+-[0-9a-f]{12}\.tmp$/)
    expect(others).toEqual([])
    await writeAtomically(join(place, 'b'), [Buffer.from('b')])
    // It may be of a container that shares the folder.
    expect(readdirSync(place)).toEqual([left, 'b'])
    utimesSync(join(place, left!), 1, 1)
    writeFileSync(join(place, '.understudy-notes.tmp'), 'mine')
    await writeAtomically(join(place, 'b'), [Buffer.from('c')])
    expect(readdirSync(place).sort()).toEqual(['.understudy-notes.tmp', 'b'])
  })
})

describe('modes', () => {
  it.for([0o000, 0o777])('are 0600 and 0700 under umask %i', (umask) => {
    const dir = join(temporaryDirectory(), 'data')
    const answers = runCommands(
      [
        ['demos', 'tag', '1', '--add', 'x'],
        ['library', 'backup'],
      ],
      { dir, umask },
    )
    expect(answers.map(({ code }) => code)).toEqual([0, 0])
    expect(modesIn(dir)).toEqual([])
  })

  it('of what was made wider are tightened, but not of what is not ours', () => {
    const dir = temporaryDirectory()
    openLibrary(dir).close()
    for (const name of ['runs', 'agents', 'backups']) mkdirSync(join(dir, name), { mode: 0o755 })
    for (const name of ['library.db', 'library.db.v3']) {
      writeFileSync(join(dir, name), readFileSync(join(dir, 'library.db')))
      chmodSync(join(dir, name), 0o666)
    }
    chmodSync(dir, 0o755)
    openLibrary(dir).close()
    expect(modesIn(dir)).toEqual([])
    const home = temporaryDirectory()
    writeFileSync(join(home, 'notes.txt'), '', { mode: 0o644 })
    chmodSync(home, 0o755)
    openLibrary(home).close()
    expect([statSync(home).mode & 0o777, statSync(join(home, 'notes.txt')).mode & 0o777]).toEqual([
      0o755, 0o644,
    ])
    expect(statSync(join(home, 'library.db')).mode & 0o777).toBe(0o600)
  })
})

/** What of a data directory somebody else could read, with its mode. */
function modesIn(dir: string): string[] {
  const paths = [dir, ...readdirSync(dir, { recursive: true }).map((name) => join(dir, String(name)))]
  expect(existsSync(join(dir, 'library.db'))).toBe(true)
  return paths.flatMap((path) => {
    const mode = statSync(path).mode & 0o777
    const right = statSync(path).isDirectory() ? 0o700 : 0o600
    return mode === right ? [] : [`${path} ${mode.toString(8)}`]
  })
}
