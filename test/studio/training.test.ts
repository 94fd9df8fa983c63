import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLibrary } from '../../core/store/index.ts'
import { resolveConfig } from '../../core/train/index.ts'
import { openStudio, type TestStudio } from './support.ts'

let studio: TestStudio
let bundled: number[]

beforeAll(async () => {
  studio = await openStudio()
  const rows = await studio.page.call('demonstrations.list', { environment: 'bubble/25' })
  bundled = rows.map(({ id }) => id)
})

afterAll(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

const compose = (change: object) =>
  studio.page.call('training.compose', {
    environment: 'bubble/25',
    preset: 'sac-gail',
    name: 'first',
    overrides: {},
    demonstrations: bundled,
    ...change,
  })

test('one preset is recommended and every preset resolves', async () => {
  const presets = await studio.page.call('training.presets', { environment: 'bubble/25' })
  expect(presets.filter(({ recommended }) => recommended)).toMatchObject([
    { id: 'sac-gail', algorithm: 'sac', signals: ['extrinsic', 'gail'], needsDemonstrations: true },
  ])
  for (const { yaml, maxSteps } of presets) expect(resolveConfig(yaml).behavior.max_steps).toBe(maxSteps)
})

test("the advanced form shows the preset's values and explains each setting", async () => {
  const settings = await studio.page.call('training.settings', {
    environment: 'bubble/25',
    preset: 'sac-gail',
  })
  const presets = await studio.page.call('training.presets', { environment: 'bubble/25' })
  const { behavior } = resolveConfig(presets.find(({ id }) => id === 'sac-gail')!.yaml)
  const byPath = new Map(settings.map((setting) => [setting.path, setting]))
  expect(byPath.get('hyperparameters.learning_rate')!.default).toBe(behavior.hyperparameters.learning_rate)
  expect(byPath.get('max_steps')!.default).toBe(behavior.max_steps)
  expect(settings.filter(({ description }) => description === '')).toEqual([])
})

test('what is composed is what the settings say', async () => {
  const { yaml, runId, problems, warnings } = await compose({
    name: 'Früher Versuch!',
    overrides: { 'hyperparameters.learning_rate': 0.002, 'reward_signals.gail.strength': 0.01 },
    seed: 7,
    maxSteps: 3000,
    control: 'shuffled',
  })
  expect({ runId, problems, warnings }).toEqual({ runId: 'Fruher-Versuch', problems: [], warnings: [] })
  const config = resolveConfig(yaml)
  expect(config).toMatchObject({ runId, seed: 7, gailControl: 'shuffled', environment: 'bubble/25' })
  expect(config.behavior).toMatchObject({
    max_steps: 3000,
    hyperparameters: { learning_rate: 0.002 },
    reward_signals: { gail: { strength: 0.01 } },
  })
})

test('every wrong setting is named, and the sound ones are kept', async () => {
  const { yaml, problems } = await compose({
    overrides: { 'hyperparameters.learning_rate': -1, 'hyperparameters.batch_sise': 3, summary_freq: 250 },
  })
  expect(problems.map(({ path }) => path)).toEqual([
    'hyperparameters.learning_rate',
    'hyperparameters.batch_sise',
  ])
  expect(problems[0]!.message).toBe('must be above 0; it is -1')
  expect(problems[1]!.remedy).toBe('did you mean "batch_size"?')
  expect(resolveConfig(yaml).behavior.summary_freq).toBe(250)
})

test('how the environments step and when the run ends can be set, too', async () => {
  const settings = await studio.page.call('training.settings', {
    environment: 'bubble/25',
    preset: 'sac-gail',
  })
  const byPath = new Map(settings.map((setting) => [setting.path, setting]))
  expect(byPath.get('env_settings.num_envs')).toMatchObject({ default: 8, kind: 'integer', minimum: 1 })
  expect(byPath.get('env_settings.pace')).toMatchObject({ default: null, kind: 'number' })
  expect(byPath.get('stop.at')).toMatchObject({ default: 'none', kind: 'choice' })
  const overrides = {
    'env_settings.workers': 2,
    'env_settings.stepping': 'async',
    'stop.at': 'mastered',
    'stop.max_seconds': 600,
  }
  const { yaml, problems } = await compose({ overrides })
  expect(problems).toEqual([])
  expect(resolveConfig(yaml)).toMatchObject({
    numEnvs: 8,
    rollout: { workers: 2, stepping: 'async' },
    stop: { at: 'mastered', max_seconds: 600 },
  })
})

test('settings that are sound alone and not together are a problem', async () => {
  const alone = { 'env_settings.workers': 8, 'env_settings.num_envs': 1 }
  const { problems } = await compose({ overrides: alone })
  expect(problems).toMatchObject([
    { path: 'env_settings', message: expect.stringContaining('8 workers are more') },
  ])
})

test('demonstrations that do not fit are a problem, few ones a warning', async () => {
  const none = await compose({ demonstrations: [] })
  expect(none.problems.map(({ path }) => path)).toEqual(['demonstrations'])
  const foreign = await compose({ environment: 'basic' })
  expect(foreign.problems[0]!.message).toMatch(
    /another environment: episode \d+ was played in bubble\/25 and has/,
  )
  const library = openLibrary(studio.directory)
  const episode = library.readEpisode(bundled[0]!)
  const environment = { ...episode.environment, id: 'unity:Bubble', version: 0 }
  const fitting = library.addEpisode({ ...episode, environment })
  library.close()
  expect(await compose({ demonstrations: [...bundled, fitting] })).toMatchObject({
    problems: [],
    warnings: [
      '1 of the demonstrations was played in another environment, whose observations and actions are the same.',
    ],
  })
  expect((await compose({ demonstrations: bundled.slice(0, 2) })).warnings).toHaveLength(1)
  expect((await compose({ preset: 'sac' })).warnings).toEqual(['This preset makes no use of demonstrations.'])
})

test('an algorithm without a preset is offered with its defaults', async () => {
  const request = { environment: 'basic', preset: 'dqn' }
  expect(await studio.page.call('training.settings', request)).toContainEqual(
    expect.objectContaining({ path: 'hyperparameters.double_q', default: true }),
  )
  expect(resolveConfig((await compose(request)).yaml).behavior.trainer_type).toBe('dqn')
})

test('an unknown preset is refused with the known ones', async () => {
  const request = { environment: 'basic', preset: 'impala' }
  expect(await studio.page.refusal('training.settings', request)).toMatchObject({
    kind: 'user',
    remedy: expect.stringContaining('ppo'),
  })
})
