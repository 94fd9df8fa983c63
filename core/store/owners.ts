/**
 * The processes that own something of a library: runs, recordings, the studio's lock. Each has one row, which says who it is
 * and is renewed every few seconds; what is owned names the row by its token.
 */
import { randomUUID } from 'node:crypto'
import { DataError, UserError } from '../errors.ts'
import type { Connection } from './database.ts'
import { judgeProcess, type ProcessIdentity, thisProcess } from './process.ts'

/** An owner that has not renewed its row for this long has lost what others ask for. */
export const LEASE_MS = 30_000
const RENEWALS_PER_LEASE = 6

/**
 * `awake`: it is there. `unseen`: its process cannot be looked up from here, and its lease has not run out. `asleep`: its
 * process is there, suspended or stuck, and its lease has run out. `gone`: it has ended, or cannot be looked up and its lease
 * has run out.
 */
export type Standing = 'awake' | 'unseen' | 'asleep' | 'gone'

export interface Owner extends ProcessIdentity {
  readonly standing: Standing
  /** Milliseconds until its lease runs out unless it is renewed. */
  readonly leftMs: number
}

interface OwnerRecord {
  readonly token: string
  readonly identity: string
  readonly lease_ms: number
  readonly renewed_at_ms: number
}

export class Owners {
  readonly #connection: Connection
  readonly #leaseMs: number
  #token: string | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(connection: Connection, leaseMs: number) {
    this.#connection = connection
    this.#leaseMs = leaseMs
  }

  /** null while it owns nothing. */
  get token(): string | null {
    return this.#token
  }

  /** The token of this owner, whose row is there from now on. Callers bring the transaction. */
  enter(): string {
    if (this.#token === null) {
      this.#token = randomUUID()
      this.#timer = setInterval(() => this.#renewLate(), this.#leaseMs / RENEWALS_PER_LEASE).unref()
    }
    this.#renew(this.#token)
    return this.#token
  }

  /** undefined: gone for so long that nothing of it is left. */
  get(token: string): Owner | undefined {
    const record = this.#connection.sqlite.prepare('SELECT * FROM owner WHERE token = ?').get(token)
    return record === undefined ? undefined : ownerOf(record as OwnerRecord)
  }

  /** Forgets those who are gone. Callers bring the transaction. */
  forgetGone(): void {
    const records = this.#connection.sqlite.prepare('SELECT * FROM owner').all() as OwnerRecord[]
    for (const record of records) if (ownerOf(record).standing === 'gone') this.#forget(record.token)
  }

  /** What it still owns is nobody's afterwards. */
  leave(): void {
    clearInterval(this.#timer)
    const token = this.#token
    if (token !== null) this.#connection.write(() => this.#forget(token))
    this.#token = null
  }

  #forget(token: string): void {
    this.#connection.sqlite.prepare('DELETE FROM owner WHERE token = ?').run(token)
  }

  /** Puts the row back, too, should others have taken this one for gone. */
  #renew(token: string): void {
    this.#connection.sqlite
      .prepare('INSERT OR REPLACE INTO owner (token, identity, lease_ms, renewed_at_ms) VALUES (?, ?, ?, ?)')
      .run(token, JSON.stringify(thisProcess()), this.#leaseMs, Date.now())
  }

  #renewLate(): void {
    try {
      this.#connection.write(() => this.#renew(this.#token!))
    } catch (error) {
      if (!(error instanceof UserError || error instanceof DataError)) throw error
      // A full disk, or a library that is busy. There is no caller to throw at; whatever is written next meets the same obstacle.
    }
  }
}

function ownerOf({ identity, lease_ms, renewed_at_ms }: OwnerRecord): Owner {
  const process = JSON.parse(identity) as ProcessIdentity
  // A clock that was set back makes the last renewal lie in the future, where it proves no more than one long ago.
  const leftMs = lease_ms - Math.abs(Date.now() - renewed_at_ms)
  return { ...process, leftMs, standing: standingOf(judgeProcess(process), leftMs > 0) }
}

function standingOf(judgement: ReturnType<typeof judgeProcess>, renewed: boolean): Standing {
  if (judgement === 'alive') return renewed ? 'awake' : 'asleep'
  return judgement === 'unknown' && renewed ? 'unseen' : 'gone'
}
