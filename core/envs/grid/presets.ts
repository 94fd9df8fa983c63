/** Presets of grid: the visual encoder is ML-Agents' `simple`, whose own configuration of GridWorld takes 500,000 steps. */
import type { Preset } from '../preset.ts'

const trainer = {
  network_settings: { hidden_units: 128, num_layers: 1, vis_encode_type: 'simple' },
  // As in ML-Agents: the goal is at most eight steps away.
  reward_signals: { extrinsic: { strength: 1, gamma: 0.9 } },
  time_horizon: 64,
  summary_freq: 1_000,
  checkpoint_interval: 10_000,
}

export const gridPresets: readonly Preset[] = [
  {
    id: 'ppo',
    title: 'PPO',
    description:
      'Learns to see the board and to walk to the plus from the reward alone, in about half a minute.',
    recommended: true,
    config: {
      behaviors: {
        grid: {
          ...trainer,
          trainer_type: 'ppo',
          hyperparameters: {
            batch_size: 128,
            buffer_size: 1_024,
            // ML-Agents has 0.0003, for its 500,000 steps.
            learning_rate: 2e-3,
            beta: 0.01,
            epsilon: 0.2,
            lambd: 0.95,
            num_epoch: 3,
            learning_rate_schedule: 'linear',
          },
          max_steps: 50_000,
        },
      },
      env_settings: { env: 'grid', num_envs: 16 },
    },
  },
  {
    id: 'bc',
    title: 'Behavioural cloning',
    description: 'Copies the demonstrations and uses no reward.',
    recommended: false,
    config: {
      behaviors: {
        grid: {
          ...trainer,
          trainer_type: 'bc',
          hyperparameters: { batch_size: 128, learning_rate: 1e-3 },
          max_steps: 10_000,
        },
      },
      env_settings: { env: 'grid', num_envs: 16 },
    },
  },
]
