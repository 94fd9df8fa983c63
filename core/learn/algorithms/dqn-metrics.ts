import type { MetricDefinitions } from '../metric-definition.ts'
import { lossPanel } from '../metric-panels.ts'
import { criticMetrics } from '../shared-metrics.ts'

export const dqnMetrics: MetricDefinitions = {
  'loss/q': { title: 'Values', meaning: 'Clipped error of the values of decisions', panel: lossPanel },
  'policy/epsilon': { title: 'Random actions', meaning: 'Share of the actions that are drawn at random' },
  ...criticMetrics,
}
