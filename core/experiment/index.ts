/** Experiments: configurations x seeds, trained until an end, measured alike, reported with honest intervals. */
export type { Cell } from './cell.ts'
export { readCells } from './cell.ts'
export { duration } from './markdown.ts'
export { type ColumnPlan, type Experiment, planExperiment } from './plan.ts'
export { type Report, readReportCells, writeReport } from './report.ts'
export { ExperimentRunner, type RunnerEvent, type RunnerOptions } from './runner.ts'
export { type ColumnSummary, type ExperimentSummary, summarizeExperiment } from './summary.ts'
