import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLibrary } from '../../core/store/index.ts'
import type { Contender, Run } from '../../core/studio/protocol.ts'
import { openStudio, type TestStudio } from './support.ts'

let studio: TestStudio
let trained: Run

async function start(name: string, maxSteps: number, overrides: Record<string, number> = {}): Promise<Run> {
  const { yaml, problems } = await studio.page.call('training.compose', {
    environment: 'basic',
    preset: 'ppo',
    name,
    overrides: { checkpoint_interval: 1000, ...overrides },
    demonstrations: [],
    seed: 1,
    maxSteps,
  })
  expect(problems).toEqual([])
  return studio.page.call('runs.start', { yaml, name, demonstrations: [] })
}

const ended = (id: string, state: Run['state']) =>
  studio.page.event('run.state', (run) => run.id === id && run.state === state)

beforeAll(async () => {
  studio = await openStudio()
  trained = await start('First try', 3000)
  await ended(trained.id, 'finished')
}, 60_000)

afterAll(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

test('a run trains in the background and tells how it goes', async () => {
  expect(trained).toMatchObject({ id: 'First-try', name: 'First try', state: 'running', algorithm: 'ppo' })
  const last = await studio.page.event(
    'run.progress',
    ({ runId, step }) => runId === trained.id && step === 3000,
  )
  expect(last).toMatchObject({ maxSteps: 3000, etaSeconds: 0 })
  expect(Object.keys(last.metrics)).toEqual(expect.arrayContaining(['rollout/score', 'policy/entropy']))
  const [row] = await studio.page.call('runs.list', {})
  expect(row).toMatchObject({ id: trained.id, state: 'finished', step: 3000, message: null })
})

test('a run that has just begun is on every list at once', async () => {
  const begun = studio.page.seen.findIndex(({ event }) => event === 'run.progress')
  expect(studio.page.seen.slice(0, begun)).toContainEqual({
    event: 'library.changed',
    data: { what: 'runs' },
  })
})

test('the curves are in the library, whole or from a step on', async () => {
  const { series, metrics, progress } = await studio.page.call('runs.metrics', { runId: trained.id })
  expect(progress).toBeNull()
  const score = series['rollout/score']!
  expect(score.steps.at(-1)).toBe(3000)
  expect(score.values).toHaveLength(score.steps.length)
  expect(metrics.find(({ name }) => name === 'rollout/score')).toMatchObject({
    title: 'Score',
    panel: null,
  })
  const later = await studio.page.call('runs.metrics', {
    runId: trained.id,
    afterStep: 1500,
    names: ['rollout/score'],
  })
  expect(Object.keys(later.series)).toEqual(['rollout/score'])
  expect(later.series['rollout/score']!.steps).toEqual(score.steps.filter((step) => step > 1500))
})

test('the policy plays for whoever watches', async () => {
  const recording = await studio.page.call('runs.watch', { runId: trained.id, seed: 4 })
  expect(recording).toMatchObject({ seed: 4, spec: { id: 'basic' } })
  expect(recording.frames.length).toBeGreaterThan(1)
  expect(recording.frames[0]).toMatchObject({ action: null, timeMs: 0 })
})

test('a run is stopped with a checkpoint and resumed from it', async () => {
  const long = await start('Long', 5_000_000, { checkpoint_interval: 100_000 })
  await studio.page.event('run.progress', ({ runId, step }) => runId === long.id && step > 0)
  expect(await studio.page.refusal('runs.delete', { runId: long.id })).toMatchObject({ kind: 'user' })
  expect(studio.host.activeRuns()).toEqual([long.id])
  expect(await studio.page.call('runs.stop', { runId: long.id })).toMatchObject({ stopping: true })
  const stopped = await ended(long.id, 'stopped')
  expect(stopped.step).toBeGreaterThan(0)
  expect(studio.host.activeRuns()).toEqual([])

  studio.page.seen.length = 0
  expect(await studio.page.call('runs.resume', { runId: long.id })).toMatchObject({ state: 'running' })
  const progress = await studio.page.event(
    'run.progress',
    ({ runId, step }) => runId === long.id && step > stopped.step,
  )
  expect(progress.step).toBeGreaterThan(stopped.step)
  await studio.page.call('runs.stop', { runId: long.id })
  await ended(long.id, 'stopped')
  expect(await studio.page.refusal('runs.stop', { runId: long.id })).toMatchObject({ kind: 'user' })
})

test('a double click starts, and resumes, once', async () => {
  const { yaml, runId } = await studio.page.call('training.compose', {
    environment: 'basic',
    preset: 'ppo',
    name: 'Twice',
    overrides: {},
    demonstrations: [],
    maxSteps: 5_000_000,
  })
  const clicks = (click: () => Promise<unknown>) => Promise.allSettled([click(), click()])
  const start = () => studio.page.call('runs.start', { yaml, runId, demonstrations: [] })
  const resume = () => studio.page.call('runs.resume', { runId })
  for (const [click, sentence] of [
    [start, `run "${runId}" already exists`],
    [resume, `run "${runId}" is being trained by process ${process.pid}`],
  ] as const) {
    const [first, second] = await clicks(click)
    expect(first).toMatchObject({ status: 'fulfilled', value: { id: runId, state: 'running' } })
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining(sentence) },
    })
    expect(studio.host.activeRuns()).toEqual([runId])
    await studio.page.event('run.progress', (progress) => progress.runId === runId && progress.step > 0)
    studio.page.seen.length = 0
    await studio.page.call('runs.stop', { runId })
    await ended(runId, 'stopped')
  }
})

test('a run whose owner died is put in order by stopping it', async () => {
  const row = { ...trained, state: 'running' as const, pid: null, config: '', id: 'orphan' }
  const { name, stopping, ...fields } = row
  const other = openLibrary(studio.directory)
  other.claimRun(fields)
  expect(await studio.page.refusal('runs.stop', { runId: 'orphan' })).toMatchObject({
    message: expect.stringMatching(/^run "orphan" was started outside the studio \(process \d+ on /),
  })
  other.close()
  expect(await studio.page.call('runs.stop', { runId: 'orphan' })).toMatchObject({ state: 'stopped' })
  await studio.page.call('runs.delete', { runId: 'orphan' })
})

test('a studio whose library another has opened meanwhile says so', async () => {
  const other = await openStudio()
  const library = openLibrary(other.directory)
  library.setMeta('studio', JSON.stringify({ owner: 'of another', address: null }))
  await expect(other.host.lost).rejects.toThrow(
    'another studio opened this library while this one was asleep',
  )
  await other.close()
  expect(library.getMeta('studio')).toContain('of another')
  library.close()
  await other.remove()
})

test('closing the studio stops its runs with a checkpoint; the next one knows them', async () => {
  const other = await openStudio()
  const { yaml } = await other.page.call('training.compose', {
    environment: 'basic',
    preset: 'ppo',
    name: 'cut',
    overrides: {},
    demonstrations: [],
    maxSteps: 5_000_000,
  })
  const run = await other.page.call('runs.start', { yaml, demonstrations: [] })
  await other.page.event('run.progress', ({ step }) => step > 0)
  await other.close()

  const again = await openStudio(other.directory)
  const [row] = await again.page.call('runs.list', {})
  expect(row).toMatchObject({ id: run.id, state: 'stopped' })
  expect(row!.step).toBeGreaterThan(0)
  await again.remove()
})

test('names are for people, ids stay', async () => {
  const run = await start('Naming', 500)
  await ended(run.id, 'finished')
  const renamed = await studio.page.call('runs.rename', { runId: run.id, name: 'Übung 2' })
  expect(renamed).toMatchObject({ id: 'Naming', name: 'Übung 2' })
  expect((await start('Naming', 500)).id).toBe('Naming-2')
  await ended('Naming-2', 'finished')
  expect(await studio.page.call('runs.delete', { runId: 'Naming' })).toEqual({ deleted: true })
  expect(existsSync(join(studio.directory, 'runs', 'Naming'))).toBe(false)
  expect(await studio.page.refusal('runs.metrics', { runId: 'Naming' })).toMatchObject({ kind: 'user' })
})

test('no two are called the same', async () => {
  const { page } = studio
  const first = await start('Twin', 500)
  await ended(first.id, 'finished')
  const { runId, warnings } = await page.call('training.compose', {
    environment: 'basic',
    preset: 'ppo',
    name: 'twin',
    overrides: {},
    demonstrations: [],
  })
  expect({ runId, warnings }).toEqual({
    runId: 'twin-2',
    warnings: ['Another is called "twin" already: this one will be called "twin 2".'],
  })
  const second = await start('twin', 500)
  expect(second).toMatchObject({ id: 'twin-2', name: 'twin 2' })
  await ended(second.id, 'finished')
  expect(await page.refusal('runs.rename', { runId: second.id, name: 'Twin' })).toMatchObject({
    message: 'the name "Twin" is already taken',
  })
  expect(await page.call('runs.rename', { runId: second.id, name: 'Twin 2' })).toMatchObject({
    name: 'Twin 2',
  })
})

test('a run that has finished goes on, and says what it was made with', async () => {
  const { page } = studio
  const run = await start('Further', 500)
  await ended(run.id, 'finished')
  expect(await page.refusal('runs.resume', { runId: run.id, maxSteps: 500 })).toMatchObject({
    message: 'run "Further" has made 504 steps already',
  })
  studio.page.seen.length = 0
  expect(await page.call('runs.resume', { runId: run.id, maxSteps: 1200 })).toMatchObject({
    state: 'running',
    maxSteps: 1200,
  })
  expect(await ended(run.id, 'finished')).toMatchObject({ step: 1200 })
  const nothing = { demonstrations: [], demonstrationPath: null, gone: 0 }
  expect(await page.call('runs.details', { runId: run.id })).toEqual({ seed: 1, ...nothing })
})

test('a run that its stop rule has ended goes on, too', async () => {
  const { page } = studio
  const yaml = `behaviors: { basic: { trainer_type: ppo, max_steps: 100000 } }
env_settings: { env: basic, seed: 1 }
stop: { max_seconds: 0.01 }
`
  const run = await page.call('runs.start', { yaml, runId: 'Ruled', demonstrations: [] })
  const { step } = await ended(run.id, 'finished')
  expect(step).toBeLessThan(100_000)
  studio.page.seen.length = 0
  await page.call('runs.resume', { runId: run.id, maxSteps: step + 300 })
  expect(await ended(run.id, 'finished')).toMatchObject({ step: step + 300 })
})

test('a run that was deleted comes back whole', async () => {
  const { page, directory } = studio
  const run = await start('Regretted', 1000)
  await ended(run.id, 'finished')
  await page.call('runs.rename', { runId: run.id, name: 'Regretted by all' })
  const before = await page.call('runs.metrics', { runId: run.id })
  const row = (await page.call('runs.list', {})).find(({ id }) => id === run.id)
  const folder = join(directory, 'runs', run.id)
  await page.call('runs.delete', { runId: run.id })
  expect(existsSync(folder)).toBe(false)
  expect((await page.call('runs.list', {})).map(({ id }) => id)).not.toContain(run.id)
  expect(await page.call('runs.restore', { runId: run.id })).toEqual(row)
  expect(await page.call('runs.metrics', { runId: run.id })).toEqual(before)
  expect((await page.call('runs.watch', { runId: run.id, seed: 4 })).seed).toBe(4)
  expect(await page.refusal('runs.restore', { runId: run.id })).toMatchObject({ kind: 'user' })

  await page.call('agents.delete', { runId: run.id })
  const other = await start('Regretted', 500)
  await ended(other.id, 'finished')
  expect(await page.refusal('runs.restore', { runId: run.id })).toMatchObject({
    message: 'there is now another run "Regretted"',
  })
  const aside = () => readdirSync(join(directory, 'runs')).filter((name) => name.startsWith('.Regretted.'))
  expect(aside()).toHaveLength(1)
  await page.call('storage.emptyTrash', {})
  expect(aside()).toEqual([])
  expect(await page.refusal('runs.restore', { runId: run.id })).toMatchObject({
    message: 'run "Regretted" is gone for good',
  })
})

test('a configuration that is wrong starts nothing', async () => {
  const before = await studio.page.call('runs.list', {})
  const yaml = 'behaviors: { basic: { trainer_type: ppo, max_stepz: 3 } }\nenv_settings: { env: basic }\n'
  expect(await studio.page.refusal('runs.start', { yaml, demonstrations: [] })).toMatchObject({
    kind: 'user',
    remedy: expect.stringContaining('max_steps'),
  })
  const taken = await studio.page.refusal('runs.start', {
    yaml: 'behaviors: { basic: { trainer_type: ppo } }\nenv_settings: { env: basic }\n',
    runId: trained.id,
    demonstrations: [],
  })
  expect(taken.message).toContain(trained.id)
  expect(await studio.page.call('runs.list', {})).toEqual(before)
})

test('a run with a policy is an agent: judged on held-out boards, exported, renamed', async () => {
  const { page } = studio
  const [agent] = (await page.call('agents.list', {})).filter(({ runId }) => runId === trained.id)
  expect(agent).toMatchObject({ name: 'First try', evaluation: null, algorithm: 'ppo' })
  expect(agent!.checkpoints.map(({ step }) => step)).toEqual([0, 1000, 2000, 3000])
  const judged = await page.call('agents.evaluate', { runId: trained.id, episodes: 10, taskId: 'judge' })
  expect(judged.evaluation).toMatchObject({ episodes: 10, winRate: 1, cut: null })
  expect(judged.evaluation!.mean).toBeCloseTo(0.93, 2)
  await page.event('task.progress', ({ taskId, done }) => taskId === 'judge' && done === 10)
  const model = await page.call('agents.export', { runId: trained.id })
  expect(model.fileName).toBe('First-try.onnx')
  expect((await studio.fetch(model)).includes('discrete_actions')).toBe(true)
  expect(await page.call('agents.rename', { runId: trained.id, name: 'Ada' })).toMatchObject({ name: 'Ada' })
})

test('deleting an agent removes its run and what was kept about it', async () => {
  const { page } = studio
  const run = await start('Short lived', 1000, { 'env_settings.max_episode_steps': 2 })
  await ended(run.id, 'finished')
  const { evaluation } = await page.call('agents.evaluate', { runId: run.id, episodes: 10 })
  expect(evaluation!.cut).toBe("10 of 10 boards were cut at 2 steps, the run's max_episode_steps")
  expect(await page.call('agents.delete', { runId: run.id })).toEqual({ deleted: true })
  const known = (await page.call('agents.list', {})).map(({ runId }) => runId)
  expect(known).not.toContain(run.id)
  expect(await page.refusal('agents.export', { runId: run.id })).toMatchObject({ kind: 'user' })
  studio.page.seen.length = 0
  expect((await start('Short lived', 1000)).id).toBe(run.id)
  await ended(run.id, 'finished')
  const [again] = (await page.call('agents.list', {})).filter(({ runId }) => runId === run.id)
  expect(again!.evaluation).toBeNull()
})

test('people and agents are compared on the same boards', async () => {
  const { page } = studio
  const game = await page.call('play.start', {
    environment: 'basic',
    seed: 12,
    playerName: 'me',
    record: true,
  })
  for (const choice of [1, 2, 2, 2, 2, 2, 2, 2, 2]) {
    await page.call('play.step', { session: game.session, action: { continuous: [], discrete: [choice] } })
  }
  const { episodeId } = await page.call('play.end', { session: game.session, keep: true })
  const agent: Contender = { kind: 'agent', runId: trained.id, checkpoint: '3000' }
  const contenders: Contender[] = [{ kind: 'episode', id: episodeId! }, agent]

  const { seed, boards, firstDifference } = await page.call('compare.boards', {
    environment: 'basic',
    seed: null,
    contenders,
  })
  expect({ seed, firstDifference }).toEqual({ seed: 12, firstDifference: 1 })
  expect(boards.map(({ playerKind, steps, success }) => [playerKind, steps, success])).toEqual([
    ['human', 9, true],
    ['agent', 7, true],
  ])

  const table = {
    environment: 'basic',
    contenders: [{ kind: 'player', playerName: 'me' } as const, agent],
    episodes: 5,
  }
  const { rows } = await page.call('compare.table', table)
  expect(rows[1]).toMatchObject({ playerKind: 'agent', score: { n: 5, successRate: 1 }, beatsHuman: null })
  expect(rows[1]!.against).toEqual([{ row: 0, probabilityBetter: 1, low: null, high: null, pairedSeeds: 1 }])
  for (const format of ['svg', 'json', 'html'] as const) {
    const file = await page.call('compare.export', { ...table, format })
    expect(file.fileName).toBe(`comparison-basic.${format}`)
    expect((await studio.fetch(file)).toString()).toContain('me')
  }
})

test('who does not play a board is told with the reason, and keeps nobody else from it', async () => {
  const { page } = studio
  const agent: Contender = { kind: 'agent', runId: trained.id }
  const ask = (contenders: Contender[], environment = 'basic') =>
    page.call('compare.boards', { environment, seed: 1, contenders })
  const stranger: Contender = { kind: 'player', playerName: 'stranger' }
  const gone: Contender = { kind: 'episode', id: 4711 }
  const { boards, absent } = await ask([stranger, agent, gone])
  expect(boards.map(({ contender }) => contender)).toEqual([agent])
  expect(absent.map(({ contender, reason }) => [contender, reason])).toEqual([
    [stranger, 'This player has no plays here.'],
    [gone, 'This demonstration is no longer in the library.'],
  ])
  const [me] = (await ask([{ kind: 'player', playerName: 'me' }])).absent
  expect(me).toMatchObject({ reason: 'This player has not played this board.', seed: 12, scored: true })
  for (const [contender, reason] of [
    [{ kind: 'agent', runId: 'nobody' }, 'There is no run "nobody"'],
    [{ kind: 'agent', runId: trained.id, checkpoint: '1234' }, 'The run has no checkpoint at step 1234'],
    [{ kind: 'scripted' }, 'basic has no scripted player'],
  ] as const) {
    const [one] = (await ask([contender])).absent
    expect(one).toMatchObject({ scored: false, waiting: false, seed: null })
    expect(one!.reason.toLowerCase()).toContain(reason.toLowerCase())
  }
  expect((await ask([agent], 'bubble/25')).absent).toHaveLength(1)
  const twice = { environment: 'basic', seed: 1, contenders: [agent, agent] }
  expect(await page.refusal('compare.boards', twice)).toMatchObject({
    message: 'the same contender is chosen twice',
  })
})

test('a long comparison can be cancelled', async () => {
  const { page } = studio
  const contenders: Contender[] = [{ kind: 'scripted' }]
  const refused = page.refusal('compare.table', {
    environment: 'bubble/25',
    contenders,
    episodes: 1000,
    taskId: 'long',
  })
  await page.event('task.progress', ({ taskId }) => taskId === 'long')
  expect(await page.call('tasks.cancel', { taskId: 'long' })).toEqual({ cancelled: true })
  expect(await refused).toMatchObject({ kind: 'user', message: 'cancelled' })
  expect(await page.call('tasks.cancel', { taskId: 'long' })).toEqual({ cancelled: false })
})
