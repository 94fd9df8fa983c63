import type { MetricDefinitions, MetricPanel } from '../metric-definition.ts'
import { discriminatorPanel, lossPanel } from '../metric-panels.ts'

const verdict: MetricPanel = { title: "The discriminator's verdict (logit)" }

export const gailMetrics: MetricDefinitions = {
  'gail/accuracy_agent': {
    title: 'On the agent',
    meaning: 'How often the discriminator recognises the agent',
    panel: discriminatorPanel,
  },
  'gail/accuracy_demonstrations': {
    title: 'On demonstrations',
    meaning: 'How often the discriminator recognises a demonstration',
    panel: discriminatorPanel,
  },
  'gail/logit_agent': {
    title: 'Logit, agent',
    meaning: 'Mean verdict on the agent; above 0 it takes it for a demonstration',
    panel: verdict,
  },
  'gail/logit_demonstrations': {
    title: 'Logit, demonstrations',
    meaning: 'Mean verdict on the demonstrations',
    panel: verdict,
  },
  'gail/loss': {
    title: 'Discriminator',
    meaning: 'Cross-entropy of telling agent and demonstrations apart, without the gradient penalty',
    panel: lossPanel,
    tensorboard: 'Losses/GAIL Loss',
  },
  'gail/gradient_penalty': {
    title: 'Gradient penalty',
    meaning:
      "Mean square of the logit's slope between agent and demonstrations, which the penalty pulls to 0",
  },
  'gail/entropy': {
    title: 'Entropy of the discriminator',
    unit: 'nats',
    meaning: 'How undecided the discriminator is; with entropy_bonus',
  },
  'gail/kl': {
    title: 'KL divergence of the bottleneck',
    unit: 'nats',
    meaning: 'What the discriminator keeps of what it sees; with use_vail',
    tensorboard: 'Losses/GAIL KL Loss',
  },
  'gail/beta': {
    title: 'Weight of the bottleneck',
    meaning: 'How much the KL divergence weighs beside the loss; with use_vail',
    tensorboard: 'Policy/GAIL Beta',
  },
}
