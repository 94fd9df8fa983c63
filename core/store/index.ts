/** The library on disk. This folder is the only importer of better-sqlite3. */
export type { ImportedAgentRow } from './agent-table.ts'
export { columnsFromBytes, columnsToBytes, fromLittleEndian, littleEndianBytes } from './columns.ts'
export * from './episode.ts'
export { checkEpisode, type EpisodeOrigin, episodeHash } from './episode-check.ts'
export type { EpisodeFilter, EpisodeRow, EpisodeState } from './episode-row.ts'
export { type EpisodeOutcome, EpisodeWriter } from './episode-writer.ts'
export {
  defaultDataDirectory,
  type EpisodeNotes,
  type ImportResult,
  type Library,
  openLibrary,
  type ReadableLibrary,
} from './library.ts'
export type { StudioLock } from './lock.ts'
export type { Owner, Standing } from './owners.ts'
export { type RunClaim, RunTaken } from './run-claims.ts'
export type { Metric, MetricFilter, RunRow, RunState } from './run-table.ts'
export type { StepRecord } from './step-buffer.ts'
