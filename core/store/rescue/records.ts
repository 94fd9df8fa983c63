/** The rows that lie in the leaves of SQLite's b-trees, one page at a time, and their values. */
import { Pages } from './pages.ts'

export type Value = number | string | Buffer | null

export interface Cell {
  /** Undefined in tables without one. */
  readonly rowid: number | undefined
  readonly values: readonly Value[]
}

const TABLE_LEAF = 13
const INDEX_LEAF = 10
const INDEX_INTERIOR = 2

/** No row of a library is larger: a chunk is about a hundred kilobytes. */
const MOST_ROW_BYTES = 64 * 2 ** 20

/**
 * What can be read of the rows on a page, whatever else is wrong with it. Tables without rowids keep rows in inner pages too.
 * @returns nothing for a page that holds no rows
 */
export function* cellsOf(pages: Pages, number: number): Generator<Cell> {
  const page = pages.read(number)
  if (page === undefined) return
  const header = Pages.headerOf(number)
  const kind = page[header]!
  if (kind !== TABLE_LEAF && kind !== INDEX_LEAF && kind !== INDEX_INTERIOR) return
  const pointers = header + (kind === INDEX_INTERIOR ? 12 : 8)
  const count = page.readUInt16BE(header + 3)
  for (let i = 0; i < count && pointers + 2 * i + 2 <= page.length; i++) {
    const cell = readCell(pages, page, page.readUInt16BE(pointers + 2 * i), kind)
    if (cell !== undefined) yield cell
  }
}

function readCell(pages: Pages, page: Buffer, start: number, kind: number): Cell | undefined {
  try {
    const [bytes, behind] = readVarint(page, kind === INDEX_INTERIOR ? start + 4 : start)
    const [rowid, at] = kind === TABLE_LEAF ? readVarint(page, behind) : [undefined, behind]
    if (bytes > MOST_ROW_BYTES) return undefined
    const payload = readPayload(pages, page, at, bytes, kind === TABLE_LEAF)
    const values = payload === undefined ? undefined : decode(payload)
    return values === undefined ? undefined : { rowid, values }
  } catch (error) {
    // Damaged numbers lead outside the page.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** What does not fit on the page goes on in a chain of others. */
function readPayload(
  pages: Pages,
  page: Buffer,
  at: number,
  bytes: number,
  isTable: boolean,
): Buffer | undefined {
  const U = pages.size
  const most = isTable ? U - 35 : Math.floor(((U - 12) * 64) / 255) - 23
  if (bytes <= most) return at + bytes <= U ? page.subarray(at, at + bytes) : undefined
  const least = Math.floor(((U - 12) * 32) / 255) - 23
  const fitting = least + ((bytes - least) % (U - 4))
  const local = fitting <= most ? fitting : least
  const parts = [page.subarray(at, at + local)]
  let next = page.readUInt32BE(at + local)
  for (let left = bytes - local; left > 0; left -= U - 4) {
    const overflow = pages.read(next)
    if (overflow === undefined) return undefined
    parts.push(overflow.subarray(4, 4 + Math.min(left, U - 4)))
    next = overflow.readUInt32BE(0)
  }
  return Buffer.concat(parts)
}

/** @returns undefined when the bytes are no record */
function decode(payload: Buffer): Value[] | undefined {
  let [headerBytes, at] = readVarint(payload, 0)
  if (headerBytes > payload.length) return undefined
  let body = headerBytes
  const values: Value[] = []
  while (at < headerBytes) {
    let type: number
    ;[type, at] = readVarint(payload, at)
    const length = type >= 12 ? Math.floor((type - 12) / 2) : (SIZES[type] ?? -1)
    if (length < 0 || body + length > payload.length) return undefined
    values.push(readValue(payload, body, type, length))
    body += length
  }
  return body === payload.length ? values : undefined
}

/** Bytes of the types 0 to 9. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

function readValue(payload: Buffer, at: number, type: number, length: number): Value {
  if (type >= 12) {
    const bytes = payload.subarray(at, at + length)
    return type % 2 === 0 ? Buffer.from(bytes) : bytes.toString('utf8')
  }
  if (type === 0) return null
  if (type === 7) return payload.readDoubleBE(at)
  if (type === 6) return Number(payload.readBigInt64BE(at))
  if (type >= 8) return type - 8
  return payload.readIntBE(at, length)
}

function readVarint(bytes: Buffer, start: number): [value: number, next: number] {
  let value = 0
  for (let i = 0; i < 9; i++) {
    const byte = bytes.readUInt8(start + i)
    if (i === 8) return [value * 256 + byte, start + 9]
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, start + i + 1]
  }
  return [value, start + 9]
}
