/** What a library can do, for whoever reads and for whoever writes. */
import type { ImportedAgentRow } from './agent-table.ts'
import type { Backup } from './backup.ts'
import type { Episode, EpisodeHead } from './episode.ts'
import type { EpisodeImport, ImportResult } from './episode-import.ts'
import type { EpisodeFilter, EpisodeRow } from './episode-row.ts'
import type { EpisodeWriter } from './episode-writer.ts'
import type { StudioLock } from './lock.ts'
import type { RunClaim } from './run-claims.ts'
import type { Metric, MetricFilter, RunRow } from './run-table.ts'
import type { LibrarySize } from './sizes.ts'

/** What may be changed about an episode after it was played. */
export interface EpisodeNotes {
  readonly tags?: readonly string[]
  readonly note?: string
  /** 0 = not rated, else 1 to 5. */
  readonly rating?: number
}

/** What a reader may do; several processes may read at once. */
export interface ReadableLibrary {
  /** The data directory, absolute. */
  readonly dir: string
  /** The database file, absolute. */
  readonly file: string
  /** Newest first. */
  listEpisodes(filter?: EpisodeFilter): EpisodeRow[]
  /** @throws UserError when there is no such episode */
  getEpisode(id: number): EpisodeRow
  /** @throws DataError when a chunk is damaged or missing */
  readEpisode(id: number): Episode
  /** @throws DataError when the episode is damaged or not what was recorded: chunks, invariants and hash */
  verifyEpisode(id: number): void
  getRun(id: string): RunRow | undefined
  /** Newest first. */
  listRuns(): RunRow[]
  /** Who trains the run, or did and is asleep or gone; undefined when nobody does. */
  getRunClaim(id: string): RunClaim | undefined
  readMetrics(runId: string, filter?: MetricFilter): Metric[]
  getImportedAgent(id: string): ImportedAgentRow | undefined
  /** Newest first. */
  listImportedAgents(): ImportedAgentRow[]
  getMeta(key: string): string | undefined
  /** Changes whenever *another* process or connection has changed the library. */
  externalVersion(): number
  /** What SQLite's integrity and foreign key checks complain about; empty when all is well. */
  checkIntegrity(): string[]
  /** What takes how much of its file. */
  size(): LibrarySize
  /**
   * Copies the library to `file`, verified before it gets that name.
   * @throws UserError when there is no room; DataError when the library is damaged
   */
  backUp(file: string, signal?: AbortSignal): Promise<Backup>
  close(): void
}

export interface Library extends ReadableLibrary {
  /**
   * Starts recording.
   * @param firstObservation  [O], the one after reset
   * @param firstMask         [M], what is allowed in the first step; only where the environment masks
   */
  startEpisode(head: EpisodeHead, firstObservation: Float32Array, firstMask?: Uint8Array): EpisodeWriter
  /** Adds a whole episode. @throws DataError when it breaks an invariant */
  addEpisode(episode: Episode, options?: { bundled?: boolean }): number
  /**
   * Begins to take over the episodes of a file, of which nothing is seen until all of it is there. What the library has already
   * is not added twice; if it was deleted it comes back. Equal plays of one file are several.
   */
  beginImport(signal?: AbortSignal): Promise<EpisodeImport>
  /** The same at once, for few and small episodes of our own: nobody else has a turn meanwhile. */
  importEpisodes(episodes: readonly Episode[], options?: { bundled?: boolean }): ImportResult
  updateEpisodes(ids: readonly number[], notes: EpisodeNotes): void
  /** Turns interrupted episodes into complete ones that end where the recording did. */
  keepEpisodes(ids: readonly number[]): void
  /** Puts episodes aside; `restoreEpisodes` brings them back until `purge`. */
  deleteEpisodes(ids: readonly number[]): void
  restoreEpisodes(ids: readonly number[]): void
  /** Erases what was deleted before this time. @returns how many, and what the disk has got back */
  purge(olderThanUs: number): Promise<{ episodes: number; bytes: number }>
  /** Gives the space of what was erased back to the disk. @returns bytes */
  shrink(): Promise<number>
  /** Makes several changes in one transaction; what throws takes all of them back. Must not be asynchronous. */
  atomically<T>(changes: () => T): T
  /**
   * Puts the run and makes it this process's, whoever slept with it.
   * @returns the token that its writes are made with
   * @throws UserError naming who has it
   */
  claimRun(run: RunRow): string
  /**
   * Inserts the run or replaces the one with this id; its metrics stay. A run that is not `running` any more is nobody's.
   * @param claim  the owner's token, from `claimRun`
   * @throws RunTaken when the claim is another's by now; UserError when there is none and another process has the run
   */
  putRun(run: RunRow, claim?: string): void
  /** Forgets the run and its metrics. @throws UserError naming who has it */
  deleteRun(id: string): void
  /** @throws as `putRun` */
  appendMetrics(runId: string, rows: readonly Metric[], claim?: string): void
  /** Makes this process the studio of the library. @throws UserError when another is */
  lockStudio(): Promise<StudioLock>
  /** Of later steps than this: the run goes on from there. @throws as `putRun` */
  forgetMetrics(runId: string, afterStep: number, claim?: string): void
  /** @throws UserError naming who has the run */
  requireFreeRun(id: string): void
  /** The id must be new. */
  addImportedAgent(agent: ImportedAgentRow): void
  renameImportedAgent(id: string, name: string): void
  deleteImportedAgent(id: string): void
  setMeta(key: string, value: string): void
}
