/** The footer of a Parquet file: its columns, and where their pages lie. https://parquet.apache.org/docs/file-format/ */

import { LIMITS } from '../../limits.ts'
import type { FileProblems } from '../../problems.ts'
import { ThriftReader, type ThriftStruct, type ThriftValue } from './thrift.ts'

export const PARQUET_MAGIC = 'PAR1'

/** In the order of parquet.thrift's enum Type. */
const TYPES = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const
/** The last two have their meaning from a logical type. */
export type ParquetType = (typeof TYPES)[number] | 'FLOAT16' | 'DECIMAL'

/** In parquet.thrift's enum ConvertedType. */
const DECIMAL = 5
const UNSIGNED = [11, 12, 13, 14]

/** Fields of parquet.thrift's union LogicalType. */
const LOGICAL_DECIMAL = 5
const LOGICAL_INTEGER = 10
const LOGICAL_FLOAT16 = 15

const OPTIONAL = 1
const REPEATED = 2

export interface ParquetColumn {
  /** As people speak of it: 'observation.state', whether it holds numbers or lists of numbers. */
  readonly name: string
  readonly type: ParquetType
  /** Whole numbers without a sign. */
  readonly unsigned: boolean
  readonly maxDefinition: number
  readonly maxRepetition: number
  readonly chunks: readonly ParquetChunk[]
}

/** The pages of one column in one row group. */
export interface ParquetChunk {
  readonly codec: number
  readonly offset: number
  readonly bytes: number
  /** Nulls and empty lists included. */
  readonly values: number
}

export interface ParquetMetadata {
  readonly rows: number
  readonly columns: ReadonlyMap<string, ParquetColumn>
  readonly keyValues: ReadonlyMap<string, string>
}

export function isParquet(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 12 &&
    ascii(bytes, 0) === PARQUET_MAGIC &&
    ascii(bytes, bytes.length - 4) === PARQUET_MAGIC
  )
}

/** @throws DataError when the footer is damaged or claims more than there is */
export function readParquetMetadata(
  bytes: Uint8Array,
  place: string,
  problems: FileProblems,
): ParquetMetadata {
  if (!isParquet(bytes)) problems.refuse(place, 'a Parquet file', 'something else, or only part of one')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(bytes.length - 8, true)
  if (length > bytes.length - 12) problems.refuse(`${place}, footer`, `${length} bytes`, bytes.length - 12)
  try {
    const footer = bytes.subarray(bytes.length - 8 - length, bytes.length - 8)
    return describe(new ThriftReader(footer).struct(), bytes.length)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return problems.refuse(`${place}, footer`, 'the description of the columns', error.message, error)
  }
}

function describe(footer: ThriftStruct, size: number): ParquetMetadata {
  const rows = count(footer.get(3), 'the number of rows')
  const leaves = schemaLeaves(list(footer.get(2), 'the schema').map(struct))
  const chunks: ParquetChunk[][] = leaves.map(() => [])
  // A value of a constant column takes next to nothing, so that the number of values must be bounded apart from the bytes.
  const most = Math.max(2 ** 21, Math.min(64 * size, LIMITS.inflatedBytes / 8))
  let values = 0
  let bytes = 0
  for (const group of list(footer.get(4), 'the row groups').map(struct)) {
    const columns = list(group.get(1), 'the columns of a row group').map(struct)
    if (columns.length !== leaves.length) throw new RangeError(`${columns.length} columns in a row group`)
    for (const [i, column] of columns.entries()) {
      const chunk = describeChunk(struct(column.get(3)), size)
      bytes += chunk.bytes
      if (bytes > size) throw new RangeError('columns that overlap')
      values += chunk.values
      if (values > most) throw new RangeError(`more than ${most} values in ${size} bytes`)
      chunks[i]!.push(chunk)
    }
  }
  if (rows > most) throw new RangeError(`${rows} rows`)
  const columns = new Map(leaves.map((leaf, i) => [leaf.name, { ...leaf, chunks: chunks[i]! }]))
  const keyValues = (footer.has(5) ? list(footer.get(5), 'the metadata') : []).map(struct)
  return {
    rows,
    columns,
    keyValues: new Map(keyValues.map((pair) => [text(pair.get(1)), pair.has(2) ? text(pair.get(2)) : ''])),
  }
}

type Leaf = Omit<ParquetColumn, 'chunks'>

/** The schema is a tree in depth-first order; the leaves are the columns. */
function schemaLeaves(elements: readonly ThriftStruct[]): Leaf[] {
  const leaves: Leaf[] = []
  let next = 1
  const visit = (path: string[], definition: number, repetition: number): void => {
    const element = elements[next++]
    if (element === undefined || path.length > 8) throw new RangeError('a schema that does not add up')
    const kind = element.get(3) ?? 0
    const name = text(element.get(4))
    const maxDefinition = definition + (kind === OPTIONAL || kind === REPEATED ? 1 : 0)
    const maxRepetition = repetition + (kind === REPEATED ? 1 : 0)
    const children = element.has(5) ? count(element.get(5), 'the number of children') : 0
    for (let i = 0; i < children; i++) visit([...path, name], maxDefinition, maxRepetition)
    if (children > 0) return
    const { type, unsigned } = valuesOf(element)
    // The wrappers of a list ('list.element') are no part of its name; the fields of a struct are.
    const full = maxRepetition > 0 && path.length > 0 ? path[0]! : [...path, name].join('.')
    leaves.push({ name: full, type, unsigned, maxDefinition, maxRepetition })
  }
  const top = elements[0]?.get(5)
  for (let i = 0; i < count(top ?? 0, 'the number of columns'); i++) visit([], 0, 0)
  return leaves
}

function valuesOf(element: ThriftStruct): Pick<Leaf, 'type' | 'unsigned'> {
  const type = TYPES[count(element.get(1), 'a type')]
  if (type === undefined) throw new RangeError('an unknown type')
  const converted = element.has(6) ? count(element.get(6), 'a converted type') : undefined
  const logical = element.has(10) ? struct(element.get(10)) : new Map<number, ThriftValue>()
  const integer = logical.get(LOGICAL_INTEGER)
  const unsigned =
    UNSIGNED.includes(converted ?? -1) || (integer !== undefined && struct(integer).get(2) === false)
  if (converted === DECIMAL || logical.has(LOGICAL_DECIMAL)) return { type: 'DECIMAL', unsigned }
  return { type: logical.has(LOGICAL_FLOAT16) && element.get(2) === 2 ? 'FLOAT16' : type, unsigned }
}

function describeChunk(meta: ThriftStruct, size: number): ParquetChunk {
  const data = count(meta.get(9), 'the offset of a page')
  const dictionary = meta.has(11) ? count(meta.get(11), 'the offset of a dictionary') : 0
  const offset = dictionary > 0 ? Math.min(dictionary, data) : data
  const bytes = count(meta.get(7), 'the size of a column')
  if (offset + bytes > size) throw new RangeError(`a column at bytes ${offset} to ${offset + bytes}`)
  return {
    codec: count(meta.get(4), 'a codec'),
    offset,
    bytes,
    values: count(meta.get(5), 'the number of values'),
  }
}

export function count(value: ThriftValue | undefined, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`${what}: ${typeof value === 'number' ? value : 'missing'}`)
}

export function struct(value: ThriftValue | undefined): ThriftStruct {
  if (value instanceof Map) return value
  throw new RangeError('no struct where one is needed')
}

function list(value: ThriftValue | undefined, what: string): ThriftValue[] {
  if (Array.isArray(value)) return value
  throw new RangeError(`${what}: missing`)
}

function text(value: ThriftValue | undefined): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  throw new RangeError('no text where one is needed')
}

function ascii(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 4)).toString('latin1')
}
