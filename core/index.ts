/**
 * What a plugin imports from 'understudy': the register functions, their types, and what the built-in algorithms,
 * networks and signals are made of. docs/guide has a worked example for each.
 */
export { z } from 'zod'
export type {
  DemonstrationFiles,
  DemonstrationFormat,
  FileFormat,
  FolderFormat,
  ReadOptions,
} from './demos/formats/format.ts'
export { registerGuardedFormat as registerDemonstrationFormat } from './demos/formats/guard.ts'
export { givenEnvironment } from './demos/formats/parts/foreign.ts'
export { FileProblems } from './demos/formats/problems.ts'
export { environmentStamp } from './demos/stamp.ts'
export {
  registerGuardedEnvironment as registerEnvironment,
  registerGuardedPlayer as registerScriptedPlayer,
  registerGuardedScheme as registerEnvironmentScheme,
} from './envs/guard.ts'
export {
  type Action,
  type ActionSpec,
  type ActionUnits,
  checkEnvironment,
  type Drawing,
  type DrawingEvent,
  draw,
  type Environment,
  type EnvironmentDefinition,
  type EnvironmentFactory,
  type EnvironmentScheme,
  type EnvironmentSpec,
  emptyAction,
  makeEnvironment,
  observationSize,
  type Player,
  type Preset,
  type Shape,
  type StepResult,
} from './envs/index.ts'
export { DataError, UserError } from './errors.ts'
export {
  registerGuardedAlgorithm as registerAlgorithm,
  registerGuardedNetwork as registerNetwork,
  registerGuardedSignal as registerRewardSignal,
} from './learn/guard.ts'
export * from './learn/index.ts'
export { LearnerState } from './learn/learner-state.ts'
export { ActionLayout } from './learn/networks/action-layout.ts'
export { maskedLogSoftmax } from './learn/networks/distributions.ts'
export { body, dense, perAction } from './learn/networks/networks.ts'
export { seen } from './learn/networks/normalizer.ts'
export { Actor, buildPolicy, policyBindings } from './learn/networks/policy.ts'
export { exportPolicy } from './learn/networks/policy-export.ts'
export { actionValue } from './learn/off-policy/action-value.ts'
export { offPolicyHyperparameters } from './learn/off-policy/hyperparameters.ts'
export { makeOffPolicy, type OffPolicyLearner, type OffPolicyParts } from './learn/off-policy/off-policy.ts'
export { makeSampledBatch } from './learn/off-policy/replay-buffer.ts'
export { makeOnPolicy, type OnPolicyLearner, type OnPolicyParts } from './learn/on-policy/on-policy.ts'
export { setUp } from './learn/setup.ts'
export { learnedSignal } from './learn/signals/learned-signal.ts'
export { transitionInputs } from './learn/signals/transition-inputs.ts'
export { Update } from './learn/update.ts'
export { Random } from './random.ts'
export type { EnvironmentStamp, Episode } from './store/episode.ts'
export * as tensor from './tensor/index.ts'
