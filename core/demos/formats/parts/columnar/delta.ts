/**
 * Parquet's delta encodings: whole numbers by their differences, texts by their lengths and by what they share with the one
 * before. Nothing is allocated by a count of the data alone: the caller says how many values there must be.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */

/** Texts that share their beginnings take little room in a file; this many bytes may come of each byte of it, but at least LEAST. */
const MOST_PER_BYTE = 64
const LEAST = 2 ** 22

interface Deltas {
  readonly values: Float64Array
  /** Bytes that they took. */
  readonly end: number
}

/**
 * DELTA_BINARY_PACKED: `size` whole numbers of 32 or 64 bits.
 * @throws RangeError when the bytes do not hold exactly so many
 */
export function decodeDeltas(bytes: Uint8Array, size: number, bits: 32 | 64): Float64Array {
  return readDeltas(bytes, size, bits).values
}

/** DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. @throws RangeError when there are not so many */
export function decodeDeltaLengths(bytes: Uint8Array, size: number): Uint8Array[] {
  const { values: lengths, end } = readDeltas(bytes, size, 32)
  return cut(bytes.subarray(end), lengths)
}

/** DELTA_BYTE_ARRAY: how much each shares with the one before, then the rest of each. @throws RangeError as above */
export function decodeDeltaTexts(bytes: Uint8Array, size: number): Uint8Array[] {
  const { values: shared, end } = readDeltas(bytes, size, 32)
  const rests = decodeDeltaLengths(bytes.subarray(end), size)
  const most = Math.max(LEAST, MOST_PER_BYTE * bytes.length)
  let before: Uint8Array = new Uint8Array(0)
  let made = 0
  return rests.map((rest, i) => {
    const prefix = shared[i]!
    if (prefix < 0 || prefix > before.length)
      throw new RangeError(`${prefix} bytes of a text of ${before.length}`)
    // The same once more takes no room.
    if (prefix === before.length && rest.length === 0) return before
    made += prefix + rest.length
    if (made > most) throw new RangeError(`texts of more than ${most} bytes`)
    const text = new Uint8Array(prefix + rest.length)
    text.set(before.subarray(0, prefix))
    text.set(rest, prefix)
    before = text
    return text
  })
}

function cut(bytes: Uint8Array, lengths: Float64Array): Uint8Array[] {
  let at = 0
  return Array.from(lengths, (length) => {
    if (length < 0 || length > bytes.length - at) throw new RangeError(`a text of ${length} bytes`)
    at += length
    return bytes.subarray(at - length, at)
  })
}

/** Blocks of differences less the smallest of the block, in miniblocks of a bit width each. */
function readDeltas(bytes: Uint8Array, size: number, bits: 32 | 64): Deltas {
  // A page of nulls alone may be empty.
  if (size === 0 && bytes.length === 0) return { values: new Float64Array(0), end: 0 }
  const reader = new VarintReader(bytes)
  const blockSize = reader.unsigned()
  const miniblocks = reader.unsigned()
  const count = reader.unsigned()
  const perMiniblock = blockSize / miniblocks
  if (count !== size) throw new RangeError(`${count} values where ${size} are needed`)
  if (!Number.isInteger(perMiniblock) || perMiniblock === 0 || perMiniblock % 8 !== 0) {
    throw new RangeError(`blocks of ${blockSize} values in ${miniblocks} parts`)
  }
  let value = reader.signed()
  const values = new Float64Array(size)
  if (size > 0) values[0] = Number(value)
  for (let filled = 1; filled < size; ) {
    const least = reader.signed()
    const widths = reader.take(miniblocks)
    for (const width of widths) {
      if (filled >= size) break
      if (width > bits) throw new RangeError(`differences of ${width} bits`)
      const packed = reader.take((perMiniblock * width) / 8)
      const part = values.subarray(filled, Math.min(size, filled + perMiniblock))
      value = addDeltas(packed, width, least, value, bits, part)
      filled += part.length
    }
  }
  return { values, end: reader.at }
}

/** @returns the last value, from which the next difference counts */
function addDeltas(
  packed: Uint8Array,
  width: number,
  least: bigint,
  start: bigint,
  bits: 32 | 64,
  out: Float64Array,
): bigint {
  const furthest = Math.abs(Number(start)) + out.length * (Math.abs(Number(least)) + 2 ** width)
  if (furthest < 2 ** (bits === 32 ? 31 : 53)) {
    const smallest = Number(least)
    let value = Number(start)
    for (let i = 0; i < out.length; i++) {
      value += smallest + bitsAt(packed, i * width, width)
      out[i] = value
    }
    return BigInt(value)
  }
  // Differences may run over the end of the numbers and come back at the other.
  let value = start
  for (let i = 0; i < out.length; i++) {
    const low = BigInt(bitsAt(packed, i * width, Math.min(width, 32)))
    const high = width > 32 ? BigInt(bitsAt(packed, i * width + 32, width - 32)) : 0n
    value = BigInt.asIntN(bits, value + least + low + (high << 32n))
    out[i] = Number(value)
  }
  return value
}

/** `width` bits from bit `start` on, least significant first, as a number that is exact up to 53 bits. */
function bitsAt(packed: Uint8Array, start: number, width: number): number {
  let value = 0
  for (let got = 0, bit = start; got < width; ) {
    const taken = Math.min(8 - (bit & 7), width - got)
    value += ((packed[bit >> 3]! >> (bit & 7)) & ((1 << taken) - 1)) * 2 ** got
    got += taken
    bit += taken
  }
  return value
}

class VarintReader {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.at) throw new RangeError('differences that are cut off')
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }

  unsigned(): number {
    const value = this.#varint()
    if (value >= 2n ** 31n) throw new RangeError(`a count of ${value}`)
    return Number(value)
  }

  /** Zigzag: 0, -1, 1, -2, 2 and so on. */
  signed(): bigint {
    const value = this.#varint()
    return (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const [byte] = this.take(1)
      if (shift > 63n) throw new RangeError('a number of more than 64 bits')
      value |= BigInt(byte! & 0x7f) << shift
      if (byte! < 0x80) return value
    }
  }
}
