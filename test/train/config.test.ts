import { describe, expect, it } from 'vitest'
import { UserError } from '../../core/errors.ts'
import {
  configToYaml,
  demonstrationPath,
  needsDemonstrations,
  resolveConfig,
  signalNames,
} from '../../core/train/config.ts'
import { firstChange } from '../../core/train/config-changes.ts'
import '../../core/remote/index.ts'
import { presetsFor, untunedConfig } from '../../core/train/presets.ts'

const mlAgents = `
default_settings:
  summary_freq: 2000
behaviors:
  Basic:
    trainer_type: ppo
    hyperparameters:
      batch_size: 32
      buffer_size: 256
      learning_rate: 3.0e-4
      beta: 5.0e-3
      epsilon: 0.2
      lambd: 0.95
      num_epoch: 3
      learning_rate_schedule: linear
    network_settings:
      normalize: false
      hidden_units: 20
      num_layers: 1
      vis_encode_type: simple
      memory: null
    reward_signals:
      extrinsic:
        gamma: 0.9
        strength: 1.0
    keep_checkpoints: 5
    max_steps: 5.0e5
    time_horizon: 3
    threaded: false
    self_play: null
env_settings:
  env: basic
  seed: 7
torch_settings:
  device: null
`

it('takes the build of ML-Agents for an environment', () => {
  const { environment } = resolveConfig({ env_settings: { env_path: 'build/game' } })
  expect(environment).toBe('unity:build/game')
})

describe('env_settings of the rollout', () => {
  const env = (settings: Record<string, unknown>, rollout = {}) =>
    resolveConfig({ env_settings: { env: 'basic', ...settings } }, { rollout })

  it('steps in the training thread unless something needs workers', () => {
    expect(env({ num_envs: 8 })).toMatchObject({ numEnvs: 8, rollout: { workers: 0, stepping: 'sync' } })
    expect(env({ num_envs: 8, pace: 2 }).rollout).toMatchObject({ workers: 1, pace: 2 })
    expect(env({ num_envs: 8 }, { stepping: 'async' }).rollout).toMatchObject({
      workers: 1,
      stepping: 'async',
    })
    expect(env({ workers: 3, envs_per_worker: 4 })).toMatchObject({ numEnvs: 12, rollout: { workers: 3 } })
    // A flag beats the file, which says the same in another way.
    const flagged = { env_settings: { env: 'basic', workers: 3, envs_per_worker: 4 } }
    expect(resolveConfig(flagged, { numEnvs: 6 })).toMatchObject({ numEnvs: 6, rollout: { workers: 3 } })
  })

  it("takes ML-Agents' keys of supervision, and writes what it reads", () => {
    const config = env({ num_envs: 2, workers: 2, timeout_wait: 9, max_lifetime_restarts: -1 })
    expect(config.rollout).toMatchObject({
      timeoutSeconds: 9,
      restarts: { maxLifetimeRestarts: -1, rateLimit: 1 },
    })
    expect(resolveConfig(configToYaml(config)).rollout).toEqual(config.rollout)
  })

  it.each([
    [{ num_envs: 2, workers: 3 }, '3 workers are more than 2 environments'],
    [{ workers: 0, stepping: 'async' }, 'need workers'],
    [{ stepping: 'turns' }, 'env_settings.stepping'],
  ])('refuses %j', (settings, message) => {
    expect(() => env(settings)).toThrow(message)
  })
})

describe('resolveConfig', () => {
  it("loads ML-Agents' own configuration of Basic", () => {
    const config = resolveConfig(mlAgents, { file: 'Basic.yaml' })
    expect(config).toMatchObject({ behaviorName: 'Basic', environment: 'basic', seed: 7, numEnvs: 1 })
    expect(config.behavior).toMatchObject({ trainer_type: 'ppo', max_steps: 500_000, summary_freq: 2000 })
    expect(config.behavior.hyperparameters).toMatchObject({
      batch_size: 32,
      learning_rate: 3e-4,
      num_epoch: 3,
    })
    expect(config.behavior.network_settings).toMatchObject({ hidden_units: 20, num_layers: 1 })
    expect(config.notices).toEqual([
      expect.stringContaining('Basic.yaml: torch_settings has no meaning here and is ignored: '),
    ])
  })

  it("reads ML-Agents' memory section, with its defaults", () => {
    const memory = (section: string) =>
      resolveConfig(`behaviors: {B: {network_settings: {memory: ${section}}}}\nenv_settings: {env: basic}`)
        .behavior.network_settings.memory
    expect(memory('{}')).toEqual({ memory_size: 128, sequence_length: 64 })
    expect(memory('{memory_size: 32, sequence_length: 8}')).toEqual({ memory_size: 32, sequence_length: 8 })
    expect(memory('null')).toBeNull()
    expect(() => memory('{memory_size: 31}')).toThrow('network_settings.memory.memory_size')
  })

  it('lets overrides beat the file', () => {
    const config = resolveConfig(mlAgents, {
      seed: 1,
      maxSteps: 99,
      numEnvs: 4,
      threads: 2,
      gail: true,
      runId: 'x',
      settings: { 'hyperparameters.batch_size': 64, time_horizon: 5 },
    })
    expect(config).toMatchObject({ seed: 1, numEnvs: 4, threads: 2, runId: 'x' })
    expect(config.behavior).toMatchObject({ max_steps: 99, time_horizon: 5 })
    expect(config.behavior.hyperparameters.batch_size).toBe(64)
    expect(signalNames(config)).toEqual(['extrinsic', 'gail'])
    expect(needsDemonstrations(config)).toBe(true)
    expect(needsDemonstrations(resolveConfig(mlAgents, { gail: false }))).toBe(false)
  })

  it('switches a signal off by null, and takes the deprecated encoding_size for the hidden units', () => {
    const yaml = 'behaviors: {B: {reward_signals: {extrinsic: null, gail: {encoding_size: 32}}}}'
    const { reward_signals: signals } = resolveConfig(yaml, { environment: 'basic' }).behavior
    expect(Object.keys(signals)).toEqual(['gail'])
    expect(signals.gail).toMatchObject({ network_settings: { hidden_units: 32, num_layers: 2 } })
  })

  it('takes demo_path from gail and from behavioral_cloning, and refuses two', () => {
    const config = (gail: string, cloning: string) =>
      resolveConfig(
        `behaviors: {B: {trainer_type: ppo, reward_signals: {gail: {${gail}}}, behavioral_cloning: {${cloning}}}}`,
        { environment: 'basic' },
      )
    expect(demonstrationPath(config('', 'demo_path: b'))).toBe('b')
    expect(demonstrationPath(config('demo_path: a', 'demo_path: a'))).toBe('a')
    expect(demonstrationPath(config('', ''))).toBeUndefined()
    expect(() => demonstrationPath(config('demo_path: a', 'demo_path: b'))).toThrow('"a" in one section')
  })

  it.each([
    ['bc', 'reward_signals: {gail: {}}', /reward_signals.gail: bc learns from demonstrations alone/],
    [
      'es',
      'reward_signals: {extrinsic: {}, curiosity: {}}',
      /curiosity: es follows the reward of the environ/,
    ],
    ['es', 'behavioral_cloning: {}', /es follows the reward of the environment and nothing else/],
    ['dqn', 'behavioral_cloning: {}', /no policy that could clone/],
  ])('refuses what %s does not learn from: %s', (algorithm, asked, refusal) => {
    const yaml = (more: string) => `behaviors: {B: {trainer_type: ${algorithm}, ${more}}}`
    expect(() => resolveConfig(yaml(asked), { environment: 'basic' })).toThrow(refusal)
    // what a run of an earlier version began with goes on
    resolveConfig(yaml(asked), { environment: 'basic', stored: true })
    resolveConfig(yaml('reward_signals: {extrinsic: {}, gail: null}'), { environment: 'basic' })
  })

  it('lets bc take its demonstrations from where behavioral_cloning says', () => {
    const yaml = 'behaviors: {B: {trainer_type: bc, behavioral_cloning: {demo_path: a}}}'
    expect(demonstrationPath(resolveConfig(yaml, { environment: 'basic' }))).toBe('a')
  })

  it('chooses a seed where none is given, and keeps it', () => {
    const config = resolveConfig({ env_settings: { env: 'basic' } })
    expect(config.seed).toBeGreaterThanOrEqual(0)
    expect(resolveConfig(configToYaml(config)).seed).toBe(config.seed)
  })

  it.each([
    [
      'behaviors: {Basic: {max_step: 5}}',
      'c.yaml: behaviors.Basic.max_step: unknown key',
      'did you mean "max_steps"?',
    ],
    [
      'behaviors: {B: {trainer_type: sac, hyperparameters: {learning_rat: 1}}}',
      'c.yaml: behaviors.B.hyperparameters.learning_rat: unknown key',
      'did you mean "learning_rate"?',
    ],
    [
      'behaviors: {B: {network_settings: {hidden_unit: 1}}}',
      'c.yaml: behaviors.B.network_settings.hidden_unit: unknown key',
      'did you mean "hidden_units"?',
    ],
    [
      'behaviors: {B: {reward_signals: {gail: {strenght: 1}}}}',
      'c.yaml: behaviors.B.reward_signals.gail.strenght: unknown key',
      'did you mean "strength"?',
    ],
    [
      'behaviors: {B: {reward_signals: {gial: {}}}}',
      'c.yaml: behaviors.B.reward_signals.gial: unknown reward signal "gial"',
      'did you mean "gail"?',
    ],
    ['behaviours: {}', 'c.yaml: behaviours: unknown key', 'did you mean "behaviors"?'],
    ['env_settings: {num_env: 3}', 'c.yaml: env_settings.num_env: unknown key', 'did you mean "num_envs"?'],
    [
      'behaviors: {B: {trainer_type: sca}}',
      'c.yaml: behaviors.B.trainer_type: unknown algorithm "sca"',
      'did you mean "sac"?',
    ],
    [
      'behaviors: {B: {hyperparameters: {beta: 1}}}',
      'c.yaml: behaviors.B.hyperparameters: there is no trainer_type beside them',
      'say which algorithm they are for',
    ],
    [
      'behaviors: {A: {}, B: {}}',
      'a run trains one behaviour, and there are 2',
      'choose one of A, B with --behavior',
    ],
  ])('refuses %s', (yaml, message, remedy) => {
    const error = problem(yaml)
    expect(error.message).toContain(message)
    expect(error.remedy).toContain(remedy)
    expect(error.exitCode).toBe(2)
  })

  it.each([
    ['behaviors: {B: {self_play: {window: 10}}}', 'self-play'],
    ['env_settings: {env_args: [--level, 3]}', 'arguments for a Unity build'],
    ['checkpoint_settings: {inference: true}', 'inference'],
  ])('names what this version does not support: %s', (yaml, feature) => {
    const { message } = problem(yaml)
    expect(message).toContain(feature)
    expect(message).toContain('is not supported by this version')
  })

  it.each([
    ['behaviors: [', 'c.yaml:1:'],
    ['- a\n- b', 'expected sections'],
    ['behaviors: {B: {max_steps: many}}', 'c.yaml: behaviors.B.max_steps must be a number; it is "many"'],
    [
      'behaviors: {B: {trainer_type: sac, hyperparameters: {tau: 7}}}',
      'c.yaml: behaviors.B.hyperparameters.tau must be at most 1; it is 7',
    ],
    ['env_settings: {num_envs: 0}', 'c.yaml: env_settings.num_envs must be at least 1; it is 0'],
    ['engine: torch', 'c.yaml: engine must be onnxruntime or tensorflow; it is "torch"'],
  ])('says where %s is wrong', (yaml, message) => {
    expect(problem(yaml).message).toContain(message)
  })

  it('reads where a run is to be trained, which is no part of it', () => {
    const yaml = (more: string) =>
      `behaviors: {B: {trainer_type: ppo}}\nenv_settings: {env: basic, seed: 1}\n${more}`
    const [here, there] = ['', 'cluster: lab'].map((more) => resolveConfig(yaml(more)))
    expect([here!.cluster, there!.cluster]).toEqual([null, 'lab'])
    expect(resolveConfig(yaml('cluster: http://head:8265')).cluster).toBe('http://head:8265')
    expect(resolveConfig(yaml('cluster: null')).cluster).toBe(null)
    // What is kept of the run, sent to a cluster, and the identity of a measured cell are made from this.
    expect(configToYaml(there!)).toBe(configToYaml(here!))
    expect(firstChange(here!, there!)).toBe(null)
    expect(problem('cluster: [a]').message).toContain('c.yaml: cluster')
    expect(problem('clutser: lab').remedy).toBe('did you mean "cluster"?')
  })

  it('asks for an environment, and refuses to train another algorithm than the file configures', () => {
    expect(() => resolveConfig('behaviors: {}')).toThrow('no environment is named')
    expect(() => resolveConfig(mlAgents, { algorithm: 'sac', file: 'b.yaml' })).toThrow(
      'b.yaml configures ppo, not sac',
    )
    expect(() => resolveConfig(mlAgents, { algorithm: 'dnq' })).toThrow(
      expect.objectContaining({ message: 'unknown algorithm "dnq"', remedy: 'did you mean "dqn"?' }),
    )
  })
})

describe('the command line against the file', () => {
  const saved = (keys: string) => `env_settings: {env: basic}\ncheckpoint_settings: {${keys}}`
  const none = { resume: false, force: false, initializeFrom: null }

  it.each([
    ['resume: true', { force: true }, { force: true }],
    ['load_model: true', { force: true }, { force: true }],
    ['resume: true', { initializeFrom: 'a' }, { initializeFrom: 'a' }],
    ['force: true', { resume: true }, { resume: true }],
    ['initialize_from: a', { resume: true }, { resume: true }],
    ['initialize_from: a', { initializeFrom: 'b' }, { initializeFrom: 'b' }],
    ['initialize_from: a', { force: true }, { force: true, initializeFrom: 'a' }],
    ['resume: true, force: true, initialize_from: a', {}, { resume: true }],
    ['run_id: a, resume: true', { runId: 'b' }, { resume: true, runId: 'b' }],
  ])('begins as the flag says: %s with %j', (keys, flags, begins) => {
    expect(resolveConfig(saved(keys), flags)).toMatchObject({ ...none, ...begins })
  })

  it('counts environments as the flag says', () => {
    const file = 'env_settings: {env: basic, workers: 2, envs_per_worker: 8}'
    expect(resolveConfig(file).numEnvs).toBe(16)
    expect(resolveConfig(file, { numEnvs: 4 })).toMatchObject({ numEnvs: 4, rollout: { workers: 2 } })
    const counted = 'env_settings: {env: basic, num_envs: 3}'
    expect(resolveConfig(counted, { rollout: { workers: 2, envs_per_worker: 8 } }).numEnvs).toBe(16)
  })

  it.each([
    ['seed: 3', { seed: 4 }, { seed: 4 }],
    [
      'max_episode_steps: 9, stepping: async',
      { rollout: { stepping: 'sync' } },
      { rollout: { stepping: 'sync' } },
    ],
    ['pace: 2', { rollout: { pace: 3 } }, { rollout: { pace: 3 } }],
  ] as const)('steps as the flag says: %s with %j', (keys, flags, wanted) => {
    expect(resolveConfig(`env_settings: {env: basic, ${keys}}`, flags)).toMatchObject(wanted)
  })

  it('runs as the flag says', () => {
    const file =
      'env_settings: {env: grid}\nengine: tensorflow\nthreads: 2\nstop: {at: plateau, plateau_steps: 5}'
    const flags = { environment: 'basic', engine: 'onnxruntime', threads: 1, stop: { at: 'none' } } as const
    expect(resolveConfig(file, flags)).toMatchObject({ ...flags, stop: { at: 'none', plateau_steps: 5 } })
  })
})

describe('the scale of rewards, which PPO as ML-Agents has it takes to be about 1', () => {
  const hyperparameters = (environment: string, written: Record<string, unknown> = {}, stored = false) =>
    resolveConfig(
      {
        behaviors: { a: { trainer_type: 'ppo', hyperparameters: written } },
        env_settings: { env: environment },
      },
      { stored },
    ).behavior.hyperparameters

  it("is ML-Agents' unless Gymnasium's tasks are learned in, which pay anything", () => {
    const free = { value_clip: 'none', normalize_reward: true, adam_epsilon: 1e-5 }
    const theirs = { value_clip: 'epsilon', normalize_reward: false, adam_epsilon: 1e-8 }
    expect(hyperparameters('basic')).toMatchObject(theirs)
    expect(hyperparameters('unity:game')).toMatchObject(theirs)
    expect(hyperparameters('gym:A-v0')).toMatchObject(free)
    const sac = resolveConfig({
      behaviors: { a: { trainer_type: 'sac' } },
      env_settings: { env: 'gym:A-v0' },
    })
    expect(sac.behavior.hyperparameters).not.toHaveProperty('value_clip')
    expect(sac.behavior.network_settings.network_options).toEqual({})
    const layers = (network: object, environment = 'gym:A-v0') =>
      resolveConfig({
        behaviors: { a: { trainer_type: 'ppo', network_settings: network } },
        env_settings: { env: environment },
      }).behavior.network_settings.network_options
    expect(layers({})).toEqual({ activation: 'tanh' })
    expect(layers({}, 'basic')).toEqual({})
    expect(layers({ network_options: { activation: 'relu' } })).toEqual({ activation: 'relu' })
    expect(layers({ network_type: 'residual' })).toEqual({})
    const open = resolveConfig({ env_settings: { env: 'gym:A-v0' } })
    expect(open.behavior.hyperparameters).toMatchObject({ value_clip: 'none' })
  })

  it('is what the file says, and in a run that is gone on with what it was', () => {
    expect(hyperparameters('gym:A-v0', { value_clip: 'range' })).toMatchObject({
      value_clip: 'range',
      adam_epsilon: 1e-5,
    })
    expect(hyperparameters('gym:A-v0', { normalize_reward: false })).toMatchObject({
      value_clip: 'none',
      normalize_reward: false,
    })
    expect(hyperparameters('gym:A-v0', {}, true)).toMatchObject({
      value_clip: 'epsilon',
      normalize_reward: false,
    })
  })

  it('is nothing to rely on where nobody has tuned', () => {
    const config = resolveConfig(untunedConfig('grid', 'ppo', false))
    expect(config.behavior.hyperparameters).toMatchObject({
      value_clip: 'none',
      normalize_reward: true,
      adam_epsilon: 1e-5,
    })
    expect(resolveConfig(configToYaml(config), { stored: true })).toEqual(config)
  })
})

describe.each(['bubble/25', 'basic'])('the presets of %s', (environment) => {
  const presets = presetsFor(environment)

  it('are complete, and one is recommended', () => {
    const ids = ['bc', 'ppo', 'ppo-gail', 'sac', 'sac-gail']
    expect(presets.map((preset) => preset.id)).toEqual(expect.arrayContaining(ids))
    expect(new Set(presets.map((preset) => preset.id)).size).toBe(presets.length)
    expect(presets.filter((preset) => preset.recommended)).toHaveLength(1)
  })
})

const tuned = [
  'bubble/25',
  'basic',
  'grid',
  'recall',
  'cart-pole',
  'pendulum',
  'gym:CartPole-v1',
  'gym:MountainCarContinuous-v0',
]
describe.each(tuned)('the presets of %s', (environment) => {
  it.each(presetsFor(environment).map((preset) => [preset.id, preset] as const))(
    'resolve and round-trip: %s',
    (id, preset) => {
      const config = resolveConfig(preset.config, { seed: 3 })
      expect(config).toMatchObject({ environment, notices: [] })
      const [algorithm, ...added] = id.split('-')
      expect(config.behavior.trainer_type).toBe(algorithm)
      expect(signalNames(config).includes('gail')).toBe(added.includes('gail'))
      expect(config.behavior.behavioral_cloning != null).toBe(added.includes('bc'))
      if (added.includes('demos')) expect(needsDemonstrations(config)).toBe(true)
      expect(resolveConfig(configToYaml(config))).toEqual(config)
    },
  )
})

function problem(yaml: string): UserError {
  try {
    resolveConfig(yaml, { environment: 'basic', file: 'c.yaml' })
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
