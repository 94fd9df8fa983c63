import type { MetricDefinitions } from '../metric-definition.ts'
import { entropyPanel, lossPanel } from '../metric-panels.ts'
import { auxiliaryCloningMetrics, criticMetrics, policyEntropy, policyLoss } from '../shared-metrics.ts'

export const sacMetrics: MetricDefinitions = {
  'loss/critic': {
    title: 'Critic',
    meaning: 'Half the squared errors of both critics, summed',
    panel: lossPanel,
    tensorboard: 'Losses/Critic Loss',
  },
  'loss/policy': policyLoss,
  'policy/entropy': policyEntropy,
  'policy/target_entropy': {
    title: 'Target entropy',
    unit: 'nats',
    meaning: 'The entropy that the temperature steers to',
    panel: entropyPanel,
  },
  'policy/temperature': { title: 'Temperature', meaning: 'Weight of the entropy beside the reward' },
  ...criticMetrics,
  ...auxiliaryCloningMetrics,
}
