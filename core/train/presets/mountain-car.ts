/**
 * Presets of Gymnasium's MountainCarContinuous-v0, whose reward lies behind a hill that chance does not climb: what has been
 * played shows the way, and the reward then says how to go it with less force.
 */
import type { Preset } from '../../envs/preset.ts'

const ENVIRONMENT = 'gym:MountainCarContinuous-v0'

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

export const mountainCarPresets: readonly Preset[] = [
  {
    id: 'sac-demos',
    title: 'SAC with demonstrations',
    description: 'Half of what it learns from is demonstrated; ten plays that reach the flag are enough.',
    recommended: true,
    config: {
      behaviors: {
        [ENVIRONMENT]: {
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
      env_settings: { env: ENVIRONMENT, num_envs: 4 },
    },
  },
]
