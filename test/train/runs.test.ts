/** Runs that a disk, a crash or a person has left in disorder: recovered, repaired, measured and pruned one by one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { type Library, openLibrary, type RunRow } from '../../core/store/index.ts'
import { checkpointDirectory, writeCheckpoint } from '../../core/train/checkpoint.ts'
import { configToYaml, resolveConfig } from '../../core/train/config.ts'
import {
  deleteRun,
  inspectRun,
  pruneRun,
  recoverRuns,
  repairRun,
  runDirectory,
  runProblem,
  runSizes,
  savedConfig,
  startRun,
} from '../../core/train/index.ts'
import { runRow, temporaryDirectory } from '../store/support.ts'
import { checkpoint } from './some-checkpoint.ts'

const CONFIG = resolveConfig({
  behaviors: { basic: { trainer_type: 'sac', max_steps: 1_000 } },
  env_settings: { env: 'basic', seed: 3 },
})

function row(id: string, change: Partial<RunRow> = {}): RunRow {
  return runRow({ id, step: 450, score: 9, config: configToYaml({ ...CONFIG, runId: id }), ...change })
}

/** With checkpoints at 100, 200, 300 and 400, and metrics beyond. */
async function library(...ids: string[]): Promise<Library> {
  const library = openLibrary(temporaryDirectory())
  for (const id of ids) {
    library.putRun(row(id))
    const directory = runDirectory(library.dir, id)
    for (const step of [100, 200, 300, 400]) {
      await writeCheckpoint(directory, checkpoint(step), Uint8Array.of(step / 100), 5)
      library.appendMetrics(id, [{ step: step + 50, name: 'rollout/score', value: 0 }])
    }
    writeFileSync(join(directory, 'config.yaml'), row(id).config)
  }
  return library
}

function files(library: Library, id: string): string[] {
  return readdirSync(checkpointDirectory(runDirectory(library.dir, id))).sort()
}

function damage(library: Library, id: string, ...names: string[]): void {
  const directory = checkpointDirectory(runDirectory(library.dir, id))
  for (const name of names)
    writeFileSync(join(directory, name), readFileSync(join(directory, name)).subarray(1))
}

const EVERY_CHECKPOINT = [100, 200, 300, 400].map((step) => `${step}.checkpoint`)

describe('recovery', () => {
  it('takes what is on disk for true, run by run', async () => {
    const runs = await library('whole', 'older', 'nothing', 'closed')
    damage(runs, 'older', '400.checkpoint')
    damage(runs, 'nothing', ...EVERY_CHECKPOINT)
    const closed = checkpointDirectory(runDirectory(runs.dir, 'closed'))
    rmSync(closed, { recursive: true })
    writeFileSync(closed, 'a file where a folder must be')
    await recoverRuns(runs)
    const closing = 'its window or terminal was closed; it can be resumed from its last checkpoint'
    expect(runs.getRun('whole')).toMatchObject({ state: 'stopped', step: 400, score: 4, message: closing })
    expect(runs.getRun('older')).toMatchObject({ state: 'stopped', step: 300, score: 3 })
    expect(runs.getRun('nothing')).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/^it cannot be resumed: checkpoint 400 is damaged \(first bytes: /),
    })
    expect(runs.getRun('closed')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('found a file where its folder should be'),
    })
    // What came after the checkpoint did not happen.
    expect(runs.readMetrics('older').map(({ step }) => step)).toEqual([150, 250, 300])
  })

  it('tells of each what is wrong with it', async () => {
    const runs = await library('whole', 'older', 'gone', 'policy', 'yaml')
    damage(runs, 'older', '400.checkpoint')
    rmSync(runDirectory(runs.dir, 'gone'), { recursive: true })
    rmSync(join(runDirectory(runs.dir, 'policy'), 'agent.onnx'))
    runs.putRun(row('yaml', { config: 'behaviors: [' }))
    await recoverRuns(runs)
    runs.putRun({ ...runs.getRun('gone')!, step: 400 })
    const problem = (id: string) => runProblem(runs, runs.getRun(id)!)
    expect(await problem('whole')).toBeNull()
    expect(await problem('older')).toMatch(
      /^checkpoint 400 is damaged \(first bytes: .*\); if resumed, the run goes back to an older one$/,
    )
    expect(await problem('gone')).toBe('its folder is gone; only its curves are left')
    expect(await problem('policy')).toMatch(
      /^its policy agent.onnx is damaged \(no such file\); `understudy runs repair policy`/,
    )
    expect(await problem('yaml')).toMatch(
      /^its configuration in the library cannot be read; `understudy runs repair yaml`/,
    )
  })
})

describe('a row that the disk has damaged', () => {
  it('is listed, refused and repaired from the folder of the run', async () => {
    const runs = await library('rotten', 'whole')
    await recoverRuns(runs)
    const before = runs.getRun('rotten')!
    const database = new Database(runs.file)
    database.pragma('ignore_check_constraints = ON')
    database.exec(`UPDATE run SET signals = '["extrin', state = 'stoqped', step = -7 WHERE id = 'rotten'`)
    database.close()
    const damaged = runs.listRuns().find(({ id }) => id === 'rotten')!
    expect(damaged).toMatchObject({ damage: 'signals, state, step', signals: [], state: 'failed', step: 0 })
    expect(await runProblem(runs, damaged)).toMatch(
      /^its row in the library is damaged \(signals, state, step\)/,
    )
    expect(() => savedConfig(damaged)).toThrow(
      'the row of run "rotten" in the library is damaged (signals, state, step)',
    )
    expect(() => runs.putRun(damaged)).toThrow('the row of run "rotten" is damaged')
    await recoverRuns(runs)
    expect(runs.listRuns()).toHaveLength(2)
    const { done, left } = await repairRun(runs, 'rotten')
    expect([done, left]).toEqual([['its row in the library was recreated'], []])
    expect(runs.getRun('rotten')).toEqual({ ...before, finishedAtUs: expect.any(Number), message: null })
  })
})

describe('repair', () => {
  it('sets aside what is damaged and goes back to the newest that can be resumed', async () => {
    const runs = await library('a')
    await recoverRuns(runs)
    damage(runs, 'a', '200.checkpoint', '400.replay')
    writeFileSync(join(runDirectory(runs.dir, 'a'), 'config.yaml'), '[')
    const { done, left } = await repairRun(runs, 'a')
    expect(done).toEqual([
      expect.stringMatching(/^checkpoint 200 was set aside \(first bytes: /),
      expect.stringMatching(/^checkpoint 400 was set aside \(replay buffer: first bytes: /),
      'agent.onnx is again the policy of checkpoint 300',
      'config.yaml was written from the library',
      'the run is stopped at step 300',
    ])
    expect(left).toEqual([])
    expect(runs.getRun('a')).toMatchObject({ state: 'stopped', step: 300, score: 3, message: null })
    expect(runs.readMetrics('a').map(({ step }) => step)).toEqual([150, 250, 300])
    const directory = runDirectory(runs.dir, 'a')
    expect([...readFileSync(join(directory, 'agent.onnx'))]).toEqual([3])
    expect(readdirSync(join(directory, 'damaged')).sort()).toEqual([
      '200.checkpoint',
      '200.onnx',
      '400.checkpoint',
      '400.onnx',
      '400.replay',
      'config.yaml',
    ])
    expect(await repairRun(runs, 'a')).toEqual({ done: [], left: [] })
  })

  it('makes a row for a folder that is not in the library, which is not overwritten before', async () => {
    const runs = await library('lost')
    runs.deleteRun('lost')
    expect((await inspectRun(runs, 'lost')).problems).toEqual(['it is not in the library'])
    await expect(
      startRun({ library: runs, config: { ...CONFIG, runId: 'lost' }, demonstrations: [] }),
    ).rejects.toThrow('there is already a folder for a run "lost", which is not in the library')
    await repairRun(runs, 'lost')
    expect(runs.getRun('lost')).toMatchObject({
      environmentId: 'basic',
      algorithm: 'sac',
      signals: ['extrinsic'],
      state: 'stopped',
      step: 400,
      maxSteps: 1_000,
      config: row('lost').config,
    })
    expect(runs.readMetrics('lost').map(({ step }) => step)).toEqual([400])
  })

  it('takes the configuration from where it is whole, and says so when that is nowhere', async () => {
    const runs = await library('a')
    await recoverRuns(runs)
    runs.putRun({ ...runs.getRun('a')!, config: '[' })
    expect((await repairRun(runs, 'a')).done).toContain('its configuration was taken from config.yaml')
    expect(savedConfig(runs.getRun('a')!)).toEqual({ ...CONFIG, runId: 'a' })
    runs.putRun({ ...runs.getRun('a')!, config: '[' })
    rmSync(join(runDirectory(runs.dir, 'a'), 'config.yaml'))
    await expect(repairRun(runs, 'a')).rejects.toThrow('neither in the library nor in its config.yaml')
  })

  it('keeps the policy of a run that has no whole checkpoint', async () => {
    const runs = await library('a')
    damage(runs, 'a', ...EVERY_CHECKPOINT)
    await recoverRuns(runs)
    const { left } = await repairRun(runs, 'a')
    expect(left).toEqual(['its checkpoints are gone: it can be played but not resumed'])
    expect(runs.getRun('a')).toMatchObject({ state: 'failed' })
    expect(existsSync(join(runDirectory(runs.dir, 'a'), 'agent.onnx'))).toBe(true)
  })

  it('refuses a run that is being trained, and one that is not there', async () => {
    const runs = await library('a')
    const owner = openLibrary(runs.dir)
    owner.claimRun(row('a', { pid: process.pid }))
    for (const act of [repairRun(runs, 'a'), pruneRun(runs, 'a', 1), deleteRun(runs, 'a')]) {
      await expect(act).rejects.toThrow(`run "a" is being trained by process ${process.pid}`)
    }
    owner.close()
    await expect(repairRun(runs, 'b')).rejects.toThrow('there is no run "b"')
  })
})

describe('the disk that runs take', () => {
  it('is measured by what it is for, folders that the library does not know among them', async () => {
    const runs = await library('a', 'b')
    await pruneRun(runs, 'b', 1)
    runs.deleteRun('b')
    writeFileSync(join(runDirectory(runs.dir, 'a'), 'events.out.tfevents.1.understudy'), 'events')
    const [a, b] = await runSizes(runs)
    expect([a!.id, b!.id]).toEqual(['a', 'b'])
    expect(a).toMatchObject({ policies: 5, events: 6, other: row('a').config.length })
    expect(a!.replayBuffers).toBe(2 * b!.replayBuffers)
    const { id: _, total, ...parts } = a!
    expect(Object.values(parts).reduce((sum, part) => sum + part)).toBe(total)
  })

  it('is given back but for the newest checkpoints that are whole', async () => {
    const runs = await library('a')
    await recoverRuns(runs)
    const before = (await runSizes(runs))[0]!.total
    damage(runs, 'a', '400.checkpoint')
    const freed = await pruneRun(runs, 'a', 1)
    // The damaged one may hold the only policy of its step.
    expect(files(runs, 'a')).toEqual([
      '300.checkpoint',
      '300.onnx',
      '300.replay',
      '400.checkpoint',
      '400.onnx',
      '400.replay',
    ])
    expect(freed).toBe(before - 1 - (await runSizes(runs))[0]!.total)
    await repairRun(runs, 'a')
    expect(await pruneRun(runs, 'a', 1, { replay: true })).toBeGreaterThan(4_000)
    expect(files(runs, 'a')).toEqual(['300.checkpoint', '300.onnx'])
    expect(existsSync(join(runDirectory(runs.dir, 'a'), 'damaged'))).toBe(false)
    await expect(pruneRun(runs, 'a', 0)).rejects.toThrow('at least one checkpoint must be kept')
  })

  it('is not given back where no checkpoint is whole, nor what is not a file', async () => {
    const runs = await library('a')
    damage(runs, 'a', ...EVERY_CHECKPOINT)
    mkdirSync(join(checkpointDirectory(runDirectory(runs.dir, 'a')), '50.checkpoint'))
    const before = files(runs, 'a')
    expect(await pruneRun(runs, 'a', 1)).toBe(0)
    expect(files(runs, 'a')).toEqual(before)
  })
})
