/** The library on disk. This folder is the only importer of better-sqlite3. */
export type { ImportedAgentRow } from './agent-table.ts'
export { columnsFromBytes, columnsToBytes, fromLittleEndian, littleEndianBytes } from './columns.ts'
export * from './episode.ts'
export { checkEpisode, type EpisodeOrigin, episodeHash } from './episode-check.ts'
export type { EpisodeImport } from './episode-import.ts'
export {
  EpisodeAssembler,
  type EpisodePiece,
  type EpisodeSummary,
  episodePieces,
  pieceBytes,
} from './episode-pieces.ts'
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
export { lockStudio, type StudioLock } from './lock.ts'
export type { Metric, MetricFilter, RunRow, RunState } from './run-table.ts'
export type { StepRecord } from './step-buffer.ts'
