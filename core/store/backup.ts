/** Copies of a library that are known to be whole before they count. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { fileTarget, syncDirectory, withTemporary, withTemporarySync } from '../atomic-file.ts'
import { DataError, UserError } from '../errors.ts'
import { createPrivateFile, DIRECTORIES } from './private-files.ts'
import { databaseBytes, freeBytes, megabytes } from './scratch.ts'

/** Copied between two looks at what else is to be done: about a megabyte. */
const STEP_PAGES = 128

export interface Backup {
  readonly file: string
  readonly bytes: number
  readonly episodes: number
}

/**
 * Copies the library of `source` as it is at this moment, while others may go on writing to theirs.
 * @param source  a connection that nobody else uses; it sees one state of the library until this is done
 * @throws UserError when the disk is full; DataError when the copy is not whole, as when the library is damaged
 */
export async function backUp(source: Database.Database, file: string, signal?: AbortSignal): Promise<Backup> {
  const target = fileTarget(file)
  requireSpace(source.name, dirname(target))
  return withTemporary(dirname(target), async (temporary) => {
    createPrivateFile(temporary)
    source.exec('BEGIN')
    let expected: Counts
    try {
      // A transaction that has read keeps to one state; without it every write of others would begin the copy anew.
      expected = countsOf(source)
      await source.backup(temporary, {
        progress: () => {
          signal?.throwIfAborted()
          return STEP_PAGES
        },
      })
    } finally {
      source.exec('ROLLBACK')
    }
    signal?.throwIfAborted()
    const bytes = verifyCopy(temporary, source.name, expected)
    await rename(temporary, target)
    await syncDirectory(dirname(target))
    return { file: target, bytes, episodes: expected.episodes }
  })
}

export interface KeptBackup {
  /** Within the data directory. */
  readonly name: string
  readonly bytes: number
  /** Unix time in microseconds. */
  readonly createdAtUs: number
}

/** Those that the program has made in a data directory, the newest first. */
export function listBackups(directory: string): KeptBackup[] {
  const kept: KeptBackup[] = []
  for (const [folder, pattern] of [
    ['', /^library\.db\.v\d+$/],
    [DIRECTORIES.backups, /\.db$/],
  ] as const) {
    const names = existsSync(join(directory, folder)) ? readdirSync(join(directory, folder)) : []
    for (const name of names.filter((each) => pattern.test(each))) {
      const stats = lstatSync(join(directory, folder, name))
      if (!stats.isFile()) continue
      kept.push({
        name: folder === '' ? name : `${folder}/${name}`,
        bytes: stats.size,
        createdAtUs: stats.mtimeMs * 1000,
      })
    }
  }
  return kept.sort((a, b) => b.createdAtUs - a.createdAtUs)
}

/** @param name  as it is listed @returns bytes freed @throws UserError when there is none of that name */
export function deleteBackup(directory: string, name: string): number {
  const backup = listBackups(directory).find((kept) => kept.name === name)
  if (backup === undefined) throw new UserError('that backup no longer exists')
  rmSync(join(directory, backup.name))
  return backup.bytes
}

/** Before a migration: `<file>.v<version>`, which has replaced an earlier one of this name. */
export function keepOldVersion(sqlite: Database.Database, file: string, version: number): void {
  requireSpace(file, dirname(file))
  withTemporarySync(dirname(file), (temporary) => {
    createPrivateFile(temporary)
    const expected = countsOf(sqlite)
    sqlite.prepare('VACUUM INTO ?').run(temporary)
    verifyCopy(temporary, file, expected)
    const copy = openSync(temporary, 'r+')
    fsyncSync(copy)
    closeSync(copy)
    renameSync(temporary, `${file}.v${version}`)
  })
}

interface Counts {
  readonly episodes: number
  readonly chunks: number
}

function countsOf(sqlite: Database.Database): Counts {
  const count = (table: string): number =>
    sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
  return { episodes: count('episode'), chunks: count('chunk') }
}

/** @returns its bytes */
function verifyCopy(copy: string, file: string, expected: Counts): number {
  const sqlite = new Database(copy)
  try {
    const complaint = sqlite.pragma('integrity_check(1)', { simple: true }) as string
    if (complaint !== 'ok') throw damaged(file, 'an intact library', complaint)
    const found = countsOf(sqlite)
    for (const what of ['episodes', 'chunks'] as const) {
      // Others may have added some in the meantime.
      if (found[what] < expected[what])
        throw damaged(file, `a copy with ${expected[what]} ${what}`, `${found[what]}`)
    }
    sqlite.pragma('journal_mode = DELETE')
    return databaseBytes(copy)
  } finally {
    sqlite.close()
  }
}

function damaged(file: string, expected: string, found: string): DataError {
  return new DataError({ file, place: 'backup', expected, found: `${found}; the copy was not kept` })
}

function requireSpace(file: string, directory: string): void {
  const bytes = databaseBytes(file)
  const free = freeBytes(directory)
  if (free >= bytes) return
  throw new UserError(
    `a backup of ${file} takes up to ${megabytes(bytes)}, and ${directory} has ${megabytes(free)} free`,
    { remedy: 'free some space, or choose a place on another disk' },
  )
}
