/** Everything that is said to the tables `episode` and `chunk`. Callers bring the transaction. */
import { crc32 } from 'node:zlib'
import type { Statement } from 'better-sqlite3'
import { DataError, UserError } from '../errors.ts'
import { firstColumns, joinColumns, unpackColumns } from './columns.ts'
import type { Connection } from './database.ts'
import {
  type EnvironmentStamp,
  type Episode,
  type EpisodeColumns,
  type EpisodeHead,
  type EpisodeOutcome,
  stepLayout,
} from './episode.ts'
import { checkEpisodeHead, checkStored, episodeHash } from './episode-check.ts'
import { type EpisodeSummary, episodePieces } from './episode-pieces.ts'
import {
  EPISODE_COLUMNS,
  type EpisodeRecord,
  episodeRow,
  playerKindOf,
  seedOf,
  successOf,
  VISIBLE,
} from './episode-row.ts'
import type { Owners } from './owners.ts'
import { type PackedChunk, packChunk } from './step-buffer.ts'

interface ChunkRecord {
  seq: number
  first_step: number
  n_steps: number
  crc32: number
  payload: Buffer
}

export class EpisodeTable {
  readonly #connection: Connection
  readonly #owners: Owners
  readonly #statements = new Map<string, Statement<unknown[]>>()

  constructor(connection: Connection, owners: Owners) {
    this.#connection = connection
    this.#owners = owners
  }

  insertRecording(head: EpisodeHead, firstObservation: Float32Array, masked: boolean): number {
    checkEpisodeHead(head)
    const layout = stepLayout(head.environment)
    if (firstObservation.length !== layout.observation) {
      throw new RangeError(
        `the first observation has ${firstObservation.length} numbers, but the stamp says ${layout.observation}`,
      )
    }
    const id = this.#insertHead(head, {
      state: 'recording',
      recorder_pid: process.pid,
      recorder_token: this.#owners.enter(),
    })
    this.insertChunk(id, 0, 0, packChunk(firstColumns(firstObservation, masked)))
    return id
  }

  /** Inserts a whole episode that has passed `checkEpisode`. */
  insertComplete(episode: Episode, bundled: boolean): number {
    let id = 0
    let seq = 0
    for (const piece of episodePieces(episode)) {
      if (piece.kind === 'episode') id = this.insertSummary(piece.episode, { bundled: Number(bundled) })
      else this.insertChunk(id, seq++, piece.firstStep, piece.chunk)
    }
    return id
  }

  /** Inserts a whole episode but its chunks. */
  insertSummary(episode: EpisodeSummary, fields: { bundled?: number; import_id?: number }): number {
    return this.#insertHead(episode, {
      state: 'complete',
      length: episode.length,
      total_reward: episode.return,
      success: Number(episode.success ?? false),
      success_known: Number(episode.success !== null),
      terminated: Number(episode.terminated),
      truncated: Number(episode.truncated),
      tags: JSON.stringify(episode.tags),
      note: episode.note,
      rating: episode.rating,
      hash: episode.hash,
      ...fields,
    })
  }

  insertChunk(id: number, seq: number, firstStep: number, chunk: PackedChunk): void {
    this.#prepare(
      'INSERT INTO chunk (episode_id, seq, first_step, n_steps, crc32, payload) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(id, seq, firstStep, chunk.steps, chunk.crc32, chunk.payload)
  }

  setProgress(id: number, length: number, totalReward: number): void {
    this.#prepare('UPDATE episode SET length = ?, total_reward = ? WHERE id = ?').run(length, totalReward, id)
  }

  /** What became of an episode of which nobody has decided yet whether it is kept. */
  setOutcome(id: number, { terminated, truncated, success }: EpisodeOutcome): void {
    this.#prepare(
      'UPDATE episode SET terminated = ?, truncated = ?, success = ?, success_known = ? WHERE id = ?',
    ).run(Number(terminated), Number(truncated), Number(success ?? false), Number(success !== null), id)
  }

  /** Reads the episode back, which proves that every chunk is intact, and gives it its hash. */
  complete(id: number, outcome: EpisodeOutcome): void {
    const episode = {
      ...this.readUnfinished(id),
      ...outcome,
      truncated: outcome.truncated || !outcome.terminated,
    }
    checkStored(episode, { file: this.#connection.file, place: `episode ${id}` })
    this.#prepare(
      `UPDATE episode SET state = 'complete', terminated = ?, truncated = ?, success = ?, success_known = ?,
         hash = ?, recorder_pid = NULL, recorder_token = NULL WHERE id = ?`,
    ).run(
      Number(episode.terminated),
      Number(episode.truncated),
      Number(episode.success ?? false),
      Number(episode.success !== null),
      episodeHash(episode),
      id,
    )
  }

  /** Ids of recordings whose owner has left nothing, or nothing but its name. */
  abandoned(): number[] {
    return this.#prepare(
      `SELECT id FROM episode WHERE state = 'recording'
         AND (recorder_token IS NULL OR recorder_token NOT IN (SELECT token FROM owner))`,
    )
      .pluck()
      .all() as number[]
  }

  /** Marks a recording whose process is gone, with its outcome where it has one. One without a step is erased. */
  interrupt(id: number): void {
    if (this.record(id).length === 0) {
      this.erase(id)
      return
    }
    this.#prepare(
      `UPDATE episode SET state = 'interrupted', truncated = max(truncated, 1 - terminated), recorder_pid = NULL,
         recorder_token = NULL WHERE id = ?`,
    ).run(id)
  }

  erase(id: number): void {
    this.#prepare('DELETE FROM episode WHERE id = ?').run(id)
  }

  /** @throws UserError when there is no such episode */
  record(id: number): EpisodeRecord {
    const record = this.#prepare(`SELECT ${EPISODE_COLUMNS} FROM episode WHERE id = ? AND ${VISIBLE}`).get(id)
    if (record === undefined) {
      throw new UserError(`there is no episode ${id}`, {
        remedy: '"understudy demos list" shows the episodes',
      })
    }
    return record as EpisodeRecord
  }

  /** The first episode of this hash, or of the other, whose id is above `after`. */
  findByHash(hash: string, otherHash: string | null, after: number): number | undefined {
    const found = this.#prepare(
      `SELECT id FROM episode WHERE hash IN (?, ?) AND id > ? AND ${VISIBLE} ORDER BY id LIMIT 1`,
    ).get(hash, otherHash, after)
    return (found as { id: number } | undefined)?.id
  }

  set(id: number, column: 'tags' | 'note' | 'rating', value: string | number): void {
    this.#prepare(`UPDATE episode SET ${column} = ? WHERE id = ?`).run(value, id)
  }

  setDeleted(id: number, deletedAtUs: number): void {
    this.#prepare('UPDATE episode SET deleted_at_us = ? WHERE id = ?').run(deletedAtUs, id)
  }

  restore(id: number): void {
    this.#prepare('UPDATE episode SET deleted_at_us = NULL WHERE id = ? AND deleted_at_us IS NOT NULL').run(
      id,
    )
  }

  /** @throws DataError when the episode is not what was recorded */
  verify(id: number): void {
    const episode = this.read(id)
    const { hash } = this.record(id)
    const actual = episodeHash(episode)
    if (hash !== null && hash !== actual) throw this.#damaged(id, 'hash', hash, actual)
  }

  /** @throws DataError when a chunk is damaged or missing */
  read(id: number): Episode {
    const { length, state } = this.record(id)
    if (length === 0) throw new UserError(`episode ${id} has no steps yet`)
    const whole = this.readUnfinished(id)
    // Somebody who looks on while it is being recorded sees an episode that is cut off here.
    const truncated = whole.truncated || !whole.terminated
    const episode = state === 'recording' ? { ...whole, truncated } : whole
    checkStored(episode, { file: this.#connection.file, place: `episode ${id}` })
    return episode
  }

  /** As `read`, for an episode that may have no outcome yet. */
  readUnfinished(id: number): Episode {
    const record = this.record(id)
    const chunks = this.#readChunks(id)
    const columns = joinColumns(chunks)
    if (columns.rewards.length !== record.length) {
      throw this.#damaged(id, 'chunks', `${record.length} steps`, `${columns.rewards.length}`)
    }
    const { damage, tags } = episodeRow(record)
    if (damage !== null) throw this.#damaged(id, 'row', 'what was recorded', `that ${damage}`)
    return {
      environment: JSON.parse(record.environment) as EnvironmentStamp,
      seed: seedOf(record),
      player: { name: record.player_name, kind: playerKindOf(record) },
      startedAtUs: record.started_at_us,
      terminated: record.terminated === 1,
      truncated: record.truncated === 1,
      success: successOf(record),
      tags,
      note: record.note,
      rating: record.rating,
      ...columns,
    }
  }

  #readChunks(id: number): EpisodeColumns[] {
    const records = this.#prepare(
      'SELECT seq, first_step, n_steps, crc32, payload FROM chunk WHERE episode_id = ? ORDER BY seq',
    ).all(id) as ChunkRecord[]
    let step = 0
    return records.map((record, index) => {
      const place = `chunk ${record.seq}`
      if (record.seq !== index) throw this.#damaged(id, 'chunks', `chunk ${index}`, place)
      if (record.first_step !== step) {
        throw this.#damaged(id, place, `first step ${step}`, String(record.first_step))
      }
      const crc = crc32(record.payload)
      if (crc !== record.crc32) {
        throw this.#damaged(id, place, `checksum ${hex(record.crc32)}`, hex(crc))
      }
      const columns = this.#unpack(id, place, record.payload)
      if (columns.rewards.length !== record.n_steps) {
        throw this.#damaged(id, place, `${record.n_steps} steps`, String(columns.rewards.length))
      }
      step += record.n_steps
      return columns
    })
  }

  /** A checksum that fits proves what was written, not that it was sense. */
  #unpack(id: number, place: string, payload: Uint8Array): EpisodeColumns {
    try {
      return unpackColumns(payload)
    } catch (cause) {
      throw this.#damaged(id, place, 'packed columns', (cause as Error).message)
    }
  }

  #insertHead(
    head: EpisodeHead,
    fields: Partial<Omit<EpisodeRecord, 'id'>> & { import_id?: number },
  ): number {
    const record = {
      environment_id: head.environment.id,
      environment_version: head.environment.version,
      environment: JSON.stringify(head.environment),
      seed: head.seed ?? 0,
      seed_known: Number(head.seed !== null),
      player_name: head.player.name,
      player_kind: head.player.kind === 'unknown' ? ('agent' as const) : head.player.kind,
      player_known: Number(head.player.kind !== 'unknown'),
      started_at_us: head.startedAtUs,
      length: 0,
      total_reward: 0,
      success: 0,
      success_known: 1,
      terminated: 0,
      truncated: 0,
      tags: '[]',
      note: '',
      rating: 0,
      bundled: 0,
      ...fields,
    }
    const names = Object.keys(record)
    const sql = `INSERT INTO episode (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`
    return Number(this.#prepare(sql).run(record).lastInsertRowid)
  }

  #prepare(sql: string): Statement<unknown[]> {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#connection.sqlite.prepare<unknown[]>(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #damaged(id: number, place: string, expected: string, found: string): DataError {
    return new DataError({ file: this.#connection.file, place: `episode ${id}, ${place}`, expected, found })
  }
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0')
}
