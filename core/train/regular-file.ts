/** Opening what must be a regular file: a link, a folder or a pipe in its place is named, not followed or waited for. */
import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { DataError, UserError } from '../errors.ts'

/** Windows has neither flag, nor pipes or links that a checkpoint could be mistaken for. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)

/** What stands where a file must be, by what the system says of it. */
const FOUND: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'a file where its folder should be'],
  ['ELOOP', 'a symbolic link'],
  ['ENXIO', 'a socket'],
  ['EIO', 'a part of the disk that cannot be read'],
])

/**
 * For reading.
 * @throws DataError when there is none, or something else in its place; UserError when it may not be read
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, FLAGS)
    const kind = kindOf(await file.stat())
    if (kind === null) return file
    await file.close()
    throw new DataError({ file: path, place: 'file', expected: 'a regular file', found: kind })
  } catch (error) {
    throw explainReadError(error, path)
  }
}

/** All of it. @throws as `openRegularFile` */
export async function readRegularFile(path: string): Promise<Buffer> {
  const file = await openRegularFile(path)
  return file.readFile().finally(() => file.close())
}

/** A sentence for what a disk or a person has done to a file or folder; everything else comes back as it is. */
export function explainReadError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError(`${path} cannot be read: permission is denied`, {
      remedy: 'change its permissions',
      cause: error,
    })
  }
  const found = FOUND.get(code)
  if (found === undefined) return error
  return new DataError({ file: path, place: 'file', expected: 'one that can be read', found, cause: error })
}

/** @returns null for a regular file */
export function kindOf(stat: Stats): string | null {
  if (stat.isFile()) return null
  if (stat.isDirectory()) return 'a folder'
  if (stat.isSymbolicLink()) return 'a symbolic link'
  if (stat.isFIFO()) return 'a named pipe'
  return stat.isSocket() ? 'a socket' : 'a device'
}
