/** The public entry of core/learn: importing it registers the built-in algorithms and reward signals. A new one is one more line here. */
import './algorithms/sac.ts'
import './algorithms/ppo.ts'
import './algorithms/bc.ts'
import './algorithms/dqn.ts'
import './algorithms/td3.ts'
import './algorithms/es.ts'
import './signals/extrinsic.ts'
import './signals/gail.ts'
import './signals/curiosity.ts'
import './signals/rnd.ts'

export type { ActionBatch, DemonstrationData, StepBatch } from '../experience/transitions.ts'
export {
  type ActingCopy,
  type Algorithm,
  type AlgorithmDefinition,
  type AlgorithmState,
  actingCopyOf,
  algorithmDefinition,
  algorithmNames,
  type LearnContext,
  makeAlgorithm,
  registerAlgorithm,
  takesActions,
} from './algorithm.ts'
export { cloningSettings } from './cloning-settings.ts'
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
export {
  type BodyContext,
  type NetworkDefinition,
  networkDefinition,
  networkNames,
  registerNetwork,
} from './networks/bodies.ts'
export { convolution, dense, flatten, hidden, type Scope } from './networks/layers.ts'
export { networkWeights } from './networks/network-size.ts'
export * from './settings.ts'
export { computedSignal, type RewardSignal, type SignalInputs } from './signals/reward-signal.ts'
export {
  type RewardSignalDefinition,
  registerRewardSignal,
  rewardSignalDefinition,
  rewardSignalNames,
  type SignalContext,
} from './signals/signals.ts'
