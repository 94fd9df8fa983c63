/** Training runs: configuration, presets, and the process that trains. */
import './trainer-metrics.ts'

export { type CheckpointFile, listCheckpoints } from './checkpoint.ts'
export { choiceOf, choicesFor, contentOf, wishedChoice } from './choices.ts'
export { type ChoiceProblem, type Choices, composeConfig } from './compose.ts'
export {
  configToYaml,
  demonstrationPath,
  needsDemonstrations,
  type RunConfig,
  resolveConfig,
  signalNames,
} from './config.ts'
export { firstChange } from './config-changes.ts'
export type { ConfigOverrides } from './config-overrides.ts'
export { configPlugins, loadConfigPlugins } from './config-plugins.ts'
export { importDemonstrationFiles, readDemonstrationFiles } from './demonstration-files.ts'
export {
  demonstrationData,
  firstMisfit,
  GAIL_CONTROLS,
  type GailControl,
  isSelection,
  knownVersions,
  SELECTIONS,
  selectDemonstrations,
} from './demonstrations.ts'
export { diagnose, type Finding, factsOf, type RunFacts } from './diagnostics/index.ts'
export { type Elsewhere, forgetElsewhere, readElsewhere, requireHere, writeElsewhere } from './elsewhere.ts'
export { errorOf, failureOf } from './failure.ts'
export { type ForkTraining, forkElectron, forkNode, type TrainingProcess } from './fork.ts'
export { type GivenConfig, type GivenProblem, readGiven, soundPart } from './given-config.ts'
export {
  type CheckpointReport,
  type CheckpointState,
  inspectRun,
  knownCheckpoints,
  type RunReport,
  runProblem,
  unknownRuns,
} from './inspect-run.ts'
export type { CheckpointNotice, Failed, Finished, MetricRow, Progress, TimeShares } from './messages.ts'
export { ownerMessage, type Start, startMessage, trainerMessage } from './messages.ts'
export { ipcPort, messagePort, type Port, parentPort, utilityPort } from './port.ts'
export { presetsFor, untunedConfig } from './presets.ts'
export { pruneRun } from './prune-run.ts'
export { explainReadError, readRegularFile } from './regular-file.ts'
export { forgetRemoved, putBack, type RemovedRun, removeRun } from './removed-run.ts'
export { type Repair, repairRun } from './repair-run.ts'
export { figuresInWords, type HeldOutFigures } from './run-figures.ts'
export { raiseFence, runFence } from './run-files.ts'
export { freeRunId } from './run-id.ts'
export { describeParts, type RunPart } from './run-parts.ts'
export { type RunSize, runSizes } from './run-sizes.ts'
export {
  configOf,
  deleteRun,
  isActive,
  isRunId,
  loadRunPlugins,
  recoverRuns,
  requireIdle,
  requireRun,
  runDirectory,
  savedConfig,
} from './runs.ts'
export { serveTraining } from './serve-training.ts'
export { describeSettings, type SettingDescription } from './settings-form.ts'
export { type StartProblem, startProblems } from './start-problems.ts'
export {
  type ResumeRunOptions,
  rejoinRun,
  resumeRun,
  type StartRunOptions,
  startRun,
  withLoadedPlugins,
} from './start-run.ts'
export { type StopReason, type StopSettings, stopSettings } from './stop-rule.ts'
export type { RunEnd, RunEvents, RunHandle } from './supervisor.ts'
export { parseYaml, writeYaml } from './yaml.ts'
