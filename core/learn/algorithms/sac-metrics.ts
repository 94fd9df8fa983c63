import type { MetricDefinitions } from '../metric-definition.ts'
import { entropyPanel } from '../metric-panels.ts'
import {
  auxiliaryCloningMetrics,
  criticLoss,
  criticMetrics,
  policyEntropy,
  policyLoss,
} from '../shared-metrics.ts'

export const sacMetrics: MetricDefinitions = {
  'loss/critic': criticLoss,
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
