/**
 * Opening a library without writing anything where it lies: on a full disk, on a medium that takes no writes, in a folder
 * that belongs to another. SQLite itself wants to make two files beside a database in WAL mode before it reads one.
 */
import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { UserError } from '../errors.ts'
import { storeErrorCode } from './errors.ts'
import { LATEST_VERSION, migrate } from './migrations/index.ts'
import { databaseBytes, Scratch } from './scratch.ts'

/** Primary codes of what it says when it cannot make those files. */
const CANNOT_WRITE = new Set([
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  'SQLITE_IOERR',
  'SQLITE_FULL',
  'SQLITE_PERM',
])

export interface OpenedForReading {
  readonly sqlite: Database.Database
  /** Takes away what was copied. The database must be closed. */
  release(): void
}

/** @throws UserError when there is no library; otherwise what SQLite and the file system say */
export function openForReading(file: string): OpenedForReading {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new UserError(`there is no library at ${file}`, {
      remedy: 'open the studio or record something first, or choose another directory with --data DIR',
    })
  }
  try {
    return { sqlite: open(file), release: () => undefined }
  } catch (error) {
    const primary = storeErrorCode(error)?.split('_').slice(0, 2).join('_') ?? ''
    if (!CANNOT_WRITE.has(primary)) throw error
  }
  // Whoever has it open for writing has made the two files, so nobody has.
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return openCopy(file)
  const uri = pathToFileURL(file)
  uri.searchParams.set('immutable', '1')
  return { sqlite: open(uri.href), release: () => undefined }
}

function open(name: string): Database.Database {
  // The bound SQLite understands URIs only where this says so when it is loaded. No process that is started should see it.
  process.env.SQLITE_USE_URI = '1'
  let sqlite: Database.Database
  try {
    sqlite = new Database(name, { readonly: true, timeout: 5_000 })
  } finally {
    delete process.env.SQLITE_USE_URI
  }
  try {
    // Nothing is read before it is asked for.
    sqlite.pragma('user_version')
    return sqlite
  } catch (error) {
    sqlite.close()
    throw error
  }
}

/** With what stands in the log only. */
function openCopy(file: string): OpenedForReading {
  const scratch = new Scratch(file, 2 * databaseBytes(file))
  return opening(scratch, () => new Database(scratch.take(file)))
}

/** A copy of an older library, brought up to date. Closes `old`. */
export function openMigrated(
  { sqlite: old, release }: OpenedForReading,
  file: string,
  applicationId: number,
): OpenedForReading {
  try {
    const scratch = new Scratch(file, 2 * databaseBytes(file))
    return opening(scratch, () => {
      const copy = scratch.path('migrated.db')
      old.prepare('VACUUM INTO ?').run(copy)
      const sqlite = new Database(copy)
      migrate(sqlite, copy, applicationId, { keepOld: false })
      return sqlite
    })
  } finally {
    old.close()
    release()
  }
}

function opening(scratch: Scratch, action: () => Database.Database): OpenedForReading {
  try {
    const sqlite = action()
    sqlite.pragma('query_only = ON')
    return { sqlite, release: () => scratch.remove() }
  } catch (error) {
    scratch.remove()
    throw error
  }
}

export function isOlder(sqlite: Database.Database): boolean {
  return (sqlite.pragma('user_version', { simple: true }) as number) < LATEST_VERSION
}
