/** Metrics that several algorithms report. */
import type { MetricDefinition, MetricDefinitions } from './metric-definition.ts'
import { entropyPanel, lossPanel } from './metric-panels.ts'

export const policyEntropy: MetricDefinition = {
  title: 'Entropy',
  unit: 'nats',
  meaning: 'How undecided the policy is, over the batches learned from',
  panel: entropyPanel,
  tensorboard: 'Policy/Entropy',
}

export const policyLoss: MetricDefinition = {
  title: 'Policy',
  meaning: 'Objective of the policy, with its sign',
  panel: lossPanel,
  tensorboard: 'Losses/Policy Loss',
}

const demonstratedLoss: MetricDefinition = {
  title: 'Cloning',
  meaning: 'How unlikely the demonstrated decisions are to the policy',
  panel: lossPanel,
  tensorboard: 'Losses/Cloning Loss',
}

/** Of the bc algorithm. */
export const cloningLossMetric: MetricDefinitions = { 'loss/cloning': demonstratedLoss }

/** Of what has a `behavioral_cloning` section. */
export const pretrainingMetrics: MetricDefinitions = {
  'cloning/pretraining_loss': {
    title: 'Cloning before the first step',
    meaning: 'How unlikely the demonstrated decisions were to the policy while it was pretrained',
  },
}

/** Of a cloning loss beside the policy's own, which counts with its weight. */
export const auxiliaryCloningMetrics: MetricDefinitions = {
  ...pretrainingMetrics,
  'cloning/loss': {
    ...demonstratedLoss,
    title: 'Cloning, weighted',
    meaning: `${demonstratedLoss.meaning}, times its weight`,
  },
}

/** Of what has two critics. */
export const criticLoss: MetricDefinition = {
  title: 'Critic',
  meaning: 'How far both critics are off: their squared errors, summed',
  panel: lossPanel,
  tensorboard: 'Losses/Critic Loss',
}

/** Of what has a critic of actions. */
export const criticMetrics: MetricDefinitions = {
  'critic/q': { title: 'Value of decisions', meaning: 'What the critic expects on average' },
  'critic/reward': {
    title: 'Reward in the batch',
    meaning: 'Mean reward that the critic learns from, all signals together',
  },
}
