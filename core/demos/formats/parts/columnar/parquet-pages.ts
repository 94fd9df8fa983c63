/** The pages of a column: levels and values, decompressed and decoded. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { decodeDeltaLengths, decodeDeltas, decodeDeltaTexts } from './delta.ts'
import type { ParquetChunk, ParquetColumn, ParquetType } from './parquet-metadata.ts'
import { count, struct } from './parquet-metadata.ts'
import { decodeRuns } from './run-lengths.ts'
import { ThriftReader, type ThriftStruct } from './thrift.ts'

/** What `snappyUncompress` of hyparquet does: fills `output` or throws. */
export type SnappyDecoder = (input: Uint8Array, output: Uint8Array) => void

/** The values that are there, nulls left out; flags are 0 and 1. */
export type ParquetValues = Float64Array | Uint8Array[]

export interface ParquetPage {
  readonly values: ParquetValues
  /** Per value, nulls and empty lists included: 0 starts a row. Absent for a column without lists. */
  readonly repetition: Uint32Array | undefined
  /** Per value: it is there where this equals the column's highest. Absent for a column without nulls and lists. */
  readonly definition: Uint32Array | undefined
  readonly count: number
}

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

const PLAIN = 0
const PLAIN_DICTIONARY = 2
const RLE = 3
const DELTA_BINARY_PACKED = 5
const DELTA_LENGTH_BYTE_ARRAY = 6
const DELTA_BYTE_ARRAY = 7
const RLE_DICTIONARY = 8
const BYTE_STREAM_SPLIT = 9

/** Bytes of a value in plain encoding; 0 where that varies. */
const WIDTHS: Partial<Record<ParquetType, number>> = { INT32: 4, INT64: 8, FLOAT16: 2, FLOAT: 4, DOUBLE: 8 }

/**
 * Packed pages become so many bytes for each that they have, but at least LEAST: one of equal values takes next to nothing.
 * Deflate gives no more, and what zstd and Brotli give without end is no column of numbers.
 */
const MOST_PER_BYTE = 1032
const LEAST = 2 ** 24

/** What the pages of one chunk have in common. */
interface Context {
  readonly column: ParquetColumn
  readonly codec: number
  readonly snappy: SnappyDecoder
  dictionary: ParquetValues | undefined
}

/** @throws RangeError at the first thing that is wrong */
export function* readPages(
  bytes: Uint8Array,
  column: ParquetColumn,
  chunk: ParquetChunk,
  snappy: SnappyDecoder,
): Generator<ParquetPage> {
  const own = bytes.subarray(chunk.offset, chunk.offset + chunk.bytes)
  const reader = new ThriftReader(own)
  const context: Context = { column, codec: chunk.codec, snappy, dictionary: undefined }
  const most = Math.max(LEAST, MOST_PER_BYTE * own.length)
  let inflated = 0
  for (let seen = 0; seen < chunk.values; ) {
    const header = reader.struct()
    const size = count(header.get(2), 'the size of a page')
    const packed = count(header.get(3), 'the packed size of a page')
    if (packed > own.length - reader.offset) throw new RangeError(`a page of ${packed} bytes`)
    inflated += size
    if (inflated > most) throw new RangeError(`pages of more than ${most} bytes`)
    const body = own.subarray(reader.offset, reader.offset + packed)
    reader.offset += packed
    const type = count(header.get(1), 'the type of a page')
    if (type === DICTIONARY_PAGE) {
      if (context.dictionary !== undefined) throw new RangeError('a second dictionary')
      const entries = count(struct(header.get(7)).get(1), 'the size of a dictionary')
      context.dictionary = plainValues(decompress(body, size, context), column.type, entries)
    } else if (type === DATA_PAGE || type === DATA_PAGE_V2) {
      const described = struct(header.get(type === DATA_PAGE ? 5 : 8))
      const values = count(described.get(1), 'the number of values of a page')
      if (values > chunk.values - seen) throw new RangeError(`${values} values in a page`)
      seen += values
      const decode = type === DATA_PAGE ? decodePage : decodePage2
      yield decode(body, size, values, described, context)
    } else if (type > DATA_PAGE_V2) throw new RangeError(`a page of type ${type}`)
  }
}

/** Version 1: levels, each behind its length, and values, all packed together. */
function decodePage(
  body: Uint8Array,
  size: number,
  values: number,
  described: ThriftStruct,
  context: Context,
): ParquetPage {
  const page = decompress(body, size, context)
  let at = 0
  const levels = (highest: number): Uint32Array | undefined => {
    if (highest === 0) return undefined
    const start = at + 4
    at = start + view(page).getUint32(at, true)
    return decodeRuns(page.subarray(start, at), bitWidth(highest), values)
  }
  const repetition = levels(context.column.maxRepetition)
  const definition = levels(context.column.maxDefinition)
  const encoding = count(described.get(2), 'an encoding')
  return finishPage(page.subarray(at), encoding, values, repetition, definition, context)
}

/** Version 2: the levels lie in front, never packed, and their lengths stand in the header. */
function decodePage2(
  body: Uint8Array,
  size: number,
  values: number,
  described: ThriftStruct,
  context: Context,
): ParquetPage {
  const definitionBytes = count(described.get(5), 'the size of the definition levels')
  const repetitionBytes = count(described.get(6), 'the size of the repetition levels')
  const start = definitionBytes + repetitionBytes
  if (start > body.length || start > size) throw new RangeError(`levels of ${start} bytes`)
  const levels = (from: number, to: number, highest: number): Uint32Array | undefined =>
    highest === 0 ? undefined : decodeRuns(body.subarray(from, to), bitWidth(highest), values)
  const repetition = levels(0, repetitionBytes, context.column.maxRepetition)
  const definition = levels(repetitionBytes, start, context.column.maxDefinition)
  const data = body.subarray(start)
  const plain = described.get(7) === false ? data : decompress(data, size - start, context)
  return finishPage(plain, count(described.get(4), 'an encoding'), values, repetition, definition, context)
}

function finishPage(
  data: Uint8Array,
  encoding: number,
  count: number,
  repetition: Uint32Array | undefined,
  definition: Uint32Array | undefined,
  { column, dictionary }: Context,
): ParquetPage {
  let present = count
  for (const level of definition ?? []) present -= level === column.maxDefinition ? 0 : 1
  const decoded = decodeValues(data, column.type, encoding, present, dictionary)
  const values = column.unsigned && decoded instanceof Float64Array ? withoutSign(decoded, column) : decoded
  return { values, repetition, definition, count }
}

function withoutSign(values: Float64Array, { type }: ParquetColumn): Float64Array {
  const range = type === 'INT32' ? 2 ** 32 : 2 ** 64
  return values.map((value) => (value < 0 ? value + range : value))
}

function decodeValues(
  data: Uint8Array,
  type: ParquetType,
  encoding: number,
  size: number,
  dictionary: ParquetValues | undefined,
): ParquetValues {
  if (encoding === PLAIN) return plainValues(data, type, size)
  // Behind their length, in pages of either version.
  if (encoding === RLE && type === 'BOOLEAN') return Float64Array.from(decodeRuns(data.subarray(4), 1, size))
  if (encoding === DELTA_BINARY_PACKED && (type === 'INT32' || type === 'INT64'))
    return decodeDeltas(data, size, type === 'INT32' ? 32 : 64)
  if (encoding === DELTA_LENGTH_BYTE_ARRAY && type === 'BYTE_ARRAY') return decodeDeltaLengths(data, size)
  if (encoding === DELTA_BYTE_ARRAY && type === 'BYTE_ARRAY') return decodeDeltaTexts(data, size)
  if (encoding === BYTE_STREAM_SPLIT) return plainValues(joinStreams(data, type, size), type, size)
  if (encoding !== PLAIN_DICTIONARY && encoding !== RLE_DICTIONARY) {
    throw new RangeError(`values of type ${type} in encoding ${encoding}`)
  }
  if (dictionary === undefined) throw new RangeError('a page before its dictionary')
  if (size === 0) return dictionary.slice(0, 0)
  const width = data[0] ?? 0
  if (width > 32) throw new RangeError(`dictionary indices of ${width} bits`)
  const indices = decodeRuns(data.subarray(1), width, size)
  for (const index of indices) {
    if (index >= dictionary.length)
      throw new RangeError(`entry ${index} of a dictionary of ${dictionary.length}`)
  }
  if (dictionary instanceof Float64Array) return Float64Array.from(indices, (index) => dictionary[index]!)
  return Array.from(indices, (index) => dictionary[index]!)
}

function plainValues(data: Uint8Array, type: ParquetType, size: number): ParquetValues {
  if (type === 'BOOLEAN') {
    if (size > 8 * data.length) throw new RangeError(`${size} flags in ${data.length} bytes`)
    return Float64Array.from({ length: size }, (_, i) => (data[i >> 3]! >> (i & 7)) & 1)
  }
  if (type === 'BYTE_ARRAY') return plainTexts(data, size)
  const width = WIDTHS[type]
  if (width === undefined) throw new RangeError(`values of type ${type}`)
  if (size * width > data.length) throw new RangeError(`${size} values in ${data.length} bytes`)
  const from = view(data)
  const values = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const at = i * width
    if (type === 'FLOAT16') values[i] = from.getFloat16(at, true)
    else if (type === 'FLOAT') values[i] = from.getFloat32(at, true)
    else if (type === 'DOUBLE') values[i] = from.getFloat64(at, true)
    else if (type === 'INT32') values[i] = from.getInt32(at, true)
    else values[i] = Number(from.getBigInt64(at, true))
  }
  return values
}

/** First bytes of all values, second bytes of all values and so on, put together again. */
function joinStreams(data: Uint8Array, type: ParquetType, size: number): Uint8Array {
  const width = WIDTHS[type]
  if (width === undefined) throw new RangeError(`split values of type ${type}`)
  if (size * width > data.length) throw new RangeError(`${size} values in ${data.length} bytes`)
  return Uint8Array.from(
    { length: size * width },
    (_, i) => data[(i % width) * size + Math.floor(i / width)]!,
  )
}

function plainTexts(data: Uint8Array, size: number): Uint8Array[] {
  const from = view(data)
  const texts: Uint8Array[] = []
  let at = 0
  for (let i = 0; i < size; i++) {
    const length = from.getUint32(at, true)
    if (length > data.length - at - 4) throw new RangeError(`a text of ${length} bytes`)
    texts.push(data.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return texts
}

/** By the numbers of parquet.thrift's enum CompressionCodec. */
const INFLATE: Record<number, (data: Uint8Array, options: { maxOutputLength: number }) => Uint8Array> = {
  2: gunzipSync,
  4: brotliDecompressSync,
  6: zstdDecompressSync,
}
const UNCOMPRESSED = 0
const SNAPPY = 1

function decompress(data: Uint8Array, size: number, { codec, snappy }: Context): Uint8Array {
  const page = codec === UNCOMPRESSED ? data : codec === SNAPPY ? unsnap(data, size, snappy) : inflate()
  if (page.length !== size) throw new RangeError(`a page of ${page.length} bytes that should have ${size}`)
  return page

  function inflate(): Uint8Array {
    const unpack = INFLATE[codec]
    if (unpack === undefined) throw new RangeError(`compression ${codec}`)
    return unpack(data, { maxOutputLength: Math.max(1, size) })
  }
}

/** Three bytes of Snappy give 64 at most. */
function unsnap(data: Uint8Array, size: number, snappy: SnappyDecoder): Uint8Array {
  if (size > 32 * data.length + 64) throw new RangeError(`${size} bytes packed into ${data.length}`)
  const output = new Uint8Array(size)
  if (data.length > 0) snappy(data, output)
  return output
}

function bitWidth(highest: number): number {
  return 32 - Math.clz32(highest)
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
