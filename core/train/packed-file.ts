/**
 * A file of plain data with large typed arrays in it, written without copying them:
 *
 *     magic (8 bytes), version (u32), length of the tree (u32), tree (msgpack), padding to 8,
 *     the arrays one behind the other (each padded to 8), SHA-256 of everything before
 *
 * The tree is the data with each typed array replaced by its number. Numbers are little-endian. Every version ends in that
 * checksum, by which a newer file is told from a damaged one.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { writeAtomically } from '../atomic-file.ts'
import { DataError, UserError } from '../errors.ts'
import { packMessage, readMessage } from '../msgpack.ts'
import { explainReadError, openRegularFile } from './regular-file.ts'

export interface PackedFormat {
  /** Eight ASCII characters. */
  readonly magic: string
  readonly version: number
}

const ARRAY_TYPES = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array } as const
type ArrayType = keyof typeof ARRAY_TYPES
const TYPE_BY_NAME = new Map<unknown, (typeof ARRAY_TYPES)[ArrayType]>(Object.entries(ARRAY_TYPES))
type TypedArray = InstanceType<(typeof ARRAY_TYPES)[ArrayType]>

interface Tree {
  readonly arrays: readonly [type: ArrayType, length: number][]
  readonly root: unknown
}

const ALIGNMENT = 8
const HEADER_BYTES = 16
const CHECKSUM_BYTES = 32
/** Read and hashed at a time. */
const CHECKED_BYTES = 2 ** 20
/** Levels of a tree; what an algorithm saves has fewer than ten. */
const DEEPEST = 64
/** Counters of a long run, and all its summaries. */
const TREE_LIMITS = { depth: DEEPEST, values: 20_000_000 }
const REFERENCE = '$array'

/** Becomes a DataError where the file's name is known. */
class Damage extends Error {
  readonly problem: { readonly place: string; readonly expected: string; readonly found: string }

  constructor(place: string, expected: string, found: string, cause?: unknown) {
    super(`${place}: expected ${expected}, found ${found}`, { cause })
    this.problem = { place, expected, found }
  }
}

class NewerVersion extends Error {}

/** Atomic: a crash leaves the file that was there before. @param mayName  as of `writeAtomically` */
export async function writePacked(
  path: string,
  format: PackedFormat,
  data: unknown,
  mayName?: () => void,
): Promise<void> {
  const arrays: TypedArray[] = []
  const root = detach(data, arrays)
  const tree: Tree = { root, arrays: arrays.map((array) => [typeOf(array), array.length]) }
  const treeBytes = packMessage(tree)
  const header = Buffer.alloc(HEADER_BYTES)
  header.write(format.magic, 0, 8, 'latin1')
  header.writeUInt32LE(format.version, 8)
  header.writeUInt32LE(treeBytes.length, 12)
  const chunks = [header, ...padded(treeBytes), ...arrays.flatMap((array) => padded(bytesOf(array)))]
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  await writeAtomically(path, [...chunks, hash.digest()], mayName && { mayName })
}

/**
 * @throws DataError when it is no such file, cut off or damaged; UserError when it may not be read or a newer program
 *   wrote it
 */
export async function readPacked(path: string, format: PackedFormat): Promise<unknown> {
  return reading(path, format, async ({ file, end, tree, arraysAt }) => {
    let offset = arraysAt
    const arrays: TypedArray[] = []
    for (const [type, length] of tree.arrays) {
      const array = new type(length)
      await readFully(file, bytesOf(array), offset, Math.min(end, offset + array.byteLength))
      arrays.push(array)
      offset = align(offset + array.byteLength)
    }
    return attach(tree.root, arrays)
  })
}

/** As `readPacked`, with empty arrays in place of all arrays: whether it is whole, in little memory. */
export async function readOutline(path: string, format: PackedFormat): Promise<unknown> {
  return reading(path, format, async ({ tree }) => {
    const arrays = tree.arrays.map(([type]) => new type(0))
    return attach(tree.root, arrays)
  })
}

type Claim = readonly [type: (typeof ARRAY_TYPES)[ArrayType], length: number]

interface Contents {
  readonly file: FileHandle
  readonly tree: { readonly arrays: readonly Claim[]; readonly root: unknown }
  /** Where the arrays begin and the checksum does. */
  readonly arraysAt: number
  readonly end: number
}

async function reading<T>(
  path: string,
  format: PackedFormat,
  use: (contents: Contents) => Promise<T>,
): Promise<T> {
  const file = await openRegularFile(path)
  try {
    return await use(await open(file, format))
  } catch (error) {
    if (error instanceof Damage) throw new DataError({ file: path, ...error.problem, cause: error.cause })
    if (error instanceof NewerVersion) {
      throw new UserError(`${path} was written by a newer Understudy (${error.message})`, {
        remedy: 'update Understudy',
      })
    }
    throw explainReadError(error, path)
  } finally {
    await file.close()
  }
}

/** What is claimed is compared with what is there before memory is taken for it. */
async function open(file: FileHandle, format: PackedFormat): Promise<Contents> {
  const { size } = await file.stat()
  const least = HEADER_BYTES + CHECKSUM_BYTES
  if (size < least) throw new Damage('length', `at least ${least} bytes`, `${size} bytes`)
  const header = await readFully(file, Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES)
  const magic = header.toString('latin1', 0, 8)
  if (magic !== format.magic) throw new Damage('first bytes', format.magic, JSON.stringify(magic))
  const end = size - CHECKSUM_BYTES
  await check(file, end)
  const version = header.readUInt32LE(8)
  if (version > format.version)
    throw new NewerVersion(`version ${version}; this one knows up to ${format.version}`)
  if (version !== format.version) throw new Damage('version', `${format.version}`, `${version}`)
  const treeEnd = HEADER_BYTES + header.readUInt32LE(12)
  const arraysAt = align(treeEnd)
  if (arraysAt > end) {
    throw new Damage('length of the tree', `at most ${end - HEADER_BYTES}`, `${treeEnd - HEADER_BYTES}`)
  }
  const bytes = await readFully(file, Buffer.alloc(treeEnd - HEADER_BYTES), HEADER_BYTES, treeEnd)
  const tree = treeOf(unpack(bytes))
  const claimed = tree.arrays.reduce(
    (offset, [type, length]) => align(offset + length * type.BYTES_PER_ELEMENT),
    arraysAt,
  )
  if (claimed !== end)
    throw new Damage('arrays', `${end - arraysAt} bytes`, `${claimed - arraysAt} bytes claimed`)
  return { file, tree, arraysAt, end }
}

/** By and by, so that a large file neither takes its size in memory nor holds up whoever reads it. */
async function check(file: FileHandle, end: number): Promise<void> {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(Math.min(end, CHECKED_BYTES))
  for (let at = 0; at < end; at += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, end - at))
    hash.update(await readFully(file, part, at, end))
  }
  const found = await readFully(file, Buffer.alloc(CHECKSUM_BYTES), end, end + CHECKSUM_BYTES)
  if (!hash.digest().equals(found)) throw new Damage('checksum', 'that of its content', 'another one')
}

async function readFully<T extends Uint8Array>(
  file: FileHandle,
  target: T,
  from: number,
  end: number,
): Promise<T> {
  for (let read = 0; read < target.length; ) {
    const { bytesRead } = await file.read(target, read, target.length - read, from + read)
    if (bytesRead === 0) throw new Damage('length', `${end} bytes`, `${from + read} bytes`)
    read += bytesRead
  }
  return target
}

/** The only place that decodes. Whatever it fails at, it is the file's fault. */
function unpack(bytes: Uint8Array): unknown {
  try {
    return readMessage(bytes, TREE_LIMITS)
  } catch (cause) {
    throw new Damage('tree', 'plain data', (cause as Error).message, cause)
  }
}

function treeOf(value: unknown): Contents['tree'] {
  const { arrays, root } = (value ?? {}) as { arrays?: unknown; root?: unknown }
  if (!Array.isArray(arrays)) throw new Damage('tree', 'a list of arrays', typeof arrays)
  return { arrays: arrays.map(claimOf), root }
}

function claimOf(entry: unknown, i: number): Claim {
  const [name, length] = (Array.isArray(entry) ? entry : []) as unknown[]
  const type = TYPE_BY_NAME.get(name)
  if (type === undefined) {
    throw new Damage(`array ${i}`, [...TYPE_BY_NAME.keys()].join(' or '), quoted(name))
  }
  if (!isIndex(length)) throw new Damage(`array ${i}`, 'a length', quoted(length))
  return [type, length]
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
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

function attach(value: unknown, arrays: readonly TypedArray[], depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) throw new Damage('tree', `at most ${DEEPEST} levels`, 'more')
  if (Array.isArray(value)) return value.map((item) => attach(item, arrays, depth + 1))
  const entries = Object.entries(value)
  for (const [key, item] of entries) {
    if (key === '__proto__') throw new Damage('tree', 'names of values', key)
    if (key !== REFERENCE) continue
    const array = isIndex(item) ? arrays[item] : undefined
    if (array !== undefined) return array
    throw new Damage('tree', `the number of one of the ${arrays.length} arrays`, quoted(item))
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, attach(item, arrays, depth + 1)]))
}

/** What a person can be shown of a value from a file. */
function quoted(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 60)
}

function typeOf(array: TypedArray): ArrayType {
  // A Buffer is a Uint8Array by another name.
  const name = array instanceof Uint8Array ? 'Uint8Array' : array.constructor.name
  if (TYPE_BY_NAME.has(name)) return name as ArrayType
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
