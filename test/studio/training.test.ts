import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openLibrary } from '../../core/store/index.ts'
import { resolveConfig } from '../../core/train/index.ts'
import { openStudio, type TestStudio, temporaryDirectory } from './support.ts'

let studio: TestStudio
let bundled: number[]

beforeAll(async () => {
  vi.stubEnv('UNDERSTUDY_CONFIG', temporaryDirectory())
  studio = await openStudio()
  const rows = await studio.page.call('demonstrations.list', { environment: 'bubble/25' })
  bundled = rows.map(({ id }) => id)
})

afterAll(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
  vi.unstubAllEnvs()
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
  const { settings } = await studio.page.call('training.settings', {
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
  const { settings } = await studio.page.call('training.settings', {
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
  expect(await compose({ preset: 'sac', demonstrations: [] })).toMatchObject({ problems: [], warnings: [] })
})

test('an algorithm without a preset is offered with its defaults', async () => {
  const request = { environment: 'basic', preset: 'dqn' }
  const { settings } = await studio.page.call('training.settings', request)
  expect(settings).toContainEqual(
    expect.objectContaining({ path: 'hyperparameters.double_q', default: true }),
  )
  expect(resolveConfig((await compose(request)).yaml).behavior.trainer_type).toBe('dqn')
})

test('parts are added and taken off, and the form follows', async () => {
  const request = { environment: 'bubble/25', preset: 'sac' }
  const form = (parts: Record<string, boolean>, chosen: Record<string, string> = {}) =>
    studio.page.call('training.settings', { ...request, parts, chosen })
  const signal = 'reward_signals.gail'
  const plain = await form({})
  expect(plain.parts.find(({ path }) => path === signal)).toMatchObject({ on: false, refused: null })
  expect(plain.settings.some(({ path }) => path.startsWith(signal))).toBe(false)
  const { settings, parts } = await form({ [signal]: true }, { 'network_settings.network_type': 'residual' })
  expect(parts.find(({ path }) => path === signal)).toMatchObject({ on: true })
  expect(settings).toContainEqual(expect.objectContaining({ path: `${signal}.strength`, default: 1 }))
  expect(settings).toContainEqual(
    expect.objectContaining({ path: 'network_settings.network_options.expansion', label: 'Expansion' }),
  )
  const composed = await compose({ ...request, parts: { [signal]: true }, demonstrations: [] })
  expect(composed).toMatchObject({
    needsDemonstrations: true,
    problems: [{ path: 'demonstrations', label: 'Demonstrations' }],
  })
  const taken = await compose({ parts: { [signal]: false }, demonstrations: bundled })
  expect(taken).toMatchObject({ needsDemonstrations: true, problems: [] })
  expect(taken.yaml).not.toContain('gail')
})

describe('a configuration that is pasted', () => {
  const read = (yaml: string, mayAsk = true) =>
    studio.page.call('training.read', { yaml, environment: 'bubble/25', mayAsk })

  test('fills the form with what of it is sound, and can be gone on from', async () => {
    const { environment, given, name, problems } = await read(`
behaviors: { Mine: { trainer_type: dqn, hyperparameters: { batch_size: 64, tua: 1 }, max_steps: 900 } }
env_settings: { env: basic, num_envs: 3 }
checkpoint_settings: { run_id: third }
`)
    expect({ environment, name }).toEqual({ environment: 'basic', name: 'third' })
    expect(problems).toMatchObject([{ line: 2, message: 'unknown key', remedy: 'did you mean "tau"?' }])
    expect(given).toMatchObject({ title: 'Your configuration', algorithm: 'dqn', maxSteps: 900 })
    const composed = await compose({
      environment,
      preset: given!.id,
      given: given!.yaml,
      name: '',
      demonstrations: [],
      overrides: { 'hyperparameters.tau': 0.5 },
    })
    expect(composed).toMatchObject({ runId: 'dqn', problems: [] })
    expect(resolveConfig(composed.yaml)).toMatchObject({
      numEnvs: 3,
      behavior: { max_steps: 900, hyperparameters: { batch_size: 64, tau: 0.5 } },
    })
  })

  test('loads a plugin only once the person has said yes, and goes on without it after a no', async () => {
    const folder = temporaryDirectory()
    const plugin = join(folder, 'mine.ts')
    writeFileSync(
      plugin,
      "import { writeFileSync } from 'node:fs'\nwriteFileSync(new URL('ran', import.meta.url), '')",
    )
    const yaml = `plugins: [${plugin}]\nbehaviors: { B: { trainer_type: ppo } }\nenv_settings: { env: basic }`
    const request = { yaml, environment: 'bubble/25', mayAsk: true }
    const { asks } = await studio.page.refusal('training.read', request)
    expect(asks).toMatchObject({ kind: 'plugin', name: plugin })
    const without = await read(yaml, false)
    expect(without.problems).toMatchObject([
      { keys: ['plugins'], message: `the plugin ${plugin} has not been added here` },
    ])
    expect(without.given).toMatchObject({ algorithm: 'ppo' })
    expect(without.given!.yaml).not.toContain('plugins')
    expect(existsSync(join(folder, 'ran'))).toBe(false)
    await studio.page.call('environments.admit', { name: plugin, sha256: asks!.sha256 })
    expect((await read(yaml)).problems).toEqual([])
    expect(existsSync(join(folder, 'ran'))).toBe(true)
  })

  test.each([
    ['plugins: [./mine.ts]', 'pasted text lies nowhere'],
    ['env_settings: { env: basc }', 'unknown environment "basc"'],
    ['behaviors: { B: { reward_signals: { gail: { demo_path: a.demo } } } }', 'opens no file'],
    ['nothing at all', 'expected sections'],
  ])('tells what it must not name, or is not: %s', async (yaml, message) => {
    const { problems, environment } = await read(yaml)
    expect(problems).toMatchObject([{ message: expect.stringContaining(message) }])
    expect(environment).toBe('bubble/25')
  })
})

test('an unknown preset is refused with the known ones', async () => {
  const request = { environment: 'basic', preset: 'impala' }
  expect(await studio.page.refusal('training.settings', request)).toMatchObject({
    kind: 'user',
    remedy: expect.stringContaining('ppo'),
  })
})
