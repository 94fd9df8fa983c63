/** One studio per library: a note in the library itself says which process has it open, and at which address. */
import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import type { Connection } from './database.ts'
import type { Owner, Owners } from './owners.ts'

interface Note {
  /** Its token. */
  readonly owner: string
  readonly address: string | null
}

export interface StudioLock {
  /** Tells whoever tries to open a second studio where the first one is. Everybody who can read the library sees it. */
  setAddress(address: string): void
  /** Whether no other studio took this one for gone. */
  held(): boolean
  release(): void
}

const KEY = 'studio'
/** How often a studio is looked at of which it cannot be told whether its process is there. */
const LOOK_MS = 250

/**
 * A studio whose process cannot be looked up from here, as after a container was restarted, is waited for: until it renews its
 * lease, or until that has run out.
 * @throws UserError when another studio has the library open
 */
export async function lockStudio(connection: Connection, owners: Owners): Promise<StudioLock> {
  for (let left = Number.POSITIVE_INFINITY; ; ) {
    const other = connection.write(() => take(connection, owners))
    if (other === null) break
    if (other.owner.standing !== 'unseen' || other.owner.leftMs > left) throw new AlreadyOpenError(other)
    left = other.owner.leftMs
    await wait(LOOK_MS)
  }
  const mine = (): boolean => readNote(connection)?.owner === owners.token
  return {
    setAddress: (address) => connection.write(() => mine() && writeNote(connection, owners, address)),
    held: () => connection.read(mine),
    release: () =>
      connection.write(() => mine() && connection.sqlite.prepare('DELETE FROM meta WHERE key = ?').run(KEY)),
  }
}

interface Holder {
  readonly owner: Owner
  readonly address: string | null
}

export class AlreadyOpenError extends UserError {
  readonly holder: Holder

  /** @param address  of the other studio, as far as it is known */
  constructor(holder: Holder, address = holder.address) {
    const { pid, host } = holder.owner
    const where = address === null ? '' : ` at ${address}`
    super(`a studio (process ${pid} on ${host}) already has this library open${where}`, {
      remedy: 'use that one, close it first, or choose another directory with --data DIR',
    })
    this.name = 'AlreadyOpenError'
    this.holder = holder
  }
}

/** @returns who has the lock; null once it is ours */
function take(connection: Connection, owners: Owners): Holder | null {
  const note = readNote(connection)
  const owner = note === undefined ? undefined : owners.get(note.owner)
  if (owner !== undefined && owner.standing !== 'gone') return { owner, address: note!.address }
  writeNote(connection, owners, null)
  return null
}

function writeNote(connection: Connection, owners: Owners, address: string | null): void {
  const note: Note = { owner: owners.enter(), address }
  connection.sqlite
    .prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
    .run(KEY, JSON.stringify(note))
}

function readNote(connection: Connection): Note | undefined {
  const value = connection.sqlite.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(KEY)
  return value === undefined ? undefined : (JSON.parse(value as string) as Note)
}
