/** Presets of Gymnasium's CartPole-v1, and of cart-pole, which is the same without Python. */
import type { Preset } from '../preset.ts'

/** RL Baselines3 Zoo's settings of PPO for CartPole-v1: short rollouts of 8 environments, many epochs. */
const ppo = {
  batch_size: 256,
  buffer_size: 256,
  learning_rate: 1e-3,
  learning_rate_schedule: 'linear',
  beta: 0,
  epsilon: 0.2,
  lambd: 0.8,
  num_epoch: 20,
  // Values reach 50, and epsilon, the clip that is made for returns of about 1, would hold them back.
  value_clip: 'none',
  adam_epsilon: 1e-5,
  normalize_reward: false,
}

const sac = {
  batch_size: 256,
  buffer_size: 50_000,
  buffer_init_steps: 1_000,
  learning_rate: 1e-3,
  learning_rate_schedule: 'linear',
  steps_per_update: 4,
  tau: 0.01,
  init_entcoef: 0.1,
  target_entropy_start: 0.5,
  target_entropy_end: 0.05,
  target_entropy_anneal_steps: 20_000,
}

function preset(
  environment: string,
  head: Omit<Preset, 'config'>,
  { network_settings, ...trainer }: Record<string, unknown> & { readonly network_settings?: object },
  extrinsic: Record<string, unknown>,
  size: { readonly units: number; readonly steps: number; readonly envs: number },
): Preset {
  return {
    ...head,
    config: {
      behaviors: {
        [environment]: {
          ...trainer,
          network_settings: { hidden_units: size.units, num_layers: 2, ...network_settings },
          reward_signals: { extrinsic },
          max_steps: size.steps,
          time_horizon: 32,
          summary_freq: 5_000,
          checkpoint_interval: 20_000,
        },
      },
      env_settings: { env: environment, num_envs: size.envs },
    },
  }
}

export function cartPolePresets(environment: string): readonly Preset[] {
  return [
    preset(
      environment,
      {
        id: 'ppo',
        title: 'PPO',
        description: 'On-policy, from the reward alone.',
        recommended: true,
      },
      {
        trainer_type: 'ppo',
        hyperparameters: ppo,
        network_settings: { network_options: { activation: 'tanh' } },
      },
      { strength: 1, gamma: 0.98 },
      { units: 64, steps: 100_000, envs: 8 },
    ),
    preset(
      environment,
      { id: 'sac', title: 'SAC', description: 'Off-policy, from the reward alone.', recommended: false },
      { trainer_type: 'sac', hyperparameters: sac },
      { strength: 0.05, gamma: 0.99 },
      { units: 128, steps: 50_000, envs: 4 },
    ),
    preset(
      environment,
      {
        id: 'bc',
        title: 'Behavioural cloning',
        description: 'Copies the demonstrations and uses no reward.',
        recommended: false,
      },
      { trainer_type: 'bc', hyperparameters: { batch_size: 64, learning_rate: 1e-3 } },
      { strength: 1, gamma: 0.99 },
      { units: 64, steps: 20_000, envs: 4 },
    ),
  ]
}
