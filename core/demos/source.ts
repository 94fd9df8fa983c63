/** Demonstrations on a disk: a file, or a folder of files, read and written whole. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { readRegularFile } from '../read-file.ts'
import { explainSystemError, explainWriteError } from '../system-errors.ts'
import { FileProblems, LIMITS } from './formats/format.ts'
import type { DemonstrationFiles, DemonstrationSource } from './formats/index.ts'

/**
 * The file or folder at `path`.
 * @throws UserError when it cannot be read; DataError when it is larger than what is read of demonstrations
 */
export function readSource(path: string): DemonstrationSource {
  const name = basename(resolve(path))
  if (!isDirectory(path)) return { name, bytes: readRegularFile(path, LIMITS.fileBytes) }
  const paths = filesWithin(path)
  if (paths.length > LIMITS.files) {
    new FileProblems(name).refuse('files', `at most ${LIMITS.files}`, paths.length)
  }
  let left: number = LIMITS.fileBytes
  const take = (inside: string): [string, Uint8Array] => {
    const bytes = readRegularFile(join(path, inside), left)
    left -= bytes.length
    return [inside, bytes]
  }
  return { name, files: new Map(paths.map(take)) }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    throw explainSystemError(error, `${path} cannot be read`)
  }
}

/** The paths of all files in a folder and below, with '/', sorted. Links are not followed. */
export function filesWithin(folder: string): string[] {
  const paths: string[] = []
  const walk = (path: string, prefix: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(path, entry.name), `${prefix}${entry.name}/`)
      else if (entry.isFile()) paths.push(`${prefix}${entry.name}`)
    }
  }
  try {
    walk(folder, '')
  } catch (error) {
    throw explainSystemError(error, `${folder} cannot be read`)
  }
  return paths.sort()
}

/**
 * Writes a file, or a folder that must not exist yet or be empty. Under another name first, so that a full disk leaves
 * nothing half done and destroys nothing old.
 * @throws UserError when it cannot be written
 */
export function writeExport(path: string, content: Uint8Array | DemonstrationFiles): void {
  try {
    if (content instanceof Uint8Array) writeWholeFile(path, content)
    else writeWholeFolder(path, content)
  } catch (error) {
    throw explainWriteError(error, path)
  }
}

function writeWholeFile(path: string, bytes: Uint8Array): void {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? true
  if (!isFile) {
    writeFileSync(path, bytes)
    return
  }
  const partial = `${path}.${process.pid}.partial`
  try {
    writeDurably(partial, bytes)
    renameSync(partial, path)
  } finally {
    rmSync(partial, { force: true })
  }
}

function writeWholeFolder(path: string, files: DemonstrationFiles): void {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there !== undefined && !(there.isDirectory() && readdirSync(path).length === 0)) {
    throw new UserError(`${path} is there already`, {
      remedy: 'name a folder that does not exist yet; the format has several files',
    })
  }
  const partial = `${path.replace(/\/+$/, '')}.${process.pid}.partial`
  try {
    mkdirSync(partial)
    for (const [name, bytes] of files) {
      const file = join(partial, name)
      mkdirSync(dirname(file), { recursive: true })
      writeDurably(file, bytes)
    }
    if (there !== undefined) rmSync(path, { recursive: true })
    renameSync(partial, path)
  } finally {
    rmSync(partial, { force: true, recursive: true })
  }
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w')
  try {
    writeFileSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
