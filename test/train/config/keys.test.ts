/** Every key that ML-Agents knows, and what docs/guide/configuration.md says becomes of it. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../../core/errors.ts'
import { resolveConfig } from '../../../core/train/config.ts'

const guide = readFileSync(new URL('../../../docs/guide/configuration.md', import.meta.url), 'utf8')

const network = { hidden_units: 32, num_layers: 1 }
/** Keys of ML-Agents (release 21 and deprecated ones), each with a value that switches it on. */
const BEHAVIOR_KEYS: Readonly<Record<string, unknown>> = {
  trainer_type: 'sac',
  ...below('hyperparameters', {
    batch_size: 16,
    buffer_size: 1024,
    learning_rate: 1e-3,
    learning_rate_schedule: 'linear',
    beta: 1e-3,
    beta_schedule: 'constant',
    epsilon: 0.1,
    epsilon_schedule: 'constant',
    lambd: 0.9,
    num_epoch: 2,
    shared_critic: true,
    buffer_init_steps: 10,
    tau: 0.01,
    steps_per_update: 2,
    save_replay_buffer: false,
    init_entcoef: 0.5,
    reward_signal_steps_per_update: 2,
  }),
  ...below('network_settings', {
    normalize: true,
    hidden_units: 64,
    num_layers: 1,
    vis_encode_type: 'nature_cnn',
    memory: { memory_size: 32, sequence_length: 8 },
    goal_conditioning_type: 'hyper',
    deterministic: true,
  }),
  ...below('reward_signals.extrinsic', { strength: 0.5, gamma: 0.9, network_settings: network }),
  ...below('reward_signals.gail', {
    strength: 0.5,
    gamma: 0.9,
    learning_rate: 1e-4,
    use_actions: true,
    use_vail: true,
    demo_path: 'a.demo',
    network_settings: network,
    encoding_size: 32,
  }),
  ...below('reward_signals.curiosity', {
    strength: 0.5,
    gamma: 0.9,
    learning_rate: 1e-4,
    network_settings: network,
  }),
  ...below('reward_signals.rnd', {
    strength: 0.5,
    gamma: 0.9,
    learning_rate: 1e-4,
    network_settings: network,
  }),
  ...below('behavioral_cloning', {
    demo_path: 'a.demo',
    strength: 0.5,
    steps: 1000,
    batch_size: 32,
    num_epoch: 3,
    samples_per_update: 100,
  }),
  init_path: 'first',
  keep_checkpoints: 3,
  checkpoint_interval: 100,
  even_checkpoints: true,
  max_steps: 1000,
  time_horizon: 32,
  summary_freq: 100,
  threaded: true,
  self_play: { window: 10 },
  framework: 'pytorch',
  output_path: 'default',
}
const TOP_KEYS: Readonly<Record<string, unknown>> = {
  default_settings: { max_steps: 100 },
  ...below('env_settings', {
    env_path: 'build/game',
    env_args: ['--level', '3'],
    base_port: 5005,
    num_envs: 2,
    num_areas: 4,
    timeout_wait: 60,
    seed: 3,
    max_lifetime_restarts: 10,
    restarts_rate_limit_n: 1,
    restarts_rate_limit_period_s: 60,
  }),
  environment_parameters: { max_steps: 50 },
  ...below('checkpoint_settings', {
    run_id: 'second',
    initialize_from: 'first',
    resume: true,
    load_model: true,
    force: true,
    train_model: true,
    inference: true,
    results_dir: 'results',
  }),
  engine_settings: { time_scale: 20, width: 84, no_graphics: true },
  torch_settings: { device: 'cuda' },
  debug: true,
}

const PPO_ONLY = /beta|epsilon|lambd|num_epoch$|shared_critic/
const rows = [...guide.matchAll(/^\| `([^`]+)` \| (supported|ignored|refused) \|/gm)].map(
  ([, key, verdict]) => [key!, verdict!] as const,
)
const verdicts = new Map(rows)

describe('the keys of ML-Agents', () => {
  it('are in the guide, each once, and no others', () => {
    const keys = [...Object.keys(BEHAVIOR_KEYS), ...Object.keys(TOP_KEYS)]
    expect(rows.map(([key]) => key)).toEqual(keys)
  })

  it.each(Object.entries(BEHAVIOR_KEYS))('below a behaviour: %s', (key, value) => {
    const trainer_type = key.startsWith('hyperparameters') && PPO_ONLY.test(key) ? 'ppo' : 'sac'
    const behavior = { trainer_type, ...nest(key, value) }
    check(key, { behaviors: { B: behavior }, env_settings: { env: 'basic' } })
  })

  it.each(Object.entries(TOP_KEYS))('at the top: %s', (key, value) => {
    const { env_settings = {}, ...rest } = nest(key, value)
    check(key, { ...rest, env_settings: { env: 'basic', ...(env_settings as object) } })
  })
})

describe("the guide's files", () => {
  const files = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!)

  it.each(files.map((text) => [text.split('\n').slice(0, 3).join(' '), text]))('load: %s', (_, text) => {
    const config = resolveConfig(text, { environment: 'bubble/25', file: 'guide.yaml' })
    expect(config.environment).toBe('bubble/25')
    expect(config.notices).toEqual([])
  })

  it('say what they are said to', () => {
    const [, lessons, from] = files.filter((text) => text.includes('behaviors:'))
    expect(resolveConfig(lessons!).parameters).toEqual({ captives: 8 })
    expect(resolveConfig(from!)).toMatchObject({
      initializeFrom: 'bubble-25-bc-1',
      force: true,
      behavior: { checkpoint_interval: 4000 },
    })
  })
})

function check(key: string, file: Record<string, unknown>): void {
  const verdict = verdicts.get(key)
  if (verdict === 'refused') {
    const error = refusal(file)
    expect(error.message).toContain(`${key}: `)
    expect(error.message).toContain('is not supported by this version')
    expect(error.remedy).toBeDefined()
    return
  }
  const { notices } = resolveConfig(file, { file: 'c.yaml' })
  const named = notices.filter((notice) => notice.includes(`${key} has no meaning here and is ignored: `))
  expect([key, verdict, notices]).toEqual([key, named.length === 1 ? 'ignored' : 'supported', named])
}

function refusal(file: Record<string, unknown>): UserError {
  try {
    resolveConfig(file, { file: 'c.yaml' })
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function below(path: string, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${path}.${key}`, value]))
}

/** 'a.b', 1 -> { a: { b: 1 } } */
function nest(path: string, value: unknown): Record<string, unknown> {
  return path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >
}
