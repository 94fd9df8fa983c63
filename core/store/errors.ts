/** What SQLite and the file system say, turned into the three kinds of failure. */
import Database from 'better-sqlite3'
import { DataError, UserError } from '../errors.ts'
import { explainSystemError } from '../system-errors.ts'

const READ_ONLY = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  'SQLITE_PERM',
])
const FULL = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])
/** The file that SQLite maps into memory has to be on the disk as a whole first. */
const SHARED_MEMORY = /^SQLITE_IOERR_SHM/

/** @returns the error to throw in place of `error`; bugs come back as they are */
export function explainStoreError(error: unknown, file: string, readonly = false): unknown {
  const code = storeErrorCode(error)
  if (code === undefined) return error
  const primary = code.startsWith('SQLITE_') ? code.split('_').slice(0, 2).join('_') : code
  const message = (error as Error).message
  if (FULL.has(primary) || SHARED_MEMORY.test(code)) {
    return new UserError(`the disk is full: ${file} cannot grow`, {
      remedy: 'free some space and try again; what was saved before is intact',
      cause: error,
    })
  }
  if (READ_ONLY.has(primary) && readonly) {
    return new UserError(`${file} cannot be read`, {
      remedy:
        'ask its owner for permission to read the file and its directory, or choose another with --data DIR',
      cause: error,
    })
  }
  if (READ_ONLY.has(primary)) {
    return new UserError(`${file} cannot be opened for writing`, {
      remedy: 'make the directory and the file writable, or choose another directory with --data DIR',
      cause: error,
    })
  }
  if (primary === 'SQLITE_BUSY' || primary === 'SQLITE_LOCKED') {
    return new UserError(`another process has locked ${file}`, {
      remedy: 'wait until it has finished, or end it',
      cause: error,
    })
  }
  if (primary === 'SQLITE_NOTADB' || primary === 'SQLITE_CORRUPT') {
    return new DataError({
      file,
      place: primary === 'SQLITE_NOTADB' ? 'header' : 'content',
      expected: 'an intact Understudy library',
      found:
        primary === 'SQLITE_NOTADB'
          ? 'a file that is not a database'
          : `damage (${message}); "understudy demos rescue" saves what is intact`,
      cause: error,
    })
  }
  const remedy = 'check the disk, or choose another directory with --data DIR'
  if (primary === 'SQLITE_IOERR') {
    return new UserError(`${file} cannot be read or written (${message})`, { remedy, cause: error })
  }
  return explainSystemError(error, `${file} cannot be read or written`, { remedy })
}

/** Whether a failure, explained or not, is that there is no space: of a file, or of what SQLite keeps beside it. */
export function isDiskFull(error: unknown): boolean {
  const code = storeErrorCode(error) ?? storeErrorCode((error as { cause?: unknown }).cause)
  return code !== undefined && (FULL.has(code) || SHARED_MEMORY.test(code))
}

export function storeErrorCode(error: unknown): string | undefined {
  if (error instanceof Database.SqliteError) return error.code
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : undefined
}
