/** The public entry of core/learn: importing it registers the built-in algorithms. A new one is one more line here. */
import './sac.ts'
import './ppo.ts'
import './bc.ts'

export {
  type Algorithm,
  type AlgorithmDefinition,
  type AlgorithmState,
  algorithmDefinition,
  algorithmNames,
  type LearnContext,
  registerAlgorithm,
} from './algorithm.ts'
export { Metrics } from './metrics.ts'
export * from './settings.ts'
export type { ActionBatch, DemonstrationData, StepBatch } from './transitions.ts'
