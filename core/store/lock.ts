/**
 * One studio per library: a note in the library itself says which process has it open, and at which address. Unlike a lock
 * file it can be looked at and taken over in one transaction.
 */
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { Connection } from './database.ts'
import { LIBRARY_FILE } from './library.ts'
import { PROCESS_TOKEN, processIsAlive } from './process.ts'

interface Holder {
  readonly pid: number
  readonly token: string
  readonly address: string | null
}

export interface StudioLock {
  /** Tells whoever tries to open a second studio where the first one is. Everybody who can read the library sees it. */
  setAddress(address: string): void
  release(): void
}

/** @throws UserError when another studio has the library in `dir` open */
export function lockStudio(dir: string): StudioLock {
  const file = join(dir, LIBRARY_FILE)
  change(file, (connection) => {
    const holder = readHolder(connection)
    if (holder !== undefined && processIsAlive(holder.pid, holder.token)) {
      const where = holder.address === null ? '' : ` at ${holder.address}`
      throw new UserError(`a studio (process ${holder.pid}) already has this library open${where}`, {
        remedy: 'use that one, close it first, or choose another directory with --data DIR',
      })
    }
    writeHolder(connection, null)
  })
  let held = true
  return {
    setAddress: (address) => change(file, (connection) => writeHolder(connection, address)),
    release: () => {
      if (held)
        change(file, (connection) => connection.sqlite.prepare(`DELETE FROM meta WHERE key = 'studio'`).run())
      held = false
    },
  }
}

function change(file: string, action: (connection: Connection) => void): void {
  const connection = new Connection(file)
  try {
    connection.write(() => action(connection))
  } finally {
    connection.close()
  }
}

function writeHolder(connection: Connection, address: string | null): void {
  const holder: Holder = { pid: process.pid, token: PROCESS_TOKEN, address }
  connection.sqlite
    .prepare(`INSERT OR REPLACE INTO meta (key, value) VALUES ('studio', ?)`)
    .run(JSON.stringify(holder))
}

function readHolder(connection: Connection): Holder | undefined {
  const value = connection.sqlite.prepare(`SELECT value FROM meta WHERE key = 'studio'`).pluck().get()
  return value === undefined ? undefined : (JSON.parse(value as string) as Holder)
}
