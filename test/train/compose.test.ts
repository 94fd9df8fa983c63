import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environmentSpecs, makeEnvironment } from '../../core/envs/index.ts'
import { algorithmNames, rewardSignalNames } from '../../core/learn/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { choiceOf, choicesFor, wishedChoice } from '../../core/train/choices.ts'
import { composeConfig } from '../../core/train/compose.ts'
import { configToYaml } from '../../core/train/config.ts'
import { presetsFor } from '../../core/train/presets.ts'
import { freeRunId } from '../../core/train/run-id.ts'
import { describeParts } from '../../core/train/run-parts.ts'
import { startProblems } from '../../core/train/start-problems.ts'
import { parseYaml } from '../../core/train/yaml.ts'
import { temporaryDirectory } from '../store/support.ts'

const choices = (id: string) => choicesFor(id, makeEnvironment(id).spec)

describe('what can be begun in an environment', () => {
  it.each(environmentSpecs().map(({ id }) => id))('is every algorithm that takes its actions: %s', (id) => {
    const { action } = makeEnvironment(id).spec
    const algorithms = choices(id).map(({ config }) => {
      const [behavior] = Object.values(config.behaviors as Record<string, { trainer_type: string }>)
      return behavior!.trainer_type
    })
    const refuses: Record<string, boolean> = { dqn: action.continuous > 0, td3: action.discrete.length > 0 }
    const expected = algorithmNames().filter((name) => refuses[name] !== true)
    expect(new Set(algorithms)).toEqual(new Set(expected))
    expect(new Set(choices(id).map((choice) => choice.id)).size).toBe(choices(id).length)
  })

  it('begins with the presets, and names the nearest of what is not there', () => {
    const presets = presetsFor('basic')
    expect(choices('basic').slice(0, presets.length)).toEqual(presets)
    const { spec } = makeEnvironment('basic')
    expect(choiceOf('basic', spec, 'dqn').title).toBe('Deep Q-learning')
    expect(() => choiceOf('basic', spec, 'dnq')).toThrow('there is no preset "dnq" for basic')
    expect(() => choiceOf('pendulum', makeEnvironment('pendulum').spec, 'dqn')).toThrow(
      'there is no preset "dqn" for pendulum',
    )
  })
})

it('a configuration has what is sound of the choices, and each that is not is told', () => {
  const { config } = choiceOf('basic', makeEnvironment('basic').spec, 'dqn')
  const settings = {
    'hyperparameters.learning_rate': 0.002,
    'hyperparameters.batch_size': -1,
    'env_settings.num_envs': 3,
  }
  const composed = composeConfig(config, { settings }, { environment: 'basic', runId: 'mine' })
  expect(composed.problems.map(({ path }) => path)).toEqual(['hyperparameters.batch_size'])
  expect(composed.config).toMatchObject({ runId: 'mine', numEnvs: 3 })
  expect(composed.config.behavior).toMatchObject({
    trainer_type: 'dqn',
    hyperparameters: { learning_rate: 0.002 },
  })
})

it('what was asked for in words is a preset, an algorithm by its defaults, or the nearest of them', () => {
  const wished = (wish: Parameters<typeof wishedChoice>[1]) => {
    const { choice, tuned } = wishedChoice('bubble/25', wish)
    return [choice.id, tuned]
  }
  expect(wished({})).toEqual(['sac-gail', true])
  expect(wished({ gail: false })).toEqual(['sac', true])
  expect(wished({ algorithm: 'ppo', gail: true })).toEqual(['ppo-gail', true])
  expect(wished({ preset: 'bc' })).toEqual(['bc', true])
  expect(wished({ algorithm: 'es' })).toEqual(['es', false])
  expect(() => wished({ algorithm: 'dnq' })).toThrow(
    expect.objectContaining({ message: 'unknown algorithm "dnq"', remedy: 'did you mean "dqn"?' }),
  )
  expect(() => wished({ algorithm: 'dnq', preset: 'sac' })).toThrow('unknown algorithm "dnq"')
  expect(() => wished({ preset: 'sca-gail' })).toThrow(
    expect.objectContaining({
      message: 'there is no preset "sca-gail" for bubble/25',
      remedy: 'did you mean "sac-gail"?',
    }),
  )
  expect(() => wished({ preset: 'mine' })).toThrow(
    expect.objectContaining({ remedy: expect.stringMatching(/^the presets are sac-gail, sac-gail-bc, /) }),
  )
})

describe('the parts of a run', () => {
  const base = (id: string) => choiceOf('basic', makeEnvironment('basic').spec, id).config
  const compose = (id: string, parts: Record<string, boolean>, settings = {}) =>
    composeConfig(base(id), { parts, settings }, { environment: 'basic', seed: 1 })
  const sections = (yaml: string) => {
    const { behaviors } = parseYaml(yaml, 'c.yaml')
    return Object.values(behaviors as Record<string, Record<string, unknown>>)[0]!
  }

  it('are added with the defaults of their schemas, and removed altogether', () => {
    const parts = Object.fromEntries(rewardSignalNames().map((name) => [`reward_signals.${name}`, true]))
    const all = { ...parts, 'network_settings.memory': true, behavioral_cloning: true }
    const { config, problems } = compose('sac', all)
    expect(problems).toEqual([])
    expect(config.behavior).toMatchObject({
      reward_signals: { extrinsic: {}, gail: { strength: 1 }, curiosity: {}, rnd: { learning_rate: 1e-4 } },
      network_settings: { memory: { memory_size: 128, sequence_length: 64 } },
      behavioral_cloning: { strength: 1 },
    })
    const off = composeConfig(
      parseYaml(configToYaml(config), 'c.yaml'),
      { parts: Object.fromEntries(Object.keys(all).map((path) => [path, false])) },
      { environment: 'basic' },
    )
    const without = sections(configToYaml(off.config))
    expect(without).not.toHaveProperty('behavioral_cloning')
    expect(without.network_settings).not.toHaveProperty('memory')
    expect(without.reward_signals).toEqual({})
  })

  it('keep what is set of them only while they are on', () => {
    const settings = { 'reward_signals.gail.strength': 0.2 }
    const on = compose('ppo', { 'reward_signals.gail': true }, settings)
    expect(on.config.behavior.reward_signals.gail).toMatchObject({ strength: 0.2 })
    const off = compose('ppo', { 'reward_signals.gail': false }, settings)
    expect(off.problems).toEqual([])
    expect(off.config.behavior.reward_signals).not.toHaveProperty('gail')
  })

  it.each([
    ['es', 'reward_signals.gail', 'es follows the reward of the environment and nothing else'],
    ['dqn', 'behavioral_cloning', 'dqn has values and no policy that could clone'],
    ['bc', 'network_settings.memory', 'bc has no form with memory'],
  ])('that an algorithm cannot have are refused with its reason: %s, %s', (id, path, message) => {
    const { config, problems } = compose(id, { [path]: true })
    expect(problems).toMatchObject([{ path, message }])
    expect(describeParts(config.behavior).find((part) => part.path === path)).toMatchObject({
      on: false,
      refused: message,
    })
  })

  it('are those that are registered', () => {
    const parts = describeParts(compose('sac', {}).config.behavior)
    expect(parts.filter(({ on }) => on).map(({ path }) => path)).toEqual(['reward_signals.extrinsic'])
    expect(parts.filter(({ title, description }) => title === '' || description === '')).toEqual([])
    expect(() => compose('sac', { 'reward_signals.gial': true })).toThrow(
      expect.objectContaining({ remedy: 'did you mean "reward_signals.gail"?' }),
    )
    expect(() => compose('sac', { '__proto__.polluted': true })).toThrow('a run has no part')
  })

  it('that do not go together, or are not there, are told before the run is begun', () => {
    const told = (id: string, parts: Record<string, boolean>) =>
      startProblems(compose(id, parts).config).map(({ path, message }) => `${path}: ${message}`)
    expect(told('ppo', { 'network_settings.memory': true, behavioral_cloning: true })).toEqual([
      'behavioral_cloning: this does not go together with memory',
    ])
    expect(told('ppo', { 'reward_signals.extrinsic': false })).toEqual([
      'reward_signals: there is no reward signal, so there is nothing to learn from',
    ])
    expect(told('ppo', { 'reward_signals.extrinsic': false, 'reward_signals.rnd': true })).toEqual([])
  })
})

it('another kind of network begins with its own options', () => {
  const residual = { 'network_settings.network_type': 'residual' }
  const given = {
    behaviors: {
      basic: { trainer_type: 'ppo', network_settings: { network_options: { activation: 'tanh' } } },
    },
  }
  const network = (settings: Record<string, unknown>) => {
    const { config, problems } = composeConfig(given, { settings }, { environment: 'basic', seed: 1 })
    expect(problems).toEqual([])
    return config.behavior.network_settings
  }
  expect(network({}).network_options).toEqual({ activation: 'tanh' })
  expect(network(residual)).toMatchObject({ network_type: 'residual', network_options: {} })
  const path = 'network_settings.network_options'
  expect(network({ ...residual, [`${path}.expansion`]: 2, [`${path}.activation`]: 'relu' })).toMatchObject({
    network_options: { expansion: 2 },
  })
})

it('a run id is made of what was typed, and free', () => {
  const library = openLibrary(temporaryDirectory())
  expect(freeRunId(library, 'Übung, Nr. 2!')).toBe('Ubung-Nr.-2')
  expect(freeRunId(library, '…')).toBe('run')
  mkdirSync(join(library.dir, 'runs', 'first'), { recursive: true })
  expect(freeRunId(library, 'first')).toBe('first-2')
  expect(freeRunId(library, 'second', true)).toBe('second-1')
})
