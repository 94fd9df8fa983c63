/**
 * The pages of an SQLite database, read from its bytes, as far as there are any: no SQLite opens a file whose header or whose
 * trees are damaged. What stands in the log counts where its checksums hold (https://www.sqlite.org/fileformat2.html).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const HEADER_BYTES = 100
/** Of libraries, and so of one whose header says nothing sensible. */
const USUAL_PAGE_BYTES = 8192
const LOG_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

export class Pages {
  readonly size: number
  readonly count: number
  readonly #file: number
  readonly #bytes: number
  readonly #log: Log | undefined

  /** Opens `file` for reading only. @throws what the file system says */
  constructor(file: string) {
    this.#file = openSync(file, 'r')
    this.#bytes = fstatSync(this.#file).size
    this.size = this.#pageSize()
    this.#log = openLog(`${file}-wal`, this.size)
    this.count = Math.max(Math.ceil(this.#bytes / this.size), this.#log?.newest ?? 0)
  }

  /** @param number  from 1 @returns the bytes of the page, or undefined where the file has none or not all of it */
  read(number: number): Buffer | undefined {
    const at = this.#log?.frames.get(number)
    if (at !== undefined) return readExactly(this.#log!.file, this.size, at)
    return readExactly(this.#file, this.size, (number - 1) * this.size)
  }

  /** Where the header of its b-tree begins: the first page has the one of the file before it. */
  static headerOf(number: number): number {
    return number === 1 ? HEADER_BYTES : 0
  }

  close(): void {
    closeSync(this.#file)
    if (this.#log !== undefined) closeSync(this.#log.file)
  }

  #pageSize(): number {
    const header = readExactly(this.#file, HEADER_BYTES, 0)
    const size = header?.readUInt16BE(16) ?? 0
    const isSensible =
      header?.toString('latin1', 0, 15) === 'SQLite format 3' && size >= 512 && (size & (size - 1)) === 0
    return isSensible ? size : USUAL_PAGE_BYTES
  }
}

interface Log {
  readonly file: number
  /** Where the newest committed content of a page begins. */
  readonly frames: ReadonlyMap<number, number>
  readonly newest: number
}

/** As far as it is whole: the first frame whose checksum is wrong ends it, and what was not committed does not count. */
function openLog(path: string, pageSize: number): Log | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  const header = readExactly(file, LOG_HEADER_BYTES, 0)
  const magic = header?.readUInt32BE(0)
  if (
    header === undefined ||
    (magic !== 0x377f0682 && magic !== 0x377f0683) ||
    header.readUInt32BE(8) !== pageSize
  ) {
    closeSync(file)
    return undefined
  }
  const bigEndian = magic === 0x377f0683
  const frames = new Map<number, number>()
  let pending: [page: number, at: number][] = []
  let sum = checksum(header.subarray(0, 24), [0, 0], bigEndian)
  let newest = 0
  for (
    let at = LOG_HEADER_BYTES;
    sameSum(sum, header, 24) || at > LOG_HEADER_BYTES;
    at += FRAME_HEADER_BYTES + pageSize
  ) {
    const frame = readExactly(file, FRAME_HEADER_BYTES + pageSize, at)
    if (frame === undefined || !frame.subarray(8, 16).equals(header.subarray(16, 24))) break
    sum = checksum(frame.subarray(0, 8), sum, bigEndian)
    sum = checksum(frame.subarray(FRAME_HEADER_BYTES), sum, bigEndian)
    if (!sameSum(sum, frame, 16)) break
    pending.push([frame.readUInt32BE(0), at + FRAME_HEADER_BYTES])
    const pagesAfterCommit = frame.readUInt32BE(4)
    if (pagesAfterCommit === 0) continue
    for (const [page, place] of pending) frames.set(page, place)
    pending = []
    newest = pagesAfterCommit
  }
  return { file, frames, newest }
}

type Sum = readonly [number, number]

function checksum(bytes: Buffer, [a, b]: Sum, bigEndian: boolean): Sum {
  let [s0, s1] = [a, b]
  for (let i = 0; i + 8 <= bytes.length; i += 8) {
    s0 = (s0 + (bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i)) + s1) >>> 0
    s1 = (s1 + (bigEndian ? bytes.readUInt32BE(i + 4) : bytes.readUInt32LE(i + 4)) + s0) >>> 0
  }
  return [s0, s1]
}

function sameSum([s0, s1]: Sum, bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) === s0 && bytes.readUInt32BE(at + 4) === s1
}

function readExactly(file: number, length: number, at: number): Buffer | undefined {
  const bytes = Buffer.alloc(length)
  try {
    return readSync(file, bytes, 0, length, at) === length ? bytes : undefined
  } catch {
    // A sector that the disk cannot read.
    return undefined
  }
}
