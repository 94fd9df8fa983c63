/**
 * Presets of bubble/25. Those of SAC and PPO, without and with GAIL, come out of searches that were verified on fresh seeds:
 * experiments/tune-bubble-*.yaml, with their results in docs/results.
 */
import type { Preset } from '../preset.ts'

const sac = {
  batch_size: 64,
  buffer_size: 200_000,
  buffer_init_steps: 1_000,
  learning_rate: 4e-4,
  tau: 0.018,
  steps_per_update: 2,
  init_entcoef: 0.05,
  entcoef_learning_rate: 1e-3,
  target_entropy_start: 0.5,
  target_entropy_end: 0.15,
  target_entropy_anneal_steps: 6_000,
  entropy_in_target: false,
  logit_bound: 6,
}

const ppo = {
  batch_size: 64,
  buffer_size: 512,
  learning_rate: 2.2e-3,
  beta: 0.001,
  epsilon: 0.2,
  lambd: 0.89,
  num_epoch: 8,
  learning_rate_schedule: 'constant',
}

const dqn = {
  batch_size: 128,
  buffer_size: 200_000,
  buffer_init_steps: 1_000,
  learning_rate: 5e-4,
  steps_per_update: 4,
  exploration_steps: 6_000,
  exploration_initial_eps: 1,
  exploration_final_eps: 0.02,
}

const network = { hidden_units: 128, num_layers: 2, head_units: 64, shared_head: true, layer_norm: true }
const extrinsic = { strength: 1, gamma: 0.95 }
/** Judges where a shot led and leaves its angle to the agent; leads early and fades, so that it finds its own solution. */
const gail = {
  strength: 0.27,
  gamma: 0.94,
  learning_rate: 4e-4,
  use_actions: false,
  use_next_state: true,
  reward_form: 'airl',
  reward_clip: 3,
  gradient_penalty: 0.3,
  updates_interval: 4,
  anneal_steps: 4_000,
}
const gailBesidePpo = {
  ...gail,
  strength: 0.07,
  gamma: 0.83,
  learning_rate: 2.2e-4,
  gradient_penalty: 0.17,
  anneal_steps: 10_000,
}
/** Beside a clone, as docs/results/gail-ablation.md has it. */
const gailOfActions = {
  ...gail,
  strength: 0.05,
  gamma: 0.95,
  learning_rate: 3e-4,
  use_actions: true,
  use_next_state: false,
  // With 1 the discriminator of 433 inputs stays flat (logits within 0.02) and its reward says nothing.
  gradient_penalty: 0.05,
  anneal_steps: 8_000,
}

function preset(
  head: Omit<Preset, 'config'>,
  behavior: Record<string, unknown>,
  options: { numEnvs: number; maxSteps: number; signals: Record<string, unknown> },
): Preset {
  return {
    ...head,
    config: {
      behaviors: {
        'bubble/25': {
          ...behavior,
          network_settings: network,
          reward_signals: options.signals,
          max_steps: options.maxSteps,
          summary_freq: Math.max(500, options.maxSteps / 100),
          checkpoint_interval: Math.max(5_000, options.maxSteps / 20),
        },
      },
      env_settings: { env: 'bubble/25', num_envs: options.numEnvs },
    },
  }
}

/**
 * A clone of 21 plays is already better than the human average, but plays too unsurely; so it acts at half its temperature,
 * stays as it is until the critics have seen 500 batches, and is held by the cloning loss while it learns to be better.
 */
const cloned = {
  ...sac,
  batch_size: 128,
  buffer_init_steps: 500,
  learning_rate: 5e-4,
  tau: 0.005,
  steps_per_update: 4,
  target_entropy_anneal_steps: 12_000,
  init_entcoef: 0.01,
  target_entropy_start: 0.25,
  policy_init_updates: 500,
  acting_temperature: 0.5,
  demonstration_share: 0.5,
}
const cloning = { strength: 0.3, steps: 4_000, batch_size: 64, pretrain_updates: 250 }

export const bubble25Presets: readonly Preset[] = [
  preset(
    {
      id: 'sac-gail-bc',
      title: 'SAC + GAIL, cloned first',
      description:
        'Copies the demonstrations, plays as well as people from the start, and gets better while it plays.',
      recommended: false,
    },
    {
      trainer_type: 'sac',
      hyperparameters: cloned,
      behavioral_cloning: cloning,
    },
    { numEnvs: 8, maxSteps: 20_000, signals: { extrinsic, gail: gailOfActions } },
  ),
  preset(
    {
      id: 'sac-gail',
      title: 'SAC + GAIL',
      description:
        'Learns from the reward and from the demonstrations, which count most early on and then fade.',
      recommended: true,
    },
    { trainer_type: 'sac', hyperparameters: { ...sac, buffer_init_steps: 500, demonstration_share: 0.25 } },
    { numEnvs: 8, maxSteps: 20_000, signals: { extrinsic: { ...extrinsic, gamma: 0.98 }, gail } },
  ),
  preset(
    {
      id: 'ppo-gail',
      title: 'PPO + GAIL',
      description: 'The on-policy counterpart; needs many more bubbles, but each is cheaper to learn from.',
      recommended: false,
    },
    { trainer_type: 'ppo', hyperparameters: ppo },
    {
      numEnvs: 16,
      maxSteps: 60_000,
      signals: { extrinsic: { ...extrinsic, gamma: 0.9 }, gail: gailBesidePpo },
    },
  ),
  preset(
    {
      id: 'sac',
      title: 'SAC',
      description: 'From the reward alone, without demonstrations.',
      recommended: false,
    },
    { trainer_type: 'sac', hyperparameters: sac },
    { numEnvs: 8, maxSteps: 20_000, signals: { extrinsic: { ...extrinsic, gamma: 0.98 } } },
  ),
  preset(
    {
      id: 'ppo',
      title: 'PPO',
      description: 'On-policy, from the reward alone, without demonstrations.',
      recommended: false,
    },
    { trainer_type: 'ppo', hyperparameters: ppo },
    { numEnvs: 16, maxSteps: 60_000, signals: { extrinsic: { ...extrinsic, gamma: 0.9 } } },
  ),
  preset(
    {
      id: 'dqn',
      title: 'DQN',
      description:
        'Learns what each shot is worth and fires the best one; from the reward alone, without demonstrations.',
      recommended: false,
    },
    { trainer_type: 'dqn', hyperparameters: dqn },
    { numEnvs: 8, maxSteps: 20_000, signals: { extrinsic } },
  ),
  preset(
    {
      id: 'bc',
      title: 'Behavioural cloning',
      description: 'Copies the demonstrations and uses no reward: the baseline that GAIL must beat.',
      recommended: false,
    },
    // 250 gradients: 21 plays are few, and with 500 the clone needs five bubbles more on new boards.
    {
      trainer_type: 'bc',
      hyperparameters: { batch_size: 128, learning_rate: 1e-3, updates_per_step: 0.1 },
    },
    { numEnvs: 8, maxSteps: 2_500, signals: { extrinsic } },
  ),
]
