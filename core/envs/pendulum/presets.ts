/** Presets of pendulum, whose return is below -1,000 at first and about -150 when it is mastered. */
import type { Preset } from '../preset.ts'

const sac = {
  batch_size: 128,
  buffer_size: 50_000,
  buffer_init_steps: 1_000,
  learning_rate: 1e-3,
  learning_rate_schedule: 'linear',
  steps_per_update: 2,
  tau: 0.01,
  init_entcoef: 0.2,
  entcoef_learning_rate: 1e-3,
}

const td3 = {
  batch_size: 128,
  buffer_size: 50_000,
  buffer_init_steps: 1_000,
  learning_rate: 1e-3,
  steps_per_update: 2,
  tau: 0.01,
}

/**
 * RL Baselines3 Zoo's settings of PPO for Pendulum-v1 without gSDE, and with a learning rate that falls. With ReLU in place of tanh
 * an update now and then spoils the policy (docs/results/pendulum.md).
 */
const ppo = {
  batch_size: 64,
  buffer_size: 4_096,
  learning_rate: 1e-3,
  beta: 0,
  epsilon: 0.2,
  lambd: 0.95,
  num_epoch: 10,
  value_clip: 'none',
  adam_epsilon: 1e-5,
  log_std_init: 0.405,
}

const ppoNetwork = { network_options: { activation: 'tanh' } }

function preset(
  head: Omit<Preset, 'config'>,
  { network_settings, ...trainer }: Record<string, unknown> & { readonly network_settings?: object },
  extrinsic: Record<string, unknown>,
  maxSteps: number,
): Preset {
  return {
    ...head,
    config: {
      behaviors: {
        pendulum: {
          ...trainer,
          network_settings: { hidden_units: 64, num_layers: 2, ...network_settings },
          reward_signals: { extrinsic },
          max_steps: maxSteps,
          time_horizon: 1_024,
          summary_freq: maxSteps / 20,
          checkpoint_interval: maxSteps / 5,
        },
      },
      env_settings: { env: 'pendulum', num_envs: 4 },
    },
  }
}

export const pendulumPresets: readonly Preset[] = [
  preset(
    {
      id: 'sac',
      title: 'SAC',
      description: 'Off-policy, from the reward alone: few steps, more work per step.',
      recommended: true,
    },
    { trainer_type: 'sac', hyperparameters: sac },
    { strength: 0.1, gamma: 0.98 },
    15_000,
  ),
  preset(
    {
      id: 'td3',
      title: 'TD3',
      description: 'Off-policy, with a deterministic policy: the least work per step.',
      recommended: false,
    },
    { trainer_type: 'td3', hyperparameters: td3 },
    { strength: 0.1, gamma: 0.98 },
    15_000,
  ),
  preset(
    { id: 'ppo', title: 'PPO', description: 'On-policy, from the reward alone.', recommended: false },
    { trainer_type: 'ppo', hyperparameters: ppo, network_settings: ppoNetwork },
    { strength: 1, gamma: 0.9 },
    100_000,
  ),
  preset(
    {
      id: 'bc',
      title: 'Behavioural cloning',
      description: 'Copies the demonstrations and uses no reward.',
      recommended: false,
    },
    { trainer_type: 'bc', hyperparameters: { batch_size: 64, learning_rate: 1e-3 } },
    { strength: 1, gamma: 0.99 },
    20_000,
  ),
]
