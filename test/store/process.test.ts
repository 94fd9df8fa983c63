import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { childProcess, isSameBoot, judgeProcess, thisProcess } from '../../core/store/process.ts'
import { temporaryDirectory } from './support.ts'

/** Where `/proc` tells when a process was started; elsewhere `ps` does, except on Windows. */
const linux = process.platform === 'linux'

describe('a process', () => {
  it('is alive while it runs, and gone once it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
    await once(child, 'spawn')
    const identity = childProcess(child.pid!)
    expect(judgeProcess(thisProcess())).toBe('alive')
    expect(judgeProcess(identity)).toBe(process.platform === 'win32' ? 'unknown' : 'alive')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(judgeProcess(identity)).toBe('gone')
  })

  it('is not taken for another that has its id by now', () => {
    const parent = childProcess(process.ppid)
    expect(judgeProcess(parent)).not.toBe('gone')
    const judgement = judgeProcess({ ...parent, started: `${Number(parent.started) - 1}` })
    expect(judgement).toBe(process.platform === 'win32' ? 'unknown' : 'gone')
  })

  it('is gone after a restart of its machine, and unknown on another or in another container', () => {
    const here = thisProcess()
    expect(judgeProcess({ ...here, boot: 'an-earlier-one' })).toBe('gone')
    expect(judgeProcess({ ...here, boot: 'of-another', host: 'elsewhere' })).toBe('unknown')
    expect(judgeProcess({ ...here, namespace: 'pid:[1]' })).toBe('unknown')
    expect(judgeProcess({ ...here, namespace: null }, { ...here, namespace: null })).toBe('unknown')
    expect(isSameBoot('1700000000', '1700000003')).toBe(true)
    expect(isSameBoot('1700000000', '1700009000')).toBe(false)
    expect(isSameBoot('0d9f-a', '0d9f-b')).toBe(false)
  })

  it.runIf(linux)('that only waits to be asked how it ended, a zombie, is gone', () => {
    // The shell becomes a program that never asks after the child it inherits.
    const script = 'sleep 0.05 & echo $!; exec sleep 2'
    const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
    return once(parent.stdout!, 'data').then(async ([text]) => {
      const pid = Number(String(text))
      await expect.poll(() => spawnSync('cat', [`/proc/${pid}/stat`]).stdout.toString()).toContain(') Z ')
      expect(process.kill(pid, 0)).toBe(true)
      expect(judgeProcess(childProcess(pid))).toBe('gone')
      parent.kill('SIGKILL')
    })
  })

  it.runIf(linux)('may have a name with spaces and parentheses', async () => {
    const program = join(temporaryDirectory(), 'a) Z (b')
    copyFileSync('/bin/sleep', program)
    const child = spawn(program, ['60'])
    await once(child, 'spawn')
    const identity = childProcess(child.pid!)
    expect(identity.started).toMatch(/^\d+$/)
    expect(judgeProcess(identity)).toBe('alive')
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
})
