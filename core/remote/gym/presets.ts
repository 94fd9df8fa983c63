/**
 * Presets of Gymnasium's environments. CartPole-v1 has those of cart-pole, which is the same without Python. The reward of
 * MountainCarContinuous-v0 lies behind a hill that chance does not climb: what has been
 * played shows the way, and the reward then says how to go it with less force.
 */
import { cartPolePresets } from '../../envs/cart-pole/presets.ts'
import type { Preset } from '../../envs/preset.ts'

const MOUNTAIN_CAR = 'gym:MountainCarContinuous-v0'

const sac = {
  batch_size: 128,
  buffer_size: 50_000,
  buffer_init_steps: 1_000,
  learning_rate: 1e-3,
  // With constant steps, or with returns of one step, a policy that had reached the flag lost it again in some runs.
  learning_rate_schedule: 'linear',
  n_step: 5,
  steps_per_update: 2,
  tau: 0.01,
  init_entcoef: 0.02,
  entcoef_learning_rate: 1e-3,
  demonstration_share: 0.5,
}

const mountainCarPresets: readonly Preset[] = [
  {
    id: 'sac-demos',
    title: 'SAC with demonstrations',
    description: 'Half of what it learns from is demonstrated; ten plays that reach the flag are enough.',
    recommended: true,
    config: {
      behaviors: {
        [MOUNTAIN_CAR]: {
          trainer_type: 'sac',
          hyperparameters: sac,
          // Positions are around 1 and velocities around 0.05.
          network_settings: { normalize: true, hidden_units: 64, num_layers: 2 },
          reward_signals: { extrinsic: { strength: 0.1, gamma: 0.99 } },
          max_steps: 15_000,
          summary_freq: 1_000,
          checkpoint_interval: 5_000,
        },
      },
      env_settings: { env: MOUNTAIN_CAR, num_envs: 4 },
    },
  },
]

const presets: ReadonlyMap<string, readonly Preset[]> = new Map([
  ['CartPole-v1', cartPolePresets('gym:CartPole-v1')],
  ['MountainCarContinuous-v0', mountainCarPresets],
])

/** @param id  Gymnasium's own */
export function gymPresets(id: string): readonly Preset[] {
  return presets.get(id) ?? []
}
