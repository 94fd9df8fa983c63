/** What the metrics of a run mean, for people. A metric that is not listed is shown by its name. */
import type { Metric } from './protocol.ts'

/** name -> [title, group, one line of meaning] */
const known = new Map<string, readonly [title: string, group: string, description: string]>([
  ['rollout/score', ['Score', 'score', 'Mean score of the episodes that ended since the last summary']],
  [
    'rollout/window_score',
    ['Score, last 1,000 steps', 'score', 'Mean score over a window of 1,000 steps: the mastery rule'],
  ],
  ['rollout/return', ['Reward per episode', 'reward', "Sum of the environment's rewards"]],
  ['rollout/success', ['Share of levels won', 'reward', 'Share of the episodes that reached the goal']],
  ['rollout/length', ['Steps per episode', 'reward', 'Decisions until the episode ended']],
  [
    'gail/accuracy_agent',
    ['On the agent', 'discriminator', 'How often the discriminator recognises the agent'],
  ],
  [
    'gail/accuracy_demonstrations',
    ['On demonstrations', 'discriminator', 'How often the discriminator recognises a demonstration'],
  ],
  [
    'gail/logit_agent',
    ['Logit, agent', 'discriminator', 'Mean verdict on the agent; above 0 it takes it for a demonstration'],
  ],
  [
    'gail/logit_demonstrations',
    ['Logit, demonstrations', 'discriminator', 'Mean verdict on the demonstrations'],
  ],
  [
    'gail/gradient_penalty',
    ['Gradient penalty', 'discriminator', 'Mean square of its slope between agent and demonstrations'],
  ],
  ['gail/loss', ['Discriminator', 'loss', 'Cross entropy of telling agent and demonstrations apart']],
  ['policy/entropy', ['Entropy', 'entropy', 'How undecided the policy is, in nats']],
  ['policy/target_entropy', ['Target entropy', 'entropy', 'The entropy that the temperature steers to']],
  ['policy/temperature', ['Temperature', 'entropy', 'Weight of the entropy beside the reward']],
  ['policy/clip_fraction', ['Clipped', 'policy', 'Share of samples at the bound of the policy ratio']],
  ['policy/kl', ['KL divergence', 'policy', 'How far one update moved the policy']],
  [
    'extrinsic/deviation',
    [
      'Size of the returns',
      'reward',
      "What the environment's rewards are divided by before they are learned from",
    ],
  ],
  ['critic/q', ['Value of decisions', 'critic', 'What the critic expects on average']],
  [
    'critic/reward',
    ['Reward in the batch', 'critic', 'Mean reward that the critic learns from, all signals together'],
  ],
  ['loss/critic', ['Critic', 'loss', 'Squared error of the critics']],
  ['loss/policy', ['Policy', 'loss', 'Objective of the policy']],
  ['loss/value', ['Value', 'loss', 'Squared error of the value heads']],
  ['loss/cloning', ['Cloning', 'loss', 'How unlikely the demonstrated decisions are to the policy']],
  ['time/steps_per_second', ['Steps per second', 'time', 'Environment steps per second of wall time']],
  [
    'time/seconds',
    ['Seconds', 'time', 'Training time of the run so far, without the pauses between sessions'],
  ],
  ['time/environment', ['Environment', 'time', 'Share of the time in which the environments step']],
  ['time/inference', ['Decisions', 'time', 'Share of the time in which the policy decides']],
  [
    'time/worker_idle',
    ['Idle workers', 'time', 'Share of the time in which environment workers wait for the learner'],
  ],
  ['time/update', ['Learning', 'time', 'Share of the time in which the networks are updated']],
])

export function describeMetric(name: string): Metric {
  const entry = known.get(name)
  if (entry !== undefined) return { name, title: entry[0], group: entry[1], description: entry[2] }
  const [group = 'other', ...rest] = name.split('/')
  const words = rest.join(' ').replaceAll('_', ' ') || name
  // With its group: several have a loss and a reward.
  const title = `${words.charAt(0).toUpperCase()}${words.slice(1)}${rest.length === 0 ? '' : ` (${group})`}`
  return { name, title, group, description: name }
}
