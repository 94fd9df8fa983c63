import type { MetricDefinitions } from '../metric-definition.ts'
import { lossPanel } from '../metric-panels.ts'
import { policyEntropy, policyLoss, pretrainingMetrics } from '../shared-metrics.ts'

export const ppoMetrics: MetricDefinitions = {
  'loss/policy': policyLoss,
  'loss/value': {
    title: 'Value',
    meaning: 'Squared error of the value heads',
    panel: lossPanel,
    tensorboard: 'Losses/Value Loss',
  },
  'policy/entropy': policyEntropy,
  'policy/clip_fraction': { title: 'Clipped', meaning: 'Share of samples at the bound of the policy ratio' },
  'policy/kl': { title: 'KL divergence', unit: 'nats', meaning: 'How far one update moved the policy' },
  'extrinsic/deviation': {
    title: 'Size of the returns',
    meaning: "What the environment's rewards are divided by before they are learned from",
  },
  ...pretrainingMetrics,
}
