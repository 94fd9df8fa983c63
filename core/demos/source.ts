/** Demonstrations on a disk: a file, or a folder of files, read and written whole. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { FileProblems, LIMITS } from './formats/format.ts'
import type { DemonstrationFiles, DemonstrationSource } from './formats/index.ts'

/**
 * The file or folder at `path`.
 * @throws UserError when it cannot be read; DataError when it is larger than what is read of demonstrations
 */
export function readSource(path: string): DemonstrationSource {
  const name = basename(resolve(path))
  return onDisk(path, 'read', () => {
    const left = { bytes: LIMITS.fileBytes }
    if (!statSync(path).isDirectory()) return { name, bytes: readRegular(path, name, left) }
    const paths = filesWithin(path)
    return {
      name,
      files: new Map(paths.map((inside) => [inside, readRegular(join(path, inside), name, left)])),
    }
  })
}

/** Bytes of a file, or of all files in a folder and below. @throws as `readSource` */
export function sizeOnDisk(path: string): number {
  return onDisk(path, 'read', () => {
    const found = statSync(path)
    if (!found.isDirectory()) return found.size
    return filesWithin(path).reduce((sum, inside) => sum + statSync(join(path, inside)).size, 0)
  })
}

/**
 * The paths of all files in a folder and below, with '/', sorted. Links are not followed.
 * @throws DataError when there are more than are read of demonstrations, or they lie too deep
 */
export function filesWithin(folder: string): string[] {
  const problems = new FileProblems(basename(resolve(folder)))
  const paths: string[] = []
  let seen = 0
  const walk = (path: string, prefix: string, depth: number): void => {
    if (depth > LIMITS.depth) problems.refuse('folders', `at most ${LIMITS.depth} within one another`, 'more')
    const entries = opendirSync(path)
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        if (++seen > LIMITS.files) problems.refuse('files', `at most ${LIMITS.files}`, 'more')
        if (entry.isDirectory()) walk(join(path, entry.name), `${prefix}${entry.name}/`, depth + 1)
        else if (entry.isFile()) paths.push(`${prefix}${entry.name}`)
      }
    } finally {
      entries.closeSync()
    }
  }
  walk(folder, '', 0)
  return paths.sort()
}

/** What waits for somebody to write, or never ends, is opened and not read. */
function readRegular(path: string, name: string, left: { bytes: number }): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw new UserError(`${path} cannot be read: it is no regular file`)
    left.bytes -= found.size
    if (left.bytes < 0) {
      new FileProblems(name).refuse(
        'size',
        `at most ${LIMITS.fileBytes} bytes`,
        LIMITS.fileBytes - left.bytes,
      )
    }
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Writes a file, or a folder that must not exist yet or be empty. Under another name first, so that a full disk leaves
 * nothing half done and destroys nothing old.
 * @throws UserError when it cannot be written
 */
export function writeExport(path: string, content: Uint8Array | DemonstrationFiles): void {
  onDisk(path, 'written', () => {
    if (content instanceof Uint8Array) writeWholeFile(path, content)
    else writeWholeFolder(path, content)
  })
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

function onDisk<T>(path: string, what: 'read' | 'written', action: () => T): T {
  try {
    return action()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined || error instanceof UserError) throw error
    const reason =
      {
        ENOENT: what === 'read' ? 'there is no such file' : 'there is no such directory',
        EISDIR: 'it is a directory',
        EACCES: 'permission is denied',
        EROFS: 'the disk is read-only',
        ENOSPC: 'the disk is full',
      }[code] ?? code
    throw new UserError(`${path} cannot be ${what}: ${reason}`, { cause: error })
  }
}
