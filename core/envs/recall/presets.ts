/** Presets of recall: a memory and little else, since nothing but the sign has to be remembered. */
import type { Preset } from '../preset.ts'

const ppo = {
  batch_size: 128,
  buffer_size: 512,
  learning_rate: 5e-3,
  beta: 0.01,
  epsilon: 0.2,
  lambd: 0.95,
  num_epoch: 6,
}

const sac = {
  batch_size: 256,
  buffer_size: 20_000,
  buffer_init_steps: 500,
  learning_rate: 5e-3,
  steps_per_update: 8,
  tau: 0.02,
  init_entcoef: 0.1,
  entcoef_learning_rate: 3e-3,
  target_entropy_start: 0.5,
  target_entropy_end: 0.05,
  target_entropy_anneal_steps: 3_000,
}

function preset(
  head: Omit<Preset, 'config'>,
  trainer: Record<string, unknown>,
  gamma: number,
  maxSteps: number,
): Preset {
  return {
    ...head,
    config: {
      behaviors: {
        recall: {
          ...trainer,
          // Sequences longer than an episode, so that a gradient reaches from the doors back to the sign.
          network_settings: {
            hidden_units: 16,
            num_layers: 1,
            memory: { memory_size: 16, sequence_length: 16 },
          },
          reward_signals: { extrinsic: { strength: 1, gamma } },
          max_steps: maxSteps,
          summary_freq: 500,
          checkpoint_interval: 5_000,
        },
      },
      env_settings: { env: 'recall', num_envs: 8 },
    },
  }
}

export const recallPresets: readonly Preset[] = [
  preset(
    {
      id: 'ppo',
      title: 'PPO',
      description: 'Learns to remember the sign, with a memory of 16 numbers.',
      recommended: true,
    },
    { trainer_type: 'ppo', hyperparameters: ppo },
    0.99,
    20_000,
  ),
  preset(
    {
      id: 'sac',
      title: 'SAC',
      description: 'Off-policy, with the same memory: fewer steps, more work per step.',
      recommended: false,
    },
    { trainer_type: 'sac', hyperparameters: sac },
    0.95,
    6_000,
  ),
]
