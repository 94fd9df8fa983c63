/**
 * Takes over the episodes of a file by and by, all of them or none, without holding up whoever else uses the library: in
 * transactions of some milliseconds, between which others have their turn. Until `finish` nobody sees any of it, and what a
 * process that is gone has left behind is erased when the library is next opened.
 */
import { setImmediate, setTimeout } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import type { Connection } from './database.ts'
import type { EpisodePiece, EpisodeSummary } from './episode-pieces.ts'
import type { EpisodeTable } from './episode-table.ts'
import type { Owners } from './owners.ts'

/** Of one transaction, before it is committed. */
const SLICE_MS = 15
const POLL_MS = 50
const ERASED_AT_ONCE = 200

interface Staged {
  readonly id: number
  /** Token of the process. */
  readonly owner: string
}

export interface ImportResult {
  /** Ids of the episodes that are new. */
  readonly added: number[]
  /** Ids of episodes that the library had already. */
  readonly known: number[]
}

export class EpisodeImport {
  readonly #connection: Connection
  readonly #table: EpisodeTable
  readonly #id: number
  readonly #same: SameEpisodes
  readonly #result: ImportResult = { added: [], known: [] }
  /** Of the episode whose chunks come: null when the library has it already. */
  #current: { readonly id: number; chunks: number } | null = null

  private constructor(connection: Connection, table: EpisodeTable, id: number) {
    this.#connection = connection
    this.#table = table
    this.#id = id
    this.#same = new SameEpisodes(table)
  }

  /** Waits until every other import into the library has ended, so that no episode comes in twice. */
  static async begin(
    connection: Connection,
    table: EpisodeTable,
    owners: Owners,
    signal: AbortSignal | undefined,
  ): Promise<EpisodeImport> {
    for (;;) {
      const id = connection.write(() => claim(connection, owners))
      if (id !== undefined) return new EpisodeImport(connection, table, id)
      await setTimeout(POLL_MS, undefined, { signal })
    }
  }

  /** @throws UserError when the disk is full */
  async add(pieces: readonly EpisodePiece[]): Promise<void> {
    await this.#inSlices(pieces, (piece) => this.#insert(piece))
  }

  /** Makes all of it visible at once. What the library has already and was deleted comes back. */
  async finish(): Promise<ImportResult> {
    await this.#inSlices(this.#result.known, (id) => this.#table.restore(id))
    this.#connection.write(() => {
      this.#requireStaged()
      this.#forget()
    })
    return this.#result
  }

  /** Erases what has been taken over. */
  async abandon(): Promise<void> {
    // Closed meanwhile: whoever opens the library next erases it.
    if (!this.#connection.sqlite.open) return
    while (this.#connection.write(() => eraseSome(this.#connection, this.#id)) > 0) await setImmediate()
    this.#connection.write(() => this.#forget())
  }

  #insert(piece: EpisodePiece): void {
    if (piece.kind === 'chunk') {
      if (this.#current === null) return
      this.#table.insertChunk(this.#current.id, this.#current.chunks++, piece.firstStep, piece.chunk)
      return
    }
    const { episode } = piece
    const known = this.#same.find(episode)
    if (known !== undefined) {
      this.#current = null
      this.#result.known.push(known)
      return
    }
    const id = this.#table.insertSummary(episode, { import_id: this.#id })
    this.#current = { id, chunks: 0 }
    this.#result.added.push(id)
  }

  async #inSlices<T>(items: readonly T[], change: (item: T) => void): Promise<void> {
    for (let next = 0; next < items.length; ) {
      const end = performance.now() + SLICE_MS
      this.#connection.write(() => {
        this.#requireStaged()
        do change(items[next++]!)
        while (next < items.length && performance.now() < end)
      })
      await setImmediate()
    }
  }

  /** Whoever slept so long that it counted as gone has been swept, and what it added now would be seen. */
  #requireStaged(): void {
    const staged = this.#connection.sqlite.prepare('SELECT 1 FROM staged_import WHERE id = ?').get(this.#id)
    if (staged !== undefined) return
    throw new UserError('the import was abandoned while this process was asleep; nothing was imported')
  }

  #forget(): void {
    this.#connection.sqlite.prepare('DELETE FROM staged_import WHERE id = ?').run(this.#id)
  }
}

/**
 * Which episodes of a file a library has already. A file may have the same play several times, from an environment that leaves
 * nothing to chance: so many plays they are, and so many of the library's are known by them.
 */
export class SameEpisodes {
  readonly #table: EpisodeTable
  /** Of each play, the last one that it was known by. */
  readonly #last = new Map<string, number>()

  constructor(table: EpisodeTable) {
    this.#table = table
  }

  /** @returns its id in the library, where it was before */
  find({ hash, otherHash }: Pick<EpisodeSummary, 'hash' | 'otherHash'>): number | undefined {
    const play = otherHash ?? hash
    const id = this.#table.findByHash(hash, otherHash, this.#last.get(play) ?? 0)
    if (id !== undefined) this.#last.set(play, id)
    return id
  }
}

/** Erases the imports of processes that are gone, a little at a time: another process may be recording. */
export function sweepImports(connection: Connection, owners: Owners): void {
  for (const { id } of stagedImports(connection).filter((staged) => !isUnderWay(staged, owners))) {
    while (connection.write(() => eraseSome(connection, id)) > 0);
    connection.write(() => connection.sqlite.prepare('DELETE FROM staged_import WHERE id = ?').run(id))
  }
}

/** @returns undefined while another import is under way */
function claim(connection: Connection, owners: Owners): number | undefined {
  if (stagedImports(connection).some((staged) => isUnderWay(staged, owners))) return undefined
  const insert = connection.sqlite.prepare('INSERT INTO staged_import (owner) VALUES (?)')
  return Number(insert.run(owners.enter()).lastInsertRowid)
}

function stagedImports(connection: Connection): Staged[] {
  return connection.sqlite.prepare('SELECT id, owner FROM staged_import').all() as Staged[]
}

function isUnderWay({ owner }: Staged, owners: Owners): boolean {
  return (owners.get(owner)?.standing ?? 'gone') !== 'gone'
}

/** @returns how many episodes it erased */
function eraseSome(connection: Connection, id: number): number {
  return connection.sqlite
    .prepare('DELETE FROM episode WHERE id IN (SELECT id FROM episode WHERE import_id = ? LIMIT ?)')
    .run(id, ERASED_AT_ONCE).changes
}
