import type { MetricDefinitions } from '../metric-definition.ts'

export const rndMetrics: MetricDefinitions = {
  'rnd/loss': {
    title: 'Random network distillation',
    meaning: "Squared error of foretelling the random network's outputs: how new the observations are",
    tensorboard: 'Losses/RND Loss',
  },
  'rnd/deviation': {
    title: 'Deviation of the distillation error',
    meaning: 'What its reward is divided by; with normalize_reward',
  },
}
