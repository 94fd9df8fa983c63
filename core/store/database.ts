/** The connection: opening, pragmas, identity of the file, transactions. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { DataError, UserError } from '../errors.ts'
import { explainStoreError } from './errors.ts'
import { LATEST_VERSION, migrate } from './migrations/index.ts'

/** "UNDS": marks a database file as a library of this program. */
export const APPLICATION_ID = 0x554e4453

/** Below 3.51.3 two connections that write and checkpoint at once can corrupt a WAL database. */
const OLDEST_SQLITE = [3, 51, 3] as const

export class Connection {
  readonly file: string
  readonly readonly: boolean
  readonly sqlite: Database.Database

  /**
   * @throws UserError when the file cannot be opened or comes from a newer version
   * @throws DataError when it is no library
   */
  constructor(file: string, options: { readonly?: boolean } = {}) {
    this.file = file
    this.readonly = options.readonly ?? false
    this.sqlite = this.#guard(() => this.#open())
    try {
      this.#guard(() => this.#prepare())
    } catch (error) {
      this.sqlite.close()
      throw error
    }
  }

  /** Runs `change` in one transaction: all of it happens or nothing. Must not be asynchronous. */
  write<T>(change: () => T): T {
    return this.#guard(() => this.sqlite.transaction(change).immediate())
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
      if (!this.readonly) this.sqlite.pragma('optimize')
      this.sqlite.close()
    })
  }

  #guard<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw explainStoreError(error, this.file)
    }
  }

  #open(): Database.Database {
    if (this.readonly && !existsSync(this.file)) {
      throw new UserError(`there is no library at ${this.file}`, {
        remedy: 'open the studio or record something first, or name another directory with --data DIR',
      })
    }
    if (!this.readonly) makeDirectory(dirname(this.file))
    return new Database(this.file, { readonly: this.readonly, timeout: 5_000 })
  }

  #prepare(): void {
    const { sqlite } = this
    checkSqliteVersion(sqlite)
    const version = this.#checkIdentity()
    sqlite.pragma('foreign_keys = ON')
    sqlite.pragma('temp_store = MEMORY')
    sqlite.pragma('trusted_schema = OFF')
    if (this.readonly) return
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
  }

  /** @returns the library version of the file, 0 when it is new */
  #checkIdentity(): number {
    const version = this.sqlite.pragma('user_version', { simple: true }) as number
    const application = this.sqlite.pragma('application_id', { simple: true }) as number
    const tables = this.sqlite.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
    if (application !== APPLICATION_ID && (tables > 0 || application !== 0 || this.readonly)) {
      throw new DataError({
        file: this.file,
        place: 'application id',
        expected: `${APPLICATION_ID} (an Understudy library)`,
        found: `${application} (another program's database)`,
      })
    }
    if (version > LATEST_VERSION) {
      throw new UserError(
        `${this.file} was written by a newer Understudy (library version ${version}, this one knows up to ${LATEST_VERSION})`,
        { remedy: 'update Understudy, or choose another directory with --data DIR' },
      )
    }
    if (this.readonly && version < LATEST_VERSION) {
      throw new UserError(`${this.file} has the older library version ${version}`, {
        remedy: 'open it once for writing (for example with the studio), which brings it up to date',
      })
    }
    return version
  }
}

function checkSqliteVersion(sqlite: Database.Database): void {
  const text = sqlite.prepare('SELECT sqlite_version()').pluck().get() as string
  const parts = text.split('.').map(Number)
  for (const [i, oldest] of OLDEST_SQLITE.entries()) {
    if (parts[i]! > oldest) return
    if (parts[i]! < oldest) throw new Error(`SQLite ${text} is older than ${OLDEST_SQLITE.join('.')}`)
  }
}

/**
 * Makes the directory and those above it that are missing. One by one, because Node's own recursion never ends where the
 * file system answers that a parent which is there does not exist, as /proc does.
 */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return
  makeDirectory(dirname(directory))
  try {
    mkdirSync(directory)
  } catch (error) {
    // Another process that opens the same library may have been quicker.
    if (!existsSync(directory)) throw error
  }
}
