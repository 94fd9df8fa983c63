/** A folder for copies of a library, which is gone when they are closed or the process ends. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../errors.ts'

const folders = new Set<string>()

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

export class Scratch {
  readonly #folder: string

  /**
   * @param bytes  how much will be put there
   * @throws UserError when there is no room for it
   */
  constructor(file: string, bytes: number) {
    const free = freeBytes(tmpdir())
    if (free < bytes) {
      throw new UserError(
        `${file} has to be copied to be read, and ${tmpdir()} has ${megabytes(free)} free of the ${megabytes(bytes)} that this takes`,
        { remedy: 'free some space there, or name another folder in the variable TMPDIR' },
      )
    }
    this.#folder = mkdtempSync(join(tmpdir(), 'understudy-library-'))
    if (folders.size === 0 && !process.listeners('exit').includes(removeAll)) process.on('exit', removeAll)
    folders.add(this.#folder)
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  /** Copies a database with what is not yet in its main file. @returns where it is */
  take(file: string): string {
    const copy = this.path(basename(file))
    copyFileSync(file, copy)
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`)
    return copy
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
    folders.delete(this.#folder)
  }
}

/** What an unprivileged user may still write where `path` lies, or will. */
export function freeBytes(path: string): number {
  if (!existsSync(path) && dirname(path) !== path) return freeBytes(dirname(path))
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

/** Of a database and its log; 0 for what is not there. */
export function databaseBytes(file: string): number {
  return [file, `${file}-wal`].reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}
