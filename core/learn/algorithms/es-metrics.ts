import type { MetricDefinitions, MetricPanel } from '../metric-definition.ts'

const fitness: MetricPanel = { title: 'Return of the perturbed policies' }
const size: MetricPanel = { title: 'Size of the weights and of their gradient' }

export const esMetrics: MetricDefinitions = {
  'es/fitness': {
    title: 'In the mean',
    meaning: 'Mean return of the perturbed policies of a generation',
    panel: fitness,
  },
  'es/best_fitness': {
    title: 'The best',
    meaning: 'Return of the best perturbed policy of a generation',
    panel: fitness,
  },
  'es/gradient_norm': {
    title: 'Gradient',
    meaning: 'Euclidean norm of the estimated gradient, with the pull of the weight decay',
    panel: size,
  },
  'es/weight_norm': { title: 'Weights', meaning: "Euclidean norm of the policy's weights", panel: size },
}
