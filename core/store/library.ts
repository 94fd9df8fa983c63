/** The library of one data directory: episodes, runs and metrics. */
import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { BOUNDS, requireName, requireText } from '../bounds.ts'
import { UserError } from '../errors.ts'
import { AgentTable, type ImportedAgentRow } from './agent-table.ts'
import { type Backup, backUp } from './backup.ts'
import { Connection, IN_MEMORY } from './database.ts'
import type { Episode, EpisodeHead } from './episode.ts'
import { checkEpisode, episodeHashes } from './episode-check.ts'
import { EpisodeImport, type ImportResult, SameEpisodes, sweepImports } from './episode-import.ts'
import {
  EPISODE_COLUMNS,
  type EpisodeFilter,
  type EpisodeRecord,
  type EpisodeRow,
  episodeRow,
  filterCondition,
  successOf,
} from './episode-row.ts'
import { EpisodeTable } from './episode-table.ts'
import { EpisodeWriter } from './episode-writer.ts'
import { explainStoreError } from './errors.ts'
import type { EpisodeNotes, Library, ReadableLibrary } from './library-types.ts'
import { lockStudio, type StudioLock } from './lock.ts'
import { LEASE_MS, Owners } from './owners.ts'
import { type RunClaim, RunClaims } from './run-claims.ts'
import { type Metric, type MetricFilter, type RunRow, RunTable } from './run-table.ts'
import { type LibrarySize, librarySize } from './sizes.ts'
import { eraseAll, shrink } from './space.ts'

/** Name of the database in the data directory. */
export const LIBRARY_FILE = 'library.db'

/** `UNDERSTUDY_DATA`, else `.understudy` in the home directory. */
export function defaultDataDirectory(): string {
  return process.env.UNDERSTUDY_DATA || join(homedir(), '.understudy')
}

/**
 * Opens the library in `dir`, creating directory and file when they are not there. Episodes whose recorder is gone
 * become `interrupted`. What this process owns may be taken over when it has not said for `leaseMs` that it is there.
 * @throws UserError when it cannot be opened; DataError when the file is no library or damaged
 */
export function openLibrary(dir: string, options?: { readonly?: false; leaseMs?: number }): Library
export function openLibrary(dir: string, options: { readonly: true }): ReadableLibrary
export function openLibrary(dir: string, options: { readonly?: boolean; leaseMs?: number } = {}): Library {
  return new SqliteLibrary(resolve(dir), options.readonly ?? false, options.leaseMs ?? LEASE_MS)
}

/** What the library in `dir` would be, where there is none yet: nothing of it is written. */
export function openLibraryInMemory(dir: string): Library {
  return new SqliteLibrary(resolve(dir), false, LEASE_MS, IN_MEMORY)
}

/** @throws UserError when nobody may know */
export function hasLibrary(dir: string): boolean {
  const file = join(dir, LIBRARY_FILE)
  try {
    statSync(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw explainStoreError(error, file, true)
  }
}

class SqliteLibrary implements Library {
  readonly dir: string
  readonly file: string
  readonly #connection: Connection
  readonly #episodes: EpisodeTable
  readonly #runs: RunTable
  readonly #agents: AgentTable
  readonly #owners: Owners
  readonly #claims: RunClaims
  readonly #writers = new Set<EpisodeWriter>()

  constructor(dir: string, readonly: boolean, leaseMs: number, file = join(dir, LIBRARY_FILE)) {
    this.dir = dir
    this.file = file
    this.#connection = new Connection(this.file, { readonly })
    this.#owners = new Owners(this.#connection, leaseMs)
    this.#claims = new RunClaims(this.#connection, this.#owners)
    this.#episodes = new EpisodeTable(this.#connection, this.#owners)
    this.#runs = new RunTable(this.#connection)
    this.#agents = new AgentTable(this.#connection)
    if (readonly) return
    try {
      this.#recover()
    } catch (error) {
      this.#connection.close()
      throw error
    }
  }

  /** Recordings and imports whose process is gone. */
  #recover(): void {
    sweepImports(this.#connection, this.#owners)
    this.#connection.write(() => {
      this.#owners.forgetGone()
      for (const id of this.#episodes.abandoned()) this.#episodes.interrupt(id)
    })
  }

  listEpisodes(filter: EpisodeFilter = {}): EpisodeRow[] {
    const { sql, values } = filterCondition(filter)
    return this.#connection.read(() => {
      const records = this.#connection.sqlite
        .prepare(`SELECT ${EPISODE_COLUMNS} FROM episode WHERE ${sql} ORDER BY started_at_us DESC, id DESC`)
        .all(values)
      return (records as EpisodeRecord[]).map(episodeRow)
    })
  }

  getEpisode(id: number): EpisodeRow {
    return this.#connection.read(() => episodeRow(this.#episodes.record(id)))
  }

  readEpisode(id: number): Episode {
    return this.#connection.readTogether(() => this.#episodes.read(id))
  }

  verifyEpisode(id: number): void {
    this.#connection.readTogether(() => this.#episodes.verify(id))
  }

  startEpisode(head: EpisodeHead, firstObservation: Float32Array, firstMask?: Uint8Array): EpisodeWriter {
    const writer = new EpisodeWriter(this.#connection, this.#episodes, head, firstObservation, firstMask)
    this.#writers.add(writer)
    writer.onClose = () => this.#writers.delete(writer)
    return writer
  }

  addEpisode(episode: Episode, options: { bundled?: boolean } = {}): number {
    checkEpisode(episode)
    return this.#connection.write(() => this.#episodes.insertComplete(episode, options.bundled ?? false))
  }

  beginImport(signal?: AbortSignal): Promise<EpisodeImport> {
    return EpisodeImport.begin(this.#connection, this.#episodes, this.#owners, signal)
  }

  importEpisodes(episodes: readonly Episode[], options: { bundled?: boolean } = {}): ImportResult {
    for (const [i, episode] of episodes.entries())
      checkEpisode(episode, { file: 'import', place: `episode ${i}` })
    return this.#connection.write(() => {
      const same = new SameEpisodes(this.#episodes)
      const known = episodes.map((episode) => same.find(episodeHashes(episode)))
      const result: ImportResult = { added: [], known: known.filter((id) => id !== undefined) }
      for (const id of result.known) this.#episodes.restore(id)
      for (const [i, episode] of episodes.entries()) {
        if (known[i] !== undefined) continue
        result.added.push(this.#episodes.insertComplete(episode, options.bundled ?? false))
      }
      return result
    })
  }

  updateEpisodes(ids: readonly number[], notes: EpisodeNotes): void {
    const { rating } = notes
    if (rating !== undefined && !(Number.isInteger(rating) && rating >= 0 && rating <= 5)) {
      throw new UserError(`a rating is a whole number from 0 to 5, not ${rating}`, { usage: true })
    }
    const tags = notes.tags && [...new Set(notes.tags.map((tag) => tag.trim()))].filter((tag) => tag !== '')
    for (const tag of tags ?? []) requireName('a tag', tag, BOUNDS.tag)
    if ((tags?.length ?? 0) > BOUNDS.tags) {
      throw new UserError(`an episode has at most ${BOUNDS.tags} tags, not ${tags!.length}`, { usage: true })
    }
    if (notes.note !== undefined) requireText('a note', notes.note, BOUNDS.note)
    this.#forEach(ids, (id) => {
      if (tags !== undefined) this.#episodes.set(id, 'tags', JSON.stringify(tags))
      if (notes.note !== undefined) this.#episodes.set(id, 'note', notes.note)
      if (rating !== undefined) this.#episodes.set(id, 'rating', rating)
    })
  }

  keepEpisodes(ids: readonly number[]): void {
    this.#forEach(ids, (id, record) => {
      if (record.state === 'recording') throw new UserError(`episode ${id} is still being recorded`)
      if (record.state !== 'interrupted') return
      const [terminated, truncated] = [record.terminated === 1, record.truncated === 1]
      this.#episodes.complete(id, { terminated, truncated, success: successOf(record) })
    })
  }

  deleteEpisodes(ids: readonly number[]): void {
    const now = Date.now() * 1000
    this.#connection.erase(() => {
      for (const id of ids) {
        const { state, deleted_at_us } = this.#episodes.record(id)
        if (state === 'recording') throw new UserError(`episode ${id} is still being recorded`)
        if (deleted_at_us === null) this.#episodes.setDeleted(id, now)
      }
    })
  }

  restoreEpisodes(ids: readonly number[]): void {
    this.#forEach(ids, (id) => this.#episodes.restore(id))
  }

  async purge(olderThanUs: number): Promise<{ episodes: number; bytes: number }> {
    const { sqlite } = this.#connection
    const select = sqlite.prepare('SELECT id FROM episode WHERE deleted_at_us < ?').pluck()
    const ids = this.#connection.read(() => select.all(olderThanUs)) as number[]
    await eraseAll(this.#connection, ids, (id) => this.#episodes.erase(id))
    return { episodes: ids.length, bytes: await this.shrink() }
  }

  shrink(): Promise<number> {
    return shrink(this.#connection)
  }

  atomically<T>(changes: () => T): T {
    return this.#connection.write(changes)
  }

  claimRun(run: RunRow): string {
    const token = randomUUID()
    this.#connection.write(() => {
      this.#claims.requireFree(run.id)
      this.#runs.put(run)
      this.#claims.take(run.id, token)
    })
    return token
  }

  getRunClaim(id: string): RunClaim | undefined {
    return this.#connection.readTogether(() => this.#claims.get(id))
  }

  putRun(run: RunRow, claim?: string): void {
    this.#connection.write(() => {
      this.#claims.requireMine(run.id, claim ?? null)
      this.#runs.put(run)
      if (run.state !== 'running') this.#claims.release(run.id)
      else if (claim !== undefined && run.pid !== null) this.#claims.setTrainer(run.id, run.pid)
    })
  }

  getRun(id: string): RunRow | undefined {
    return this.#connection.read(() => this.#runs.get(id))
  }

  listRuns(): RunRow[] {
    return this.#connection.read(() => this.#runs.list())
  }

  deleteRun(id: string): void {
    this.#connection.erase(() => {
      this.#claims.requireFree(id)
      this.#runs.delete(id)
    })
  }

  appendMetrics(runId: string, rows: readonly Metric[], claim?: string): void {
    this.#connection.write(() => {
      this.#claims.requireMine(runId, claim ?? null)
      this.#runs.appendMetrics(runId, rows)
    })
  }

  lockStudio(): Promise<StudioLock> {
    return lockStudio(this.#connection, this.#owners)
  }

  forgetMetrics(runId: string, afterStep: number, claim?: string): void {
    this.#connection.write(() => {
      this.#claims.requireMine(runId, claim ?? null)
      this.#runs.forgetMetrics(runId, afterStep)
    })
  }

  requireFreeRun(id: string): void {
    this.#connection.read(() => this.#claims.requireFree(id))
  }

  readMetrics(runId: string, filter: MetricFilter = {}): Metric[] {
    return this.#connection.read(() => this.#runs.readMetrics(runId, filter))
  }

  addImportedAgent(agent: ImportedAgentRow): void {
    requireName('the name of an agent', agent.name, BOUNDS.name)
    this.#connection.write(() => this.#agents.insert(agent))
  }

  getImportedAgent(id: string): ImportedAgentRow | undefined {
    return this.#connection.read(() => this.#agents.get(id))
  }

  listImportedAgents(): ImportedAgentRow[] {
    return this.#connection.read(() => this.#agents.list())
  }

  renameImportedAgent(id: string, name: string): void {
    requireName('the name of an agent', name, BOUNDS.name)
    this.#connection.write(() => this.#agents.rename(id, name))
  }

  deleteImportedAgent(id: string): void {
    this.#connection.erase(() => this.#agents.delete(id))
  }

  getMeta(key: string): string | undefined {
    const select = 'SELECT value FROM meta WHERE key = ?'
    return this.#connection.read(() => this.#connection.sqlite.prepare(select).pluck().get(key)) as
      | string
      | undefined
  }

  setMeta(key: string, value: string): void {
    const insert = 'INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)'
    this.#connection.write(() => this.#connection.sqlite.prepare(insert).run(key, value))
  }

  externalVersion(): number {
    return this.#connection.read(
      () => this.#connection.sqlite.pragma('data_version', { simple: true }) as number,
    )
  }

  checkIntegrity(): string[] {
    return this.#connection.read(() => {
      const rows = this.#connection.sqlite.pragma('integrity_check') as { integrity_check: string }[]
      const orphans = this.#connection.sqlite.pragma('foreign_key_check') as {
        table: string
        rowid: number
      }[]
      return [
        ...rows.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
        ...orphans.map(({ table, rowid }) => `row ${rowid} of ${table} belongs to nothing`),
      ]
    })
  }

  size(): LibrarySize {
    return this.#connection.readTogether(() => librarySize(this.#connection))
  }

  async backUp(file: string, signal?: AbortSignal): Promise<Backup> {
    const source = new Connection(join(this.dir, LIBRARY_FILE), { readonly: true })
    try {
      return await backUp(source.sqlite, file, signal)
    } catch (error) {
      throw explainStoreError(error, file)
    } finally {
      source.close()
    }
  }

  /** Recordings that are still open become interrupted episodes; a run that it still has is nobody's. */
  close(): void {
    try {
      for (const writer of this.#writers) writer.interrupt()
    } finally {
      try {
        this.#owners.leave()
      } finally {
        this.#connection.close()
      }
    }
  }

  /** All ids or none, in one transaction. */
  #forEach(ids: readonly number[], change: (id: number, record: EpisodeRecord) => void): void {
    this.#connection.write(() => {
      for (const id of ids) change(id, this.#episodes.record(id))
    })
  }
}
