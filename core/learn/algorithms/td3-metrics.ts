import type { MetricDefinitions } from '../metric-definition.ts'
import { auxiliaryCloningMetrics, criticLoss, criticMetrics, policyLoss } from '../shared-metrics.ts'

export const td3Metrics: MetricDefinitions = {
  'loss/critic': criticLoss,
  'loss/policy': policyLoss,
  ...criticMetrics,
  ...auxiliaryCloningMetrics,
}
