/** The library on disk. This folder is the only importer of better-sqlite3. */
export type { ImportedAgentRow } from './agent-table.ts'
export { type Backup, deleteBackup, type KeptBackup, listBackups } from './backup.ts'
export { columnsFromBytes, columnsToBytes, fromLittleEndian, littleEndianBytes } from './columns.ts'
export * from './episode.ts'
export { checkEpisode, type EpisodeOrigin, episodeHash } from './episode-check.ts'
export type { EpisodeImport, ImportResult } from './episode-import.ts'
export {
  EpisodeAssembler,
  type EpisodePiece,
  type EpisodeSummary,
  episodePieces,
  pieceBytes,
} from './episode-pieces.ts'
export type { EpisodeFilter, EpisodeRow, EpisodeState } from './episode-row.ts'
export { EpisodeWriter } from './episode-writer.ts'
export { defaultDataDirectory, hasLibrary, openLibrary, openLibraryInMemory } from './library.ts'
export type { EpisodeNotes, Library, ReadableLibrary } from './library-types.ts'
export { AlreadyOpenError, type StudioLock } from './lock.ts'
export type { Owner, Standing } from './owners.ts'
export { DIRECTORIES, makePrivateDirectory } from './private-files.ts'
export { type Rescued, type RescuedEpisode, rescueLibrary } from './rescue/rescue.ts'
export { type RunClaim, RunTaken } from './run-claims.ts'
export type { Metric, MetricFilter, RunRow, RunState } from './run-table.ts'
export { freeBytes } from './scratch.ts'
export type { EnvironmentSize, LibrarySize } from './sizes.ts'
export type { StepRecord } from './step-buffer.ts'
