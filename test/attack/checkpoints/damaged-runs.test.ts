/** Every kind of damage to the newest checkpoint of a run: it goes on from the older one or says why, and no other suffers. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLibrary, type RunRow } from '../../../core/store/index.ts'
import { configToYaml, type RunConfig, resolveConfig } from '../../../core/train/config.ts'
import { inspectRun, recoverRuns, repairRun, runDirectory, runProblem } from '../../../core/train/index.ts'
import type { TrainerMessage } from '../../../core/train/messages.ts'
import { Trainer } from '../../../core/train/trainer.ts'
import { figure } from '../../figures.ts'
import { runRow } from '../../store/support.ts'
import { openStudio } from '../../studio/support.ts'
import { HARMLESS, NAMED, RESUMED } from './damage.ts'

const NEWEST = 600
const OLDER = 400
const MOST = 640
/** Of nobody: what belongs to root it may not read. */
const NOBODY = 65_534

function config(units: number, maxSteps: number): RunConfig {
  return resolveConfig({
    behaviors: {
      basic: {
        trainer_type: 'sac',
        hyperparameters: { batch_size: 32, buffer_init_steps: 100, steps_per_update: 8 },
        network_settings: { hidden_units: units, num_layers: 1 },
        max_steps: maxSteps,
        summary_freq: 100,
        checkpoint_interval: 200,
      },
    },
    env_settings: { env: 'basic', num_envs: 4, seed: 3 },
  })
}

async function train(runDirectory: string, options: { units?: number; maxSteps: number; resume?: boolean }) {
  const messages: TrainerMessage[] = []
  const trainer = await Trainer.create({
    config: config(options.units ?? 16, options.maxSteps),
    runDirectory,
    demonstrations: null,
    resume: options.resume ?? false,
    initializeFrom: null,
    report: (message) => messages.push(message),
  })
  try {
    await trainer.run()
  } finally {
    await trainer.release()
  }
  const rows = messages.flatMap((message) => (message.type === 'metrics' ? message.rows : []))
  return {
    notices: messages.flatMap((message) => (message.type === 'notice' ? [message.text] : [])),
    course: rows.filter(({ name }) => !name.startsWith('time/')),
    resumedAt: messages.find((message) => message.type === 'resumed')?.step,
  }
}

function row(id: string): RunRow {
  return runRow({
    id,
    step: NEWEST,
    maxSteps: MOST,
    config: configToYaml({ ...config(16, MOST), runId: id }),
  })
}

const directory = mkdtempSync(join(tmpdir(), 'understudy-attack-'))
const base = join(directory, 'base')
const other = join(directory, 'other')
const whole = join(directory, 'whole')
const data = join(directory, 'data')
let course: Awaited<ReturnType<typeof train>>['course']

beforeAll(async () => {
  chmodSync(directory, 0o755)
  for (const run of [base, other]) mkdirSync(run)
  await train(base, { maxSteps: NEWEST })
  await train(other, { maxSteps: NEWEST, units: 24 })
  cpSync(base, whole, { recursive: true })
  course = (await train(whole, { maxSteps: MOST, resume: true })).course
  expect(readdirSync(join(base, 'checkpoints')).filter((name) => name.endsWith('.replay'))).toHaveLength(2)
}, 60_000)

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A copy of the run with this damage. */
function damaged(id: string, { damage }: (typeof RESUMED)[number], root = directory): string {
  const run = join(root, id)
  cpSync(base, run, { recursive: true })
  damage({
    directory: join(run, 'checkpoints'),
    newest: NEWEST,
    older: OLDER,
    other: join(other, 'checkpoints', `${NEWEST}.checkpoint`),
  })
  return run
}

/** Permissions mean nothing to root. */
async function asNobody<T>(action: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return action()
  process.seteuid!(NOBODY)
  try {
    return await action()
  } finally {
    process.seteuid!(0)
  }
}

describe('a run whose newest checkpoint is', () => {
  it.each(RESUMED)('$name goes on from the older one as if it had never been further', async (kind) => {
    const run = damaged(`resumed ${RESUMED.indexOf(kind)}`, kind)
    const began = performance.now()
    const { notices, course: taken, resumedAt } = await train(run, { maxSteps: MOST, resume: true })
    figure(
      'resuming from an older checkpoint, 240 steps of training included',
      (performance.now() - began) / 1000,
      's',
    )
    expect(resumedAt).toBe(OLDER)
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/^checkpoint 600 is damaged \(.*\); continuing from 400; 200 steps are lost$/)
    expect(notices[0]).toMatch(kind.reason)
    expect(taken).toEqual(course)
    const policy = (folder: string) => readFileSync(join(folder, 'agent.onnx'))
    expect(policy(run).equals(policy(whole))).toBe(true)
    // Nothing of it is deleted, and it does not come first the next time.
    expect(readdirSync(join(run, 'damaged'))).toContain('600.checkpoint')
    expect(({} as { step?: number }).step).toBeUndefined()
    figure('kinds of damage resumed', RESUMED.indexOf(kind) + 1, 'kinds')
  })

  it.each(HARMLESS)('$name loses nothing', async (kind) => {
    const run = damaged(`harmless ${HARMLESS.indexOf(kind)}`, kind)
    const { notices, resumedAt } = await train(run, { maxSteps: MOST, resume: true })
    expect([notices, resumedAt]).toEqual([[], NEWEST])
  })

  it.each(NAMED)('$name is not given up: it says what keeps it from going on', async (kind) => {
    const run = damaged(`named ${NAMED.indexOf(kind)}`, kind)
    // What a run keeps is its owner's alone, so that nobody else reads a newer one either.
    const whoever = kind.name.includes('newer') ? (action: () => Promise<unknown>) => action() : asNobody
    await whoever(() =>
      expect(train(run, { maxSteps: MOST, resume: true })).rejects.toMatchObject({
        name: 'UserError',
        message: expect.stringMatching(kind.reason),
      }),
    )
    expect(existsSync(join(run, 'damaged'))).toBe(false)
    figure('kinds named', NAMED.indexOf(kind) + 1, 'kinds')
  })
})

describe('a library full of damaged runs', () => {
  const kinds = [...RESUMED, ...NAMED, ...HARMLESS]

  beforeAll(() => {
    const library = openLibrary(data)
    for (const [i, kind] of kinds.entries()) {
      damaged(`damaged-${i}`, kind, join(data, 'runs'))
      library.putRun(row(`damaged-${i}`))
      library.appendMetrics(
        `damaged-${i}`,
        [OLDER, NEWEST].flatMap((step) => [
          { step, name: 'rollout/score', value: step },
          { step, name: 'held_out/win_rate', value: 0.5 },
        ]),
      )
    }
    library.close()
  }, 60_000)

  it('opens, is listed, and trains, resumes and evaluates the others', async () => {
    const began = performance.now()
    const studio = await openStudio(data)
    const { page } = studio
    figure('opening a studio with 32 damaged runs', (performance.now() - began) / 1000, 's')
    const runs = await page.call('runs.list', {})
    expect(runs).toHaveLength(kinds.length)
    for (const [i, kind] of kinds.entries()) {
      const run = runs.find(({ id }) => id === `damaged-${i}`)!
      const told = `${run.state}: ${run.problem}; ${run.message}`
      // A replay buffer is read when it is needed; permissions mean nothing to root.
      const silent = /replay buffer|another run's/.test(kind.name) || HARMLESS.includes(kind)
      if (!silent && kind.name !== 'that may not be read') expect(told).toMatch(kind.reason)
      const { series } = await page.call('runs.metrics', { runId: run.id })
      expect(series['rollout/score']!.steps.length).toBeGreaterThan(0)
    }
    expect(await page.call('agents.list', {})).toHaveLength(kinds.length)

    const fresh = { ...config(16, 200), runId: 'fresh' }
    await page.call('runs.start', { yaml: configToYaml(fresh), demonstrations: [] })
    await page.event('run.state', ({ id, state }) => id === 'fresh' && state === 'finished')
    const agent = await page.call('agents.evaluate', { runId: 'fresh', episodes: 10 })
    expect(agent.evaluation?.episodes).toBe(10)

    const runId = `damaged-${RESUMED.findIndex(({ name }) => name === 'a bit of its weights flipped')}`
    page.seen.length = 0
    await page.call('runs.resume', { runId })
    const going = await page.event('run.state', ({ id, message }) => id === runId && message !== null)
    expect(going.message).toBe(
      'checkpoint 600 is damaged (checksum); continuing from 400; 200 steps are lost',
    )
    await page.event('run.state', ({ id, state }) => id === runId && state === 'finished')
    expect((await page.call('runs.list', {})).find(({ id }) => id === runId)).toMatchObject({
      step: MOST,
      problem: null,
      message: null,
    })
    // Nobody has measured the step 600 of this course.
    const { series } = await page.call('runs.metrics', { runId })
    expect(series['held_out/win_rate']!.steps).toEqual([OLDER])
    expect(studio.bugs).toEqual([])
    await studio.close()
  })

  it('is repaired run by run', async () => {
    const library = openLibrary(data)
    await recoverRuns(library)
    let repaired = 0
    for (const [i, kind] of kinds.entries()) {
      const id = `damaged-${i}`
      // Whether networks fit is known when they are loaded; the others are whole, or for a person to make readable.
      if (NAMED.includes(kind) || HARMLESS.includes(kind) || kind.name === "another run's in its place")
        continue
      const before = library.getRun(id)!
      const { left } = await repairRun(library, id)
      expect([kind.name, left]).toEqual([kind.name, []])
      expect(await runProblem(library, library.getRun(id)!)).toBeNull()
      expect((await inspectRun(library, id)).problems).toEqual([])
      if (before.step === MOST) continue
      expect(library.getRun(id)).toMatchObject({ state: 'stopped', step: OLDER })
      expect(library.readMetrics(id).every(({ step }) => step <= OLDER)).toBe(true)
      expect(existsSync(join(runDirectory(data, id), 'damaged', '600.checkpoint'))).toBe(true)
      repaired++
    }
    figure('runs repaired', repaired, 'runs')
    library.close()
  })
})
