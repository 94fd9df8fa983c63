/**
 * Columns of an Arrow IPC stream: numbers, texts, flags, and lists of them, however deep.
 * https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
 *
 * flechette writes ours but trusts what it reads: a wrong length sends it through two thousand million entries.
 */
import type { FileProblems } from '../../problems.ts'
import { FlatTable } from './flatbuffer.ts'

/** A column, or the elements of a list: one batch. */
export type ArrowColumn =
  /** `kind` is 'float', 'int' or 'bool' */
  | { readonly type: 'numbers'; readonly kind: 'float' | 'int' | 'bool'; readonly values: Float64Array }
  | { readonly type: 'texts'; readonly texts: readonly string[] }
  /** Element i of the list lies at `starts[i]` to `starts[i + 1]` of `items`. */
  | { readonly type: 'list'; readonly starts: Float64Array; readonly items: ArrowColumn }

export interface ArrowBatch {
  readonly rows: number
  readonly columns: ReadonlyMap<string, ArrowColumn>
}

/** In Schema.fbs' union Type. */
const INT = 2
const FLOAT = 3
const UTF8 = 5
const BOOL = 6
const LIST = 12
const FIXED_SIZE_LIST = 16
const LARGE_UTF8 = 20
const LARGE_LIST = 21

/** In Message.fbs' union MessageHeader. */
const SCHEMA = 1
const RECORD_BATCH = 3

const CONTINUED = 0xffffffff

interface Field {
  readonly name: string
  readonly type: number
  /** The table of the type: bit widths and the like. */
  readonly details: FlatTable | undefined
  readonly children: readonly Field[]
}

/** @throws DataError when the stream is damaged, or has columns of other types than these */
export function readArrowStream(bytes: Uint8Array, place: string, problems: FileProblems): ArrowBatch[] {
  try {
    return readMessages(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return problems.refuse(place, 'an Arrow stream', error.message, error)
  }
}

function readMessages(bytes: Uint8Array): ArrowBatch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const batches: ArrowBatch[] = []
  let fields: Field[] | undefined
  for (let at = 0; at + 4 <= bytes.length; ) {
    const marked = view.getUint32(at, true) === CONTINUED
    const length = view.getUint32(marked ? at + 4 : at, true)
    if (length === 0) break
    const start = at + (marked ? 8 : 4)
    if (length > bytes.length - start) throw new RangeError(`a message of ${length} bytes`)
    const message = FlatTable.root(bytes.subarray(start, start + length))
    const kind = message.int8(1)
    const header = message.table(2)
    const size = message.int64(3)
    at = start + length + size
    if (size > bytes.length - start - length)
      throw new RangeError(`a body of ${size} bytes (the file is cut off)`)
    if (kind === SCHEMA && header !== undefined) {
      if (header.int16(0) !== 0) throw new RangeError('big-endian numbers')
      fields = header.tables(1).map(describeField)
    } else if (kind === RECORD_BATCH && header !== undefined) {
      if (fields === undefined) throw new RangeError('values before the schema')
      batches.push(readBatch(header, fields, bytes.subarray(start + length, at)))
    } else throw new RangeError(`a message of kind ${kind}; schemas and batches can be read`)
  }
  if (fields === undefined) throw new RangeError('no schema')
  return batches
}

function describeField(field: FlatTable): Field {
  if (field.table(4) !== undefined) throw new RangeError(`column "${field.text(0)}" with a dictionary`)
  return {
    name: field.text(0),
    type: field.int8(2),
    details: field.table(3),
    children: field.tables(5).map(describeField),
  }
}

function readBatch(batch: FlatTable, fields: readonly Field[], body: Uint8Array): ArrowBatch {
  if (batch.table(3) !== undefined) throw new RangeError('compressed values')
  const cursor = new BatchCursor(batch, body)
  const rows = batch.int64(0)
  const columns = new Map<string, ArrowColumn>()
  for (const field of fields) {
    try {
      const { column, length } = readColumn(field, cursor)
      if (length !== rows) throw new RangeError(`${length} rows of ${rows}`)
      columns.set(field.name, column)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new RangeError(`column "${field.name}": ${error.message}`)
    }
  }
  return { rows, columns }
}

/** Hands out lengths and buffers in the order of the columns. */
class BatchCursor {
  readonly #nodes: [number, number][]
  readonly #regions: [number, number][]
  readonly #body: Uint8Array
  #node = 0
  #region = 0
  #taken = 0

  constructor(batch: FlatTable, body: Uint8Array) {
    this.#nodes = batch.pairs(1)
    this.#regions = batch.pairs(2)
    this.#body = body
  }

  length(): number {
    const node = this.#nodes[this.#node++]
    if (node === undefined) throw new RangeError('no length')
    if (node[1] > 0) throw new RangeError(`${node[1]} nulls`)
    return node[0]
  }

  /** @param least bytes that it must have */
  buffer(least: number): DataView {
    const region = this.#regions[this.#region++]
    if (region === undefined) throw new RangeError('no buffer')
    const [offset, length] = region
    if (offset + length > this.#body.length) throw new RangeError(`a buffer at ${offset} of ${length} bytes`)
    this.#taken += length
    if (this.#taken > this.#body.length) throw new RangeError('buffers that overlap')
    if (length < least) throw new RangeError(`${length} bytes where ${least} are needed`)
    return new DataView(this.#body.buffer, this.#body.byteOffset + offset, length)
  }
}

function readColumn(field: Field, cursor: BatchCursor): { column: ArrowColumn; length: number } {
  const length = cursor.length()
  cursor.buffer(0)
  if (field.type === LIST || field.type === LARGE_LIST || field.type === FIXED_SIZE_LIST) {
    const own =
      field.type === FIXED_SIZE_LIST ? undefined : offsets(cursor, length, field.type === LARGE_LIST)
    const child = field.children[0]
    if (child === undefined) throw new RangeError('a list of nothing')
    const { column: items, length: size } = readColumn(child, cursor)
    const starts = own ?? multiples(field.details?.int32(0) ?? 0, length, size)
    if (starts[length]! > size) throw new RangeError(`${starts[length]} list entries of ${size}`)
    return { column: { type: 'list', starts, items }, length }
  }
  if (field.type === UTF8 || field.type === LARGE_UTF8) {
    const starts = offsets(cursor, length, field.type === LARGE_UTF8)
    const bytes = cursor.buffer(starts[length]!)
    const text = (i: number): string =>
      Buffer.from(bytes.buffer, bytes.byteOffset + starts[i]!, starts[i + 1]! - starts[i]!).toString('utf8')
    return { column: { type: 'texts', texts: Array.from({ length }, (_, i) => text(i)) }, length }
  }
  return { column: numbers(field, cursor, length), length }
}

/** Where each list or text starts, and the end of the last; never decreasing. */
function offsets(cursor: BatchCursor, length: number, large: boolean): Float64Array {
  const width = large ? 8 : 4
  const buffer = cursor.buffer(length === 0 ? 0 : (length + 1) * width)
  const starts = new Float64Array(length + 1)
  for (let i = 0; i <= length && buffer.byteLength > 0; i++) {
    const start = large ? Number(buffer.getBigInt64(8 * i, true)) : buffer.getInt32(4 * i, true)
    if (start < (i === 0 ? 0 : starts[i - 1]!)) throw new RangeError(`entry ${i} starting at ${start}`)
    starts[i] = start
  }
  return starts
}

/** Starts of lists that are all of one size. */
function multiples(size: number, length: number, items: number): Float64Array {
  if (size < 0 || length * size > items)
    throw new RangeError(`${length} lists of ${size} in ${items} entries`)
  if (length > Math.max(items, 1)) throw new RangeError(`${length} lists in ${items} entries`)
  return Float64Array.from({ length: length + 1 }, (_, i) => i * size)
}

type NumberReader = (view: DataView, i: number) => number

/** By kind and bits; 'i' and 'u' are integers with and without a sign. */
const READERS = new Map<string, NumberReader>([
  ['i8', (view, i) => view.getInt8(i)],
  ['u8', (view, i) => view.getUint8(i)],
  ['i16', (view, i) => view.getInt16(2 * i, true)],
  ['u16', (view, i) => view.getUint16(2 * i, true)],
  ['i32', (view, i) => view.getInt32(4 * i, true)],
  ['u32', (view, i) => view.getUint32(4 * i, true)],
  ['i64', (view, i) => Number(view.getBigInt64(8 * i, true))],
  ['u64', (view, i) => Number(view.getBigUint64(8 * i, true))],
  ['f16', (view, i) => view.getFloat16(2 * i, true)],
  ['f32', (view, i) => view.getFloat32(4 * i, true)],
  ['f64', (view, i) => view.getFloat64(8 * i, true)],
])

function numbers({ type, details }: Field, cursor: BatchCursor, length: number): ArrowColumn {
  if (type === BOOL) {
    const bits = cursor.buffer(Math.ceil(length / 8))
    const flag = (i: number): number => (bits.getUint8(i >> 3) >> (i & 7)) & 1
    return { type: 'numbers', kind: 'bool', values: Float64Array.from({ length }, (_, i) => flag(i)) }
  }
  if (type !== INT && type !== FLOAT) throw new RangeError(`values of type ${type}`)
  const bits = type === INT ? (details?.int32(0) ?? 0) : 16 * 2 ** (details?.int16(0) ?? 0)
  const kind = type === INT ? (details?.int8(1) === 1 ? 'i' : 'u') : 'f'
  const read = READERS.get(`${kind}${bits}`)
  if (read === undefined) throw new RangeError(`numbers of ${bits} bits`)
  const buffer = cursor.buffer((length * bits) / 8)
  const values = new Float64Array(length)
  for (let i = 0; i < length; i++) values[i] = read(buffer, i)
  return { type: 'numbers', kind: type === INT ? 'int' : 'float', values }
}
