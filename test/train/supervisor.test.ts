/** Runs in real processes: finished, stopped, killed, resumed, and owned by somebody who dies. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { recordEpisode } from '../../core/demos/index.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { type Library, openLibrary } from '../../core/store/index.ts'
import { listCheckpoints } from '../../core/train/checkpoint.ts'
import { type RunConfig, resolveConfig } from '../../core/train/config.ts'
import { deleteRun, recoverRuns, runDirectory } from '../../core/train/runs.ts'
import { resumeRun, startRun } from '../../core/train/start-run.ts'
import type { RunHandle } from '../../core/train/supervisor.ts'
import { temporaryDirectory } from '../store/support.ts'
import { rightward } from './rightward.ts'

function config(
  runId: string,
  options: { maxSteps?: number; gail?: boolean; force?: boolean } = {},
): RunConfig {
  const { maxSteps = 1_500, gail = false, force = false } = options
  return resolveConfig({
    behaviors: {
      basic: {
        trainer_type: 'sac',
        hyperparameters: {
          batch_size: 32,
          buffer_init_steps: 100,
          steps_per_update: 8,
          ...(gail ? { demonstration_share: 0.25 } : {}),
        },
        network_settings: { hidden_units: 16, num_layers: 1 },
        reward_signals: { extrinsic: { gamma: 0.9 }, ...(gail ? { gail: { gamma: 0.9 } } : {}) },
        max_steps: maxSteps,
        summary_freq: 100,
        checkpoint_interval: 500,
      },
    },
    env_settings: { env: 'basic', num_envs: 4, seed: 3 },
    checkpoint_settings: { run_id: runId, force },
  })
}

/** Never ends by itself within a test. */
const ENDLESS = 100_000_000

function courseOf(library: Library, run: string) {
  return library.readMetrics(run).filter(({ name }) => !name.startsWith('time/'))
}

function checkpointed(run: RunHandle): Promise<void> {
  return new Promise((resolve) => run.on('checkpoint', () => resolve()))
}

describe('a run', () => {
  it('is trained in a process of its own, with its course in the library and its policy on disk', async () => {
    const library = openLibrary(temporaryDirectory())
    const ids: number[] = []
    for (let seed = 0; seed < 2; seed++) {
      const { episodeId } = await recordEpisode(library, makeEnvironment('basic'), rightward(), seed)
      ids.push(episodeId!)
    }
    const run = await startRun({ library, config: config('whole', { gail: true }), demonstrations: ids })
    expect(run).toMatchObject({ id: 'whole', state: 'running' })
    expect(library.getRunClaim('whole')).toMatchObject({ standing: 'awake', owner: { pid: process.pid } })
    const end = await run.ended
    expect(library.getRunClaim('whole')).toBeUndefined()
    expect(end.failed).toBeNull()
    expect(end.finished).toMatchObject({ complete: true, step: 1_500 })
    expect(library.getRun('whole')).toMatchObject({
      state: 'finished',
      step: 1_500,
      signals: ['extrinsic', 'gail'],
      demonstrations: ids,
      pid: null,
    })
    const names = new Set(library.readMetrics('whole').map((row) => row.name))
    expect(names).toContain('rollout/score')
    expect([...names].some((name) => name.startsWith('gail/'))).toBe(true)
    const directory = runDirectory(library.dir, 'whole')
    expect(existsSync(join(directory, 'agent.onnx'))).toBe(true)
    expect(resolveConfig(readFileSync(join(directory, 'config.yaml'), 'utf8'))).toEqual(
      config('whole', { gail: true }),
    )

    await expect(resumeRun({ library, runId: 'whole' })).rejects.toThrow(
      'has already done all of its 1500 steps',
    )
    await expect(startRun({ library, config: config('whole'), demonstrations: [] })).rejects.toThrow(
      'already exists',
    )
    await deleteRun(library, 'whole')
    expect(existsSync(directory)).toBe(false)
    expect(library.getRun('whole')).toBeUndefined()
  })

  it('that is killed and resumed takes the very course of one that was not', async () => {
    const library = openLibrary(temporaryDirectory())
    const maxSteps = 3_000
    const whole = await startRun({ library, config: config('whole', { maxSteps }), demonstrations: [] })
    await whole.ended

    const killed = await startRun({ library, config: config('killed', { maxSteps }), demonstrations: [] })
    await checkpointed(killed)
    // A summary after the checkpoint: what it says is lost with the process and written anew.
    await new Promise<void>((resolve) => killed.on('metrics', () => resolve()))
    process.kill(library.getRun('killed')!.pid!, 'SIGKILL')
    const end = await killed.ended
    expect(end.failed?.message).toMatch(/^the training process was ended by .*SIGKILL/)
    expect(end.row).toMatchObject({ state: 'failed', pid: null })

    const resumed = await resumeRun({ library, runId: 'killed' })
    expect((await resumed.ended).finished).toMatchObject({ complete: true, step: maxSteps })
    expect(courseOf(library, 'killed')).toEqual(courseOf(library, 'whole'))
    const policy = (id: string) => readFileSync(join(runDirectory(library.dir, id), 'agent.onnx'))
    expect(policy('killed').equals(policy('whole'))).toBe(true)
  })

  it('survives being killed at any moment, in the middle of a checkpoint too', async () => {
    const library = openLibrary(temporaryDirectory())
    const often = (id: string): RunConfig => {
      const { behavior, ...rest } = config(id)
      return { ...rest, behavior: { ...behavior, checkpoint_interval: 20, keep_checkpoints: 2 } }
    }
    const whole = await startRun({ library, config: often('whole'), demonstrations: [] })
    await whole.ended

    const random = new Random(7)
    let run = await startRun({ library, config: often('killed'), demonstrations: [] })
    for (let kills = 0; kills < 3; kills++) {
      await Promise.race([checkpointed(run), run.ended])
      await wait(random.below(60))
      run.kill()
      const { finished } = await run.ended
      if (finished !== null) break
      run = await resumeRun({ library, runId: 'killed' })
    }
    expect((await run.ended).finished).toMatchObject({ complete: true, step: 1_500 })
    expect(courseOf(library, 'killed')).toEqual(courseOf(library, 'whole'))
  })

  it('stops with a checkpoint of the very step, and goes on with a new limit', async () => {
    const library = openLibrary(temporaryDirectory())
    const run = await startRun({ library, config: config('a', { maxSteps: ENDLESS }), demonstrations: [] })
    await checkpointed(run)
    await expect(
      startRun({ library, config: config('a', { force: true }), demonstrations: [] }),
    ).rejects.toThrow('is being trained by process')
    await expect(deleteRun(library, 'a')).rejects.toThrow('is being trained by process')
    await run.stop()
    const row = library.getRun('a')!
    expect(row).toMatchObject({ state: 'stopped', pid: null, message: null })
    const newest = (await listCheckpoints(runDirectory(library.dir, 'a'))).at(-1)!
    expect(newest.step).toBe(row.step)

    const maxSteps = row.step + 400
    const resumed = await resumeRun({ library, runId: 'a', maxSteps })
    expect((await resumed.ended).finished).toMatchObject({ complete: true, step: maxSteps })
    expect(library.getRun('a')).toMatchObject({ state: 'finished', maxSteps })
  })

  it('says what was wrong when it cannot begin', async () => {
    const library = openLibrary(temporaryDirectory())
    await expect(
      startRun({ library, config: config('x', { gail: true }), demonstrations: [] }),
    ).rejects.toThrow('needs demonstrations')
    const run = await startRun({ library, config: config('x', { gail: true }), demonstrations: [99] })
    const { failed, row } = await run.ended
    expect(failed).toMatchObject({ kind: 'user', message: expect.stringContaining('99') })
    expect(row).toMatchObject({ state: 'failed', message: failed!.message })
  })

  it('ends in an orderly way when the library can take no more', async () => {
    const library = openLibrary(temporaryDirectory())
    Object.assign(library, {
      appendMetrics: () => {
        throw new UserError('the disk is full')
      },
    })
    const run = await startRun({
      library,
      config: config('a', { maxSteps: ENDLESS }),
      demonstrations: [],
    })
    const { failed, finished } = await run.ended
    expect(failed).toMatchObject({ kind: 'user', message: 'the disk is full' })
    expect(finished).toMatchObject({ complete: false })
    expect(library.getRun('a')).toMatchObject({ state: 'failed', message: 'the disk is full', pid: null })
    const newest = (await listCheckpoints(runDirectory(library.dir, 'a'))).at(-1)!
    expect(newest.step).toBe(finished!.step)
  })

  it('whose process id somebody else has by now is found to be over', async () => {
    const library = openLibrary(temporaryDirectory())
    const run = await startRun({ library, config: config('a', { maxSteps: 200 }), demonstrations: [] })
    const { row } = await run.ended
    library.putRun({ ...row, state: 'running', maxSteps: ENDLESS, pid: process.pid })
    expect(await recoverRuns(library)).toMatchObject([{ id: 'a', state: 'stopped', step: 200, pid: null }])
  })

  it('outlives nobody: when its owner is killed it writes a checkpoint and ends', async () => {
    const dir = temporaryDirectory()
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'owner-child.ts'), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    // It prints the process id of the training process at the first checkpoint.
    const pid = Number(await new Promise<Buffer>((resolve) => owner.stdout.once('data', resolve)))
    owner.kill('SIGKILL')
    for (let i = 0; i < 200 && alive(pid); i++) await wait(50)
    expect(alive(pid)).toBe(false)

    const library = openLibrary(dir)
    const newest = (await listCheckpoints(runDirectory(dir, 'orphan'))).at(-1)!
    const [recovered] = await recoverRuns(library)
    expect(recovered).toMatchObject({ id: 'orphan', state: 'stopped', step: newest.step, pid: null })
    const steps = library.readMetrics('orphan', { names: ['rollout/score'] }).map(({ step }) => step)
    expect(steps).toEqual(Array.from({ length: Math.floor(newest.step / 100) }, (_, i) => (i + 1) * 100))
    expect(await recoverRuns(library)).toEqual([])
  })
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
