/**
 * Reads a zip archive. fflate writes ours but does not compare checksums when it reads, and a flipped bit in a stored
 * array must not pass as a demonstration.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { LIMITS, mostInflated } from '../limits.ts'
import type { FileProblems } from '../problems.ts'

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)
}

/** With a fixed date, so that equal files give equal bytes; 1980 is the first that a zip archive can hold. */
export function writeZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return zipSync(Object.fromEntries(files), { level: 6, mtime: new Date(1980, 0, 1, 12) })
}

/** @returns the files of the archive by name, in its order */
export function readZip(bytes: Uint8Array, problems: FileProblems): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(view)
  if (end === undefined) return problems.refuse('end', 'a zip directory', 'none (the file is cut off)')
  const count = view.getUint16(end + 10, true)
  const files = new Map<string, Uint8Array>()
  let at = view.getUint32(end + 16, true)
  let inflated = 0
  let packed = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) {
      problems.refuse(`zip entry ${i}`, `a directory entry at byte ${at}`, 'something else')
    }
    const nameLength = view.getUint16(at + 28, true)
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString('utf8')
    inflated += view.getUint32(at + 24, true)
    if (inflated > LIMITS.inflatedBytes) {
      problems.refuse(`zip entry "${name}"`, `at most ${LIMITS.inflatedBytes} bytes in all`, inflated)
    }
    packed += view.getUint32(at + 20, true)
    if (packed > bytes.length) {
      problems.refuse(
        `zip entry "${name}"`,
        'files that do not overlap',
        `${packed} bytes of ${bytes.length}`,
      )
    }
    if (files.has(name)) problems.refuse(`zip entry "${name}"`, 'only one file of this name', 'two')
    files.set(name, readEntry(bytes, view, at, name, problems))
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return files
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  name: string,
  problems: FileProblems,
): Uint8Array {
  const place = `zip entry "${name}"`
  const method = view.getUint16(at + 10, true)
  const crc = view.getUint32(at + 16, true)
  const packedSize = view.getUint32(at + 20, true)
  const size = view.getUint32(at + 24, true)
  const local = view.getUint32(at + 42, true)
  if (local + 30 > bytes.length || view.getUint32(local, true) !== LOCAL) {
    problems.refuse(place, `a file at byte ${local}`, 'something else')
  }
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  const packed = bytes.subarray(start, start + packedSize)
  if (packed.length !== packedSize) problems.refuse(place, `${packedSize} bytes`, packed.length)
  if (size > mostInflated(packedSize)) {
    problems.refuse(place, `at most ${mostInflated(packedSize)} bytes of ${packedSize} deflated ones`, size)
  }
  let data = packed
  if (method === 8) {
    try {
      data = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
    } catch (error) {
      problems.refuse(place, `${size} deflated bytes`, (error as Error).message, error)
    }
  } else if (method !== 0) {
    problems.refuse(`${place}, method`, '0 (stored) or 8 (deflated)', method)
  }
  if (data.length !== size) problems.refuse(place, `${size} bytes`, data.length)
  const actual = crc32(data)
  if (actual !== crc) problems.refuse(`${place}, checksum`, crc, actual)
  return data
}

/** The end record is 22 bytes long and may be followed by a comment of up to 65535. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - 22
  for (let at = last; at >= Math.max(0, last - 65_535); at--) {
    if (view.getUint32(at, true) === END) return at
  }
  return undefined
}
