/**
 * A file of plain data with large typed arrays in it, written without copying them:
 *
 *     magic (8 bytes), version (u32), length of the tree (u32), tree (msgpack), padding to 8,
 *     the arrays one behind the other (each padded to 8), SHA-256 of everything before
 *
 * The tree is the data with each typed array replaced by its number. Numbers are little-endian.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Packr } from 'msgpackr'
import { DataError } from '../errors.ts'
import { writeAtomically } from './atomic-file.ts'

export interface PackedFormat {
  /** Eight ASCII characters. */
  readonly magic: string
  readonly version: number
}

const ARRAY_TYPES = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array } as const
type ArrayType = keyof typeof ARRAY_TYPES
type TypedArray = InstanceType<(typeof ARRAY_TYPES)[ArrayType]>

interface Tree {
  readonly arrays: readonly [type: ArrayType, length: number][]
  readonly root: unknown
}

const ALIGNMENT = 8
const HEADER_BYTES = 16
const CHECKSUM_BYTES = 32
const REFERENCE = '$array'
const packr = new Packr({ useRecords: false })

/** Atomic: a crash leaves the file that was there before. */
export async function writePacked(path: string, format: PackedFormat, data: unknown): Promise<void> {
  const arrays: TypedArray[] = []
  const root = detach(data, arrays)
  const tree: Tree = { root, arrays: arrays.map((array) => [typeOf(array), array.length]) }
  const treeBytes = packr.pack(tree)
  const header = Buffer.alloc(HEADER_BYTES)
  header.write(format.magic, 0, 8, 'latin1')
  header.writeUInt32LE(format.version, 8)
  header.writeUInt32LE(treeBytes.length, 12)
  const chunks = [header, ...padded(treeBytes), ...arrays.flatMap((array) => padded(bytesOf(array)))]
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  await writeAtomically(path, [...chunks, hash.digest()])
}

/** @throws DataError when the file is of another kind or version, cut off or damaged */
export async function readPacked(path: string, format: PackedFormat): Promise<unknown> {
  const bytes = await readFile(path)
  const fail = (place: string, expected: string, found: string) =>
    new DataError({ file: path, place, expected, found })
  if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES) {
    throw fail('length', `at least ${HEADER_BYTES + CHECKSUM_BYTES} bytes`, `${bytes.length}`)
  }
  const magic = bytes.toString('latin1', 0, 8)
  if (magic !== format.magic) throw fail('first bytes', format.magic, JSON.stringify(magic))
  const version = bytes.readUInt32LE(8)
  if (version !== format.version) throw fail('version', `${format.version}`, `${version}`)
  const end = bytes.length - CHECKSUM_BYTES
  const expected = bytes.subarray(end).toString('hex')
  const found = createHash('sha256').update(bytes.subarray(0, end)).digest('hex')
  if (found !== expected) throw fail('checksum', expected, found)
  const treeLength = bytes.readUInt32LE(12)
  const tree = packr.unpack(bytes.subarray(HEADER_BYTES, HEADER_BYTES + treeLength)) as Tree
  let offset = align(HEADER_BYTES + treeLength)
  const arrays = tree.arrays.map(([type, length]) => {
    const array = new ARRAY_TYPES[type](length)
    bytesOf(array).set(bytes.subarray(offset, offset + array.byteLength))
    offset = align(offset + array.byteLength)
    return array
  })
  return attach(tree.root, arrays)
}

function detach(value: unknown, arrays: TypedArray[]): unknown {
  if (ArrayBuffer.isView(value)) {
    arrays.push(value as TypedArray)
    return { [REFERENCE]: arrays.length - 1 }
  }
  if (Array.isArray(value)) return value.map((item) => detach(item, arrays))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, detach(item, arrays)]))
}

function attach(value: unknown, arrays: readonly TypedArray[]): unknown {
  if (Array.isArray(value)) return value.map((item) => attach(item, arrays))
  if (typeof value !== 'object' || value === null) return value
  if (Object.hasOwn(value, REFERENCE)) return arrays[(value as Record<string, number>)[REFERENCE]!]
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, attach(item, arrays)]))
}

function typeOf(array: TypedArray): ArrayType {
  // A Buffer is a Uint8Array by another name.
  const name = array instanceof Uint8Array ? 'Uint8Array' : array.constructor.name
  if (Object.hasOwn(ARRAY_TYPES, name)) return name as ArrayType
  throw new Error(`a ${name} cannot be packed`)
}

function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

function padded(bytes: Uint8Array): Uint8Array[] {
  const rest = align(bytes.byteLength) - bytes.byteLength
  return rest === 0 ? [bytes] : [bytes, new Uint8Array(rest)]
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT
}
