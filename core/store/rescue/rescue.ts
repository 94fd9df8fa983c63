/**
 * What is whole of a damaged library, in a new one. Every page is read by itself, so that no damage hides more than what lies
 * in the page: a row is kept when it can be read, a chunk when its checksum holds, an episode as far as its chunks go.
 */
import { join, resolve } from 'node:path'
import { DataError, UserError } from '../../errors.ts'
import { joinColumns, unpackColumns } from '../columns.ts'
import { Connection } from '../database.ts'
import { type EnvironmentStamp, type Episode, type EpisodeColumns, episodeReturn } from '../episode.ts'
import { checkStored, episodeHash } from '../episode-check.ts'
import { type EpisodeRecord, episodeRow, seedOf } from '../episode-row.ts'
import { hasLibrary, LIBRARY_FILE } from '../library.ts'
import { freePages } from './free-pages.ts'
import { Pages } from './pages.ts'
import { cellsOf, type Value } from './records.ts'
import { recognise } from './rows.ts'

export interface RescuedEpisode {
  readonly id: number
  /** `cut`: its first steps; it waits to be kept as an interrupted one. */
  readonly state: 'whole' | 'cut' | 'lost'
  /** Steps that were taken out. */
  readonly steps: number
  /** Steps that it had, as its row says; null when that is gone. */
  readonly of: number | null
}

export interface Rescued {
  /** In the order of their ids. */
  readonly episodes: RescuedEpisode[]
  readonly runs: number
  readonly metrics: number
  readonly agents: number
}

/** What an episode is marked with of which not all is as it was. */
const RESCUED_TAG = 'rescued'

/** Written in one transaction. */
const PAGES_AT_ONCE = 256

/**
 * @param file  never written to
 * @param out  a data directory without a library
 * @throws UserError when the file cannot be read or `out` has a library; DataError when nothing of a library is found
 */
export function rescueLibrary(file: string, out: string): Rescued {
  if (hasLibrary(out)) {
    throw new UserError(`there is already a library in ${out}`, { remedy: 'name a new directory with --out' })
  }
  const pages = openPages(file)
  const connection = new Connection(join(resolve(out), LIBRARY_FILE))
  try {
    // Chunks come before the episodes that they belong to.
    connection.sqlite.pragma('foreign_keys = OFF')
    const rescue = new Rescue(connection)
    const free = freePages(pages)
    for (let first = 1; first <= pages.count; first += PAGES_AT_ONCE) {
      connection.write(() => {
        for (let page = first; page < Math.min(first + PAGES_AT_ONCE, pages.count + 1); page++) {
          if (!free.has(page)) rescue.takePage(pages, page)
        }
      })
    }
    return connection.write(() => rescue.putTogether(file))
  } finally {
    connection.close()
    pages.close()
  }
}

function openPages(file: string): Pages {
  try {
    return new Pages(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reason = { ENOENT: 'there is no such file', EACCES: 'permission is denied' }[code ?? ''] ?? code
    throw new UserError(`${file} cannot be read: ${reason}`, { cause })
  }
}

class Rescue {
  readonly #connection: Connection
  readonly #episodes = new Map<number, EpisodeRecord>()
  /** Of chunks, whole or not. */
  readonly #mentioned = new Set<number>()
  readonly #counts = { run: 0, metric: 0, imported_agent: 0, meta: 0 }

  constructor(connection: Connection) {
    this.#connection = connection
  }

  takePage(pages: Pages, page: number): void {
    for (const cell of cellsOf(pages, page)) {
      const found = recognise(cell)
      if (found === undefined) continue
      if (found.table === 'episode') this.#episodes.set(found.record.id, found.record)
      else if (found.table === 'chunk') {
        this.#mentioned.add(found.row.episodeId)
        if (found.whole) this.#insert('chunk', found.row.values)
      } else if (found.table !== 'meta' || found.values[0] !== 'studio') {
        this.#counts[found.table] += this.#insert(found.table, found.values)
      }
    }
  }

  putTogether(file: string): Rescued {
    const { sqlite } = this.#connection
    const ids = [...new Set([...this.#episodes.keys(), ...this.#mentioned])].sort((a, b) => a - b)
    const episodes = ids.map((id) => this.#putEpisode(id))
    sqlite.exec('DELETE FROM chunk WHERE episode_id NOT IN (SELECT id FROM episode)')
    sqlite.exec('DELETE FROM metric WHERE run_id NOT IN (SELECT id FROM run)')
    sqlite.exec(`UPDATE run SET state = 'stopped', pid = NULL WHERE state = 'running'`)
    if (episodes.length + Object.values(this.#counts).reduce((sum, count) => sum + count, 0) === 0) {
      throw new DataError({
        file,
        place: 'content',
        expected: 'rows of an Understudy library',
        found: 'none',
      })
    }
    const { run, metric, imported_agent } = this.#counts
    return { episodes, runs: run, metrics: metric, agents: imported_agent }
  }

  #putEpisode(id: number): RescuedEpisode {
    const record = this.#episodes.get(id)
    const { sqlite } = this.#connection
    const before = this.#chunksBefore(id)
    const episode = record === undefined ? undefined : composed(record, before)
    if (record === undefined || episode === undefined) {
      sqlite.prepare('DELETE FROM chunk WHERE episode_id = ?').run(id)
      return { id, state: 'lost', steps: 0, of: record?.length ?? null }
    }
    sqlite.prepare('DELETE FROM chunk WHERE episode_id = ? AND seq >= ?').run(id, before.length)
    const steps = episode.rewards.length
    const isWhole = steps === record.length && (record.hash === null || record.hash === episodeHash(episode))
    this.#insertEpisode(record, episode, isWhole)
    return { id, state: isWhole ? 'whole' : 'cut', steps, of: record.length }
  }

  /** The chunks from the first on, up to one that is missing or fits no more. */
  #chunksBefore(id: number): EpisodeColumns[] {
    const rows = this.#connection.sqlite
      .prepare('SELECT seq, first_step, payload FROM chunk WHERE episode_id = ? ORDER BY seq')
      .all(id) as { seq: number; first_step: number; payload: Buffer }[]
    const chunks: EpisodeColumns[] = []
    let step = 0
    for (const { seq, first_step, payload } of rows) {
      if (seq !== chunks.length || first_step !== step) break
      try {
        chunks.push(unpackColumns(payload))
      } catch {
        break
      }
      step += chunks.at(-1)!.rewards.length
    }
    return chunks
  }

  #insertEpisode(record: EpisodeRecord, episode: Episode, isWhole: boolean): void {
    const tags = isWhole ? episode.tags : [...new Set([...episode.tags, RESCUED_TAG])]
    const row = {
      ...record,
      state: isWhole && record.state === 'complete' ? 'complete' : 'interrupted',
      length: episode.rewards.length,
      total_reward: episodeReturn(episode),
      ...(isWhole ? {} : { hash: null, terminated: 0, truncated: 1, success: 0 }),
      tags: JSON.stringify(tags),
      recorder_pid: null,
      recorder_token: null,
    }
    const names = Object.keys(row)
    this.#connection.sqlite
      .prepare(
        `INSERT INTO episode (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
      )
      .run(row)
  }

  /** @returns 0 when there is such a row already, or it is not what the table takes */
  #insert(table: string, values: readonly Value[]): number {
    const places = values.map(() => '?').join(', ')
    const columns = (this.#connection.sqlite.pragma(`table_info(${table})`) as { name: string }[])
      .slice(0, values.length)
      .map(({ name }) => name)
    const insert = `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`
    try {
      return this.#connection.sqlite.prepare(insert).run(values).changes
    } catch (error) {
      if (String((error as { code?: string }).code).startsWith('SQLITE_CONSTRAINT')) return 0
      throw error
    }
  }
}

/** @returns undefined when there is no step, or the row does not say what was played */
function composed(record: EpisodeRecord, chunks: readonly EpisodeColumns[]): Episode | undefined {
  if (chunks.length < 2) return undefined
  const row = episodeRow(record)
  try {
    const episode: Episode = {
      environment: JSON.parse(record.environment) as EnvironmentStamp,
      seed: seedOf(record),
      player: { name: row.playerName, kind: row.playerKind },
      startedAtUs: row.startedAtUs,
      terminated: row.terminated,
      truncated: row.truncated,
      success: row.success,
      tags: row.tags,
      note: row.note,
      rating: row.rating,
      ...joinColumns(chunks),
    }
    // One that is cut has no outcome of its own.
    checkStored({ ...episode, truncated: true }, { file: 'rescued', place: '' })
    return episode
  } catch (error) {
    if (error instanceof DataError || error instanceof SyntaxError || error instanceof TypeError)
      return undefined
    throw error
  }
}
