import type { MetricDefinitions, MetricPanel } from '../metric-definition.ts'

const panel: MetricPanel = { title: 'Losses of curiosity' }

export const curiosityMetrics: MetricDefinitions = {
  'curiosity/forward_loss': {
    title: 'Forward model',
    meaning: 'Squared error of foretelling what an action leads to',
    panel,
    tensorboard: 'Losses/Curiosity Forward Loss',
  },
  'curiosity/inverse_loss': {
    title: 'Inverse model',
    meaning: 'Error of telling from two observations which action lay between them',
    panel,
    tensorboard: 'Losses/Curiosity Inverse Loss',
  },
}
