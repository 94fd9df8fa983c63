/** The connection: opening, pragmas, identity of the file, transactions. */
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { DataError, UserError } from '../errors.ts'
import { explainStoreError, isDiskFull } from './errors.ts'
import { LATEST_VERSION, migrate } from './migrations/index.ts'
import { createPrivateFile, makePrivate, makePrivateDirectory } from './private-files.ts'
import { isOlder, type OpenedForReading, openForReading, openMigrated } from './read-only.ts'
import { fillReserve, releaseForOpening, releaseReserve } from './reserve.ts'

/** "UNDS": marks a database file as a library of this program. */
export const APPLICATION_ID = 0x554e4453

/** Below 3.51.3 two connections that write and checkpoint at once can corrupt a WAL database. */
const OLDEST_SQLITE = [3, 51, 3] as const

/** Name of a library that lies in memory only. */
export const IN_MEMORY = ':memory:'

export class Connection {
  readonly file: string
  readonly readonly: boolean
  readonly sqlite: Database.Database
  /** Whether something could be erased only with the space that is kept for it. */
  diskIsFull = false
  #release = (): void => undefined

  /**
   * Read-only, nothing is written where the file lies, and an older library is brought up to date in a copy.
   * @param file  or `IN_MEMORY`
   * @throws UserError when the file cannot be opened or comes from a newer version
   * @throws DataError when it is no library
   */
  constructor(file: string, options: { readonly?: boolean } = {}) {
    this.file = file
    this.readonly = options.readonly ?? false
    this.sqlite = this.#guard(() => (this.readonly ? this.#openForReading() : this.#openForWriting()))
  }

  /** Runs `change` in one transaction: all of it happens or nothing. Must not be asynchronous. */
  write<T>(change: () => T): T {
    return this.#guard(() => this.sqlite.transaction(change).immediate())
  }

  /** As `write`, for what frees space in the end: on a full disk it is given what is kept for it. */
  erase<T>(change: () => T): T {
    try {
      return this.write(change)
    } catch (error) {
      if (!isDiskFull(error)) throw error
      this.diskIsFull = true
      this.checkpoint()
      releaseReserve(this.file)
      return this.write(change)
    }
  }

  /** Brings what is in the log into the file and gives its space back, as far as nobody reads an older state. */
  checkpoint(): void {
    this.#guard(() => this.sqlite.pragma('wal_checkpoint(TRUNCATE)'))
  }

  read<T>(query: () => T): T {
    return this.#guard(query)
  }

  /** As `read`, for several queries that must see the same state while others write. */
  readTogether<T>(queries: () => T): T {
    return this.#guard(() => this.sqlite.transaction(queries).deferred())
  }

  close(): void {
    if (!this.sqlite.open) return
    this.#guard(() => {
      try {
        if (!this.readonly) this.sqlite.pragma('optimize')
      } finally {
        this.sqlite.close()
        this.#release()
      }
    })
  }

  #guard<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw explainStoreError(error, this.file, this.readonly)
    }
  }

  #openForReading(): Database.Database {
    let opened = openForReading(this.file)
    const prepare = ({ sqlite }: OpenedForReading): void => {
      checkSqliteVersion(sqlite)
      checkIdentity(sqlite, this.file, true)
      setSafePragmas(sqlite)
    }
    try {
      prepare(opened)
      if (isOlder(opened.sqlite)) {
        opened = openMigrated(opened, this.file, APPLICATION_ID)
        prepare(opened)
      }
    } catch (error) {
      opened.sqlite.close()
      opened.release()
      throw error
    }
    this.#release = opened.release
    return opened.sqlite
  }

  #openForWriting(): Database.Database {
    if (this.file === IN_MEMORY) return this.#prepared(new Database(IN_MEMORY))
    const directory = dirname(this.file)
    makePrivateDirectory(directory)
    createPrivateFile(this.file)
    makePrivate(directory)
    const open = () => this.#prepared(new Database(this.file, { timeout: 5_000 }))
    let sqlite: Database.Database
    try {
      sqlite = open()
    } catch (error) {
      if (!isDiskFull(error) || !releaseForOpening(this.file)) throw error
      sqlite = open()
    }
    fillReserve(this.file)
    return sqlite
  }

  #prepared(sqlite: Database.Database): Database.Database {
    try {
      checkSqliteVersion(sqlite)
      const version = checkIdentity(sqlite, this.file, false)
      setSafePragmas(sqlite)
      if (version === 0) {
        sqlite.pragma('page_size = 8192')
        sqlite.pragma('auto_vacuum = INCREMENTAL')
      }
      sqlite.pragma('journal_mode = WAL')
      sqlite.pragma('synchronous = FULL')
      sqlite.pragma('journal_size_limit = 67108864')
      // On macOS fsync alone leaves data in the drive's cache; a full sync at every checkpoint is the usual compromise.
      sqlite.pragma('checkpoint_fullfsync = ON')
      migrate(sqlite, this.file, APPLICATION_ID)
      return sqlite
    } catch (error) {
      sqlite.close()
      throw error
    }
  }
}

function setSafePragmas(sqlite: Database.Database): void {
  sqlite.pragma('foreign_keys = ON')
  sqlite.pragma('temp_store = MEMORY')
  sqlite.pragma('trusted_schema = OFF')
}

/** @returns the library version of the file, 0 when it is new */
function checkIdentity(sqlite: Database.Database, file: string, readonly: boolean): number {
  const version = sqlite.pragma('user_version', { simple: true }) as number
  const application = sqlite.pragma('application_id', { simple: true }) as number
  const tables = sqlite.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  if (application !== APPLICATION_ID && (tables > 0 || application !== 0 || readonly)) {
    throw new DataError({
      file,
      place: 'application id',
      expected: `${APPLICATION_ID} (an Understudy library)`,
      found: `${application} (another program's database)`,
    })
  }
  if (version > LATEST_VERSION) {
    throw new UserError(
      `${file} was written by a newer Understudy (library version ${version}, this one knows up to ${LATEST_VERSION})`,
      { remedy: 'update Understudy, or choose another directory with --data DIR' },
    )
  }
  return version
}

function checkSqliteVersion(sqlite: Database.Database): void {
  const text = sqlite.prepare('SELECT sqlite_version()').pluck().get() as string
  const parts = text.split('.').map(Number)
  for (const [i, oldest] of OLDEST_SQLITE.entries()) {
    if (parts[i]! > oldest) return
    if (parts[i]! < oldest) throw new Error(`SQLite ${text} is older than ${OLDEST_SQLITE.join('.')}`)
  }
}
