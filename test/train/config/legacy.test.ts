import { describe, expect, it } from 'vitest'
import { configToYaml, resolveConfig } from '../../../core/train/config.ts'

/** As trainer_config.yaml of v0.9 to v0.15 was laid out: flat, defaults apart, every behaviour at the top. */
const flat = `
default:
  trainer: ppo
  batch_size: 1024
  beta: 5.0e-3
  buffer_size: 10240
  epsilon: 0.2
  hidden_units: 128
  lambd: 0.95
  learning_rate: 3.0e-4
  max_steps: 5.0e4
  memory_size: 256
  normalize: false
  num_epoch: 3
  num_layers: 2
  time_horizon: 64
  sequence_length: 64
  summary_freq: 1000
  use_recurrent: false
  vis_encode_type: simple
  summary_path: ppo
  reward_signals: { extrinsic: { strength: 1.0, gamma: 0.99 } }
Pyramids:
  batch_size: 128
  hidden_units: 512
  max_steps: 5.0e5
  pretraining: { demo_path: ./demos/ExpertPyramid.demo, strength: 0.5, steps: 10000 }
  reward_signals:
    gail: { strength: 0.01, gamma: 0.99, encoding_size: 64, demo_path: demos/ExpertPyramid.demo }
Hallway:
  use_recurrent: true
  memory_size: 128
Walker:
  trainer: sac
  train_interval: 6
  num_update: 2
`

const load = (source: string, behavior: string) =>
  resolveConfig(dropPpo(source, behavior), { behavior, environment: 'basic', file: 'trainer_config.yaml' })

/** A file for SAC had defaults for SAC. */
function dropPpo(source: string, behavior: string): string {
  return behavior === 'Walker' ? source.replace(/^ {2}(beta|epsilon|lambd|num_epoch): .*\n/gm, '') : source
}

describe('a file of v0.9 to release 1', () => {
  it('is read as behaviours with nested settings', () => {
    const { behavior, notices } = load(flat, 'Pyramids')
    expect(behavior).toMatchObject({
      trainer_type: 'ppo',
      max_steps: 500_000,
      hyperparameters: { batch_size: 128, buffer_size: 10_240, num_epoch: 3 },
      network_settings: { hidden_units: 512, num_layers: 2 },
      behavioral_cloning: { demo_path: './demos/ExpertPyramid.demo', steps: 10_000 },
    })
    expect(behavior.network_settings.memory ?? null).toBeNull()
    expect(notices).toEqual([expect.stringContaining('has the layout of an earlier ML-Agents')])
  })

  it('replaces a section of the default whole', () => {
    const { reward_signals: signals } = load(flat, 'Pyramids').behavior
    expect(Object.keys(signals)).toEqual(['gail'])
    expect(signals.gail).toMatchObject({ network_settings: { hidden_units: 64 } })
  })

  it('switches memory on by use_recurrent', () => {
    expect(load(flat, 'Hallway').behavior.network_settings.memory).toMatchObject({
      memory_size: 128,
      sequence_length: 64,
    })
  })

  it('turns train_interval and num_update into steps_per_update', () => {
    expect(load(flat, 'Walker').behavior).toMatchObject({
      trainer_type: 'sac',
      hyperparameters: { steps_per_update: 3 },
    })
  })

  it('comes out as a present file', () => {
    const config = load(flat, 'Hallway')
    expect(resolveConfig(configToYaml(config))).toEqual({ ...config, notices: [] })
  })

  it('names what there was then and is no more', () => {
    expect(() => load(flat.replace('trainer: ppo', 'trainer: offline_bc'), 'Hallway')).toThrow(
      'trainer_type: this early ML-Agents trainer is not supported by this version',
    )
  })
})

describe('a file of releases 1 to 3', () => {
  it('with flat settings below behaviors is nested', () => {
    const { behavior } = resolveConfig(
      'behaviors: { Ball: { trainer: ppo, batch_size: 64, hidden_units: 32 } }',
      {
        environment: 'basic',
      },
    )
    expect(behavior).toMatchObject({
      hyperparameters: { batch_size: 64 },
      network_settings: { hidden_units: 32 },
    })
  })

  it('has parameter_randomization and curriculum as environment_parameters', () => {
    const { environmentParameters, notices } = resolveConfig(
      `
behaviors: { Wall: { trainer_type: ppo } }
parameter_randomization:
  resampling-interval: 5000
  mass: { sampler-type: uniform, min_value: 0.5, max_value: 10 }
curriculum:
  Wall:
    measure: progress
    thresholds: [0.1, 0.3]
    min_lesson_length: 100
    signal_smoothing: true
    parameters: { min_height: [0, 4, 6], max_height: [4, 7, 8] }
`,
      { environment: 'basic', seed: 2 },
    )
    expect(environmentParameters.mass).toMatchObject([{ sampler: { kind: 'uniform', from: 0.5, to: 10 } }])
    expect(environmentParameters.max_height).toMatchObject([
      { sampler: { value: 4 }, completion: { threshold: 0.1, behavior: 'Wall', min_lesson_length: 100 } },
      { sampler: { value: 7 }, completion: { threshold: 0.3, measure: 'progress' } },
      { sampler: { value: 8 }, completion: null },
    ])
    expect(Object.keys(environmentParameters)).toEqual(['mass', 'min_height', 'max_height'])
    expect(notices).toHaveLength(2)
  })
})
