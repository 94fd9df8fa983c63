import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COMMAND, STATUS } from '../../core/remote/mlagents/messages.ts'
import { startTrainer } from '../remote/mlagents/trainer.ts'
import { understudy } from './support.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-env-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]) => understudy(folder, 'env', ...args)

describe.skipIf(process.platform !== 'linux')('understudy env launcher', () => {
  it('writes what a trainer starts as if it were a build', async () => {
    const launcher = join(folder, 'basic.x86_64')
    const { out, err } = run(
      'launcher',
      '--env',
      'basic',
      '--agents',
      '3',
      '--behavior',
      'Line',
      '--out',
      launcher,
    )
    expect([out.trim(), err]).toEqual([launcher, ''])
    const trainer = await startTrainer()
    const log = join(folder, 'Player-0.log')
    const args = ['-nographics', '-batchmode', '--mlagents-port', `${trainer.port}`, '-logFile', log]
    const build = spawn(launcher, args, { stdio: 'ignore' })
    try {
      const ended = new Promise((resolve) => build.once('exit', resolve))
      await trainer.next()
      trainer.input({ initialization: { communicationVersion: '1.5.0' } })
      await trainer.next()
      trainer.input({ rl: { command: COMMAND.reset } })
      const { output } = await trainer.next()
      expect(output!.rl!.agentInfos['Line?team=0']!.value).toHaveLength(3)
      trainer.answer({ header: { status: STATUS.goodbye } })
      expect(await ended).toBe(0)
      expect(readFileSync(log, 'utf8')).toBe('the trainer said goodbye\n')
    } finally {
      build.kill('SIGKILL')
      trainer.kill()
    }
  })

  it('refuses an environment that there is not, before a trainer waits for it', () => {
    const launcher = join(folder, 'basic.x86_64')
    const { code, err } = run('launcher', '--env', 'basik', '--out', launcher)
    expect(code).toBe(2)
    expect(err).toContain('did you mean "basic"?')
    expect(existsSync(launcher)).toBe(false)
  })
})

describe('understudy env serve', () => {
  it('gives up when no trainer listens, in the log of the build too', async () => {
    const trainer = await startTrainer()
    trainer.kill()
    const log = join(folder, 'Player-1.log')
    const build = ['--', '--mlagents-port', `${trainer.port}`, '-logFile', log]
    const { code, err } = run('serve', '--env', 'basic', '--wait', '1', ...build)
    const sentence = `no trainer was listening on localhost:${trainer.port} within 1 s`
    expect([code, err]).toEqual([1, expect.stringContaining(sentence)])
    expect(readFileSync(log, 'utf8')).toContain(sentence)
  })

  it('asks where the trainer is', () => {
    const { code, err } = run('serve', '--env', 'basic')
    expect([code, err]).toEqual([2, expect.stringContaining('give --mlagents-port 5004')])
  })
})
