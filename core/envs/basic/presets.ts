/** Presets of basic, after ML-Agents' own configurations of it, with fewer steps: it is solved within a few thousand. */
import type { Preset } from '../preset.ts'

const sac = {
  batch_size: 64,
  buffer_size: 50_000,
  buffer_init_steps: 1_000,
  learning_rate: 1e-3,
  steps_per_update: 2,
  init_entcoef: 0.1,
  entcoef_learning_rate: 1e-3,
  // Much entropy at first: the small goal is three steps away and the large one seven.
  target_entropy_start: 0.5,
  target_entropy_end: 0.05,
  target_entropy_anneal_steps: 5_000,
}

const ppo = {
  batch_size: 64,
  buffer_size: 512,
  learning_rate: 3e-3,
  // Above ML-Agents' 0.005, with which (and gamma 0.9) one seed of five settled on the small goal.
  beta: 0.02,
  epsilon: 0.2,
  lambd: 0.95,
  num_epoch: 4,
}

const extrinsic = { strength: 1, gamma: 0.99 }
const gail = {
  strength: 0.05,
  gamma: 0.99,
  learning_rate: 3e-4,
  use_actions: true,
  reward_form: 'airl',
  gradient_penalty: 1,
}

function preset(
  head: Omit<Preset, 'config'>,
  trainer: Record<string, unknown>,
  signals: Record<string, unknown>,
): Preset {
  return {
    ...head,
    config: {
      behaviors: {
        basic: {
          ...trainer,
          network_settings: { hidden_units: 20, num_layers: 2 },
          reward_signals: signals,
          max_steps: 10_000,
          time_horizon: 64,
          summary_freq: 500,
          checkpoint_interval: 5_000,
        },
      },
      env_settings: { env: 'basic', num_envs: 8 },
    },
  }
}

export const basicPresets: readonly Preset[] = [
  preset(
    {
      id: 'ppo',
      title: 'PPO',
      description: 'Finds the large goal from the reward alone within seconds.',
      recommended: true,
    },
    { trainer_type: 'ppo', hyperparameters: ppo },
    { extrinsic },
  ),
  preset(
    { id: 'sac', title: 'SAC', description: 'Off-policy, from the reward alone.', recommended: false },
    { trainer_type: 'sac', hyperparameters: sac },
    { extrinsic },
  ),
  preset(
    {
      id: 'sac-gail',
      title: 'SAC + GAIL',
      description: 'Off-policy, from demonstrations and the reward.',
      recommended: false,
    },
    { trainer_type: 'sac', hyperparameters: { ...sac, demonstration_share: 0.25 } },
    { extrinsic, gail },
  ),
  preset(
    {
      id: 'ppo-gail',
      title: 'PPO + GAIL',
      description: 'On-policy, from demonstrations and the reward.',
      recommended: false,
    },
    { trainer_type: 'ppo', hyperparameters: ppo },
    { extrinsic, gail },
  ),
  preset(
    {
      id: 'bc',
      title: 'Behavioural cloning',
      description: 'Copies the demonstrations and uses no reward.',
      recommended: false,
    },
    { trainer_type: 'bc', hyperparameters: { batch_size: 64, learning_rate: 1e-3 } },
    { extrinsic },
  ),
]
