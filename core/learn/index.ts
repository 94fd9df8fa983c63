/** The public entry of core/learn: importing it registers the built-in algorithms and reward signals. A new one is one more line here. */
import './sac.ts'
import './ppo.ts'
import './bc.ts'
import './dqn.ts'
import './es.ts'
import './extrinsic.ts'
import './gail.ts'
import './curiosity.ts'
import './rnd.ts'

export {
  type Algorithm,
  type AlgorithmDefinition,
  type AlgorithmState,
  algorithmDefinition,
  algorithmNames,
  type LearnContext,
  registerAlgorithm,
} from './algorithm.ts'
export {
  type BodyContext,
  type NetworkDefinition,
  networkNames,
  registerNetwork,
} from './bodies.ts'
export { cloningSettings } from './cloning.ts'
export { convolution, dense, flatten, hidden, type Scope } from './layers.ts'
export {
  defineMetrics,
  type MetricDefinition,
  type MetricDefinitions,
  type MetricPanel,
  metricDefinition,
  metricDefinitions,
} from './metric-definition.ts'
export * from './metric-panels.ts'
export { Metrics } from './metrics.ts'
export { networkWeights } from './network-size.ts'
export { computedSignal, type RewardSignal, type SignalInputs } from './reward-signal.ts'
export * from './settings.ts'
export {
  type RewardSignalDefinition,
  registerRewardSignal,
  rewardSignalDefinition,
  rewardSignalNames,
  type SignalContext,
} from './signals.ts'
export type { ActionBatch, DemonstrationData, StepBatch } from './transitions.ts'
