/**
 * Files that somebody names. What is no regular file is refused before it is opened for reading: a pipe would be waited for,
 * and a device such as /dev/zero never ends.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { DataError, UserError } from './errors.ts'
import { explainSystemError } from './system-errors.ts'

/** Of configurations, experiments and whatever else a person writes by hand. */
export const MOST_TEXT_BYTES = 4 * 2 ** 20

/**
 * @param most  bytes; a larger file is refused before any of it is read
 * @param usage  whether to name such a file is wrong usage
 * @throws UserError when it is no regular file or cannot be read; DataError when it is larger
 */
export function readRegularFile(path: string, most: number, usage = false): Buffer<ArrayBuffer> {
  try {
    refuseIrregular(statSync(path), path, usage)
    // Whoever puts a pipe there in between gains nothing: without waiting, and looked at again.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const stats = fstatSync(file)
      refuseIrregular(stats, path, usage)
      if (stats.size > most) throw tooLarge(path, stats.size, most)
      return readFully(file, stats.size)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw explainSystemError(error, `${path} cannot be read`, { usage })
  }
}

/**
 * As `readRegularFile`, text that a person has written: in UTF-8, or in UTF-16 that begins with a byte order mark, as
 * Windows' PowerShell writes it.
 * @throws UserError when it is neither
 */
export function readRegularText(path: string): string {
  const bytes = readRegularFile(path, MOST_TEXT_BYTES, true)
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE()
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8'
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    // UTF-16 without its mark is UTF-8 too, of which every second sign is none.
    if (!text.includes('\0')) return text
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  throw new UserError(`${path} is not text in UTF-8`, { usage: true, remedy: 'save it as UTF-8' })
}

/** @throws UserError when there is something else, or nothing, of that name */
export function requireRegularFile(path: string, usage = false): void {
  try {
    refuseIrregular(statSync(path), path, usage)
  } catch (error) {
    throw explainSystemError(error, `${path} cannot be read`, { usage })
  }
}

function refuseIrregular(stats: Stats, path: string, usage: boolean): void {
  if (stats.isFile()) return
  throw new UserError(`${path} cannot be read: it is ${kindOf(stats)}`, {
    usage,
    remedy: 'name a regular file',
  })
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a pipe'
  if (stats.isSocket()) return 'a socket'
  return 'a device'
}

function tooLarge(path: string, size: number, most: number): DataError {
  return new DataError({
    file: path,
    place: 'size',
    expected: `at most ${megabytes(most)}`,
    found: megabytes(size),
  })
}

function megabytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toPrecision(3))} MB`
}

/** As many bytes as it had when it was opened, fewer where it has shrunk. */
function readFully(file: number, size: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(size)
  let read = 0
  while (read < size) {
    const more = readSync(file, bytes, read, size - read, read)
    if (more === 0) break
    read += more
  }
  return bytes.subarray(0, read)
}
