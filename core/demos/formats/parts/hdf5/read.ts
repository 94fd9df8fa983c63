/** Reads a whole HDF5 file, with limits on everything that a file may claim about itself. */
import type { Library, Metadata } from './library.ts'
import type { Hdf5Array, Hdf5Attribute, Hdf5Group, Hdf5Node } from './tree.ts'

/** Something of the file is not as it must be. */
export class Refusal extends Error {
  readonly place: string
  readonly expected: string
  readonly found: string

  constructor(place: string, expected: string, found: string) {
    super(`${place}: expected ${expected}, found ${found}`)
    this.place = place
    this.expected = expected
    this.found = found
  }
}

const LEVELS = 12
/** Read at once, so that the memory of the library stays small. */
const PIECE_BYTES = 4 * 2 ** 20
const FILE = 'file.hdf5'

interface Source {
  readonly library: Library
  readonly file: bigint
  /** What may still be read: bytes of values, and objects. Links let a small file hold one object many times. */
  readonly left: { bytes: number; objects: number }
  readonly buffers: ArrayBuffer[]
}

/**
 * @param bytes  of the file; the library's afterwards
 * @returns what the file holds, and the buffers of its arrays
 * @throws Refusal, and whatever the library throws
 */
export function readTree(library: Library, bytes: Uint8Array): { root: Hdf5Group; buffers: ArrayBuffer[] } {
  library.FS.writeFile(FILE, bytes, { canOwn: true })
  const file = library.open(FILE, library.H5F_ACC_RDONLY)
  if (file < 0n) throw new Refusal('HDF5', 'an HDF5 file', 'a damaged one')
  // More than the file has, because chunks may be compressed, and those that were never written are not in it at all.
  const left = { bytes: 2 ** 25 + 32 * bytes.length, objects: 1000 + bytes.length / 64 }
  const source: Source = { library, file, left, buffers: [] }
  return { root: readGroup(source, '/', 0), buffers: source.buffers }
}

function readGroup(source: Source, path: string, level: number): Hdf5Group {
  if (level > LEVELS) throw new Refusal(path, `groups nested at most ${LEVELS} deep`, 'more')
  const { library, file } = source
  const names = library.get_names(file, path, false)
  takeObjects(source, path, names.length)
  const prefix = path === '/' ? '' : path
  const children = names.map((name) => [name, readNode(source, `${prefix}/${name}`, level + 1)] as const)
  return { kind: 'group', attributes: readAttributes(source, path), children: new Map(children) }
}

function readNode(source: Source, path: string, level: number): Hdf5Node {
  const { library, file } = source
  const type = library.get_type(file, path)
  if (type === library.H5G_GROUP) return readGroup(source, path, level)
  if (type === library.H5G_DATASET) return readDataset(source, path)
  return { kind: 'other', what: type === library.H5G_TYPE ? 'a named type' : 'a link' }
}

function readAttributes(source: Source, path: string): Map<string, Hdf5Attribute> {
  const { library, file } = source
  const names = library.get_attribute_names(file, path)
  takeObjects(source, path, names.length)
  const attributes = new Map<string, Hdf5Attribute>()
  for (const name of names) {
    const metadata = library.get_attribute_metadata(file, path, name)
    if (metadata.shape?.length !== 0 || !isRead(library, metadata)) continue
    const place = `${path}, attribute "${name}"`
    const values = readValues(source, place, metadata, 1, (pointer) =>
      library.get_attribute_data(file, path, name, pointer),
    )
    const [value] = values
    attributes.set(name, isInteger(library, metadata) ? BigInt(value!) : value!)
  }
  return attributes
}

function readDataset(source: Source, path: string): Hdf5Node {
  const { library, file } = source
  const metadata = library.get_dataset_metadata(file, path)
  const { shape } = metadata
  if (shape === null || !isRead(library, metadata) || metadata.virtual_sources !== undefined) {
    return { kind: 'other', what: 'a dataset of a type that cannot be read here' }
  }
  const rows = shape[0] ?? 1
  const width = shape.slice(1).reduce((product, size) => product * size, 1)
  const rowsAtOnce = Math.max(1, Math.floor(PIECE_BYTES / (width * metadata.size)))
  const strides = shape.map(() => 1n)
  const parts: (Hdf5Array | string[])[] = []
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - from)
    const counts = shape.map((size, axis) => BigInt(axis === 0 ? count : size))
    const offsets = shape.map((_, axis) => BigInt(axis === 0 ? from : 0))
    parts.push(
      readValues(source, path, metadata, count * width, (pointer) =>
        shape.length === 0
          ? library.get_dataset_data(file, path, null, null, null, pointer)
          : library.get_dataset_data(file, path, counts, offsets, strides, pointer),
      ),
    )
  }
  const data = join(parts, metadata, library)
  if (!Array.isArray(data)) source.buffers.push((data as Hdf5Array).buffer as ArrayBuffer)
  return { kind: 'dataset', shape, data, ...(isBoolean(metadata) ? { boolean: true as const } : {}) }
}

/** Has the library write values into its memory, and takes them over. */
function readValues(
  source: Source,
  place: string,
  metadata: Metadata,
  count: number,
  read: (pointer: bigint) => number,
): Hdf5Array | string[] {
  const { library } = source
  const size = count * metadata.size
  takeBytes(source, place, size)
  const pointer = library._malloc(Math.max(1, size))
  if (pointer === 0) throw new Refusal(place, 'values that fit in memory', `${size} bytes`)
  if (read(BigInt(pointer)) < 0) throw new Refusal(place, 'values that can be read', 'damaged ones')
  const bytes = library.HEAPU8.slice(pointer, pointer + size)
  const values =
    metadata.type === library.H5T_class_t.H5T_STRING.value
      ? texts(source, place, metadata, bytes)
      : new (arrayType(library, metadata)!)(bytes.buffer)
  library._free(pointer)
  return values
}

function texts(source: Source, place: string, metadata: Metadata, bytes: Uint8Array<ArrayBuffer>): string[] {
  if (metadata.vlen) {
    return Array.from(new Uint32Array(bytes.buffer), (pointer) => {
      const text = source.library.UTF8ToString(pointer)
      takeBytes(source, place, 2 * text.length)
      return text
    })
  }
  const { size } = metadata
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const text = Buffer.from(bytes.subarray(i * size, (i + 1) * size))
    const end = text.indexOf(0)
    return text.toString('utf8', 0, end === -1 ? size : end)
  })
}

function join(
  parts: readonly (Hdf5Array | string[])[],
  metadata: Metadata,
  library: Library,
): Hdf5Array | string[] {
  const Type = arrayType(library, metadata)
  if (Type === undefined) return (parts as string[][]).flat()
  if (parts.length === 1) return parts[0]!
  const whole = new Type(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts as Float64Array[]) {
    ;(whole as Float64Array).set(part, at)
    at += part.length
  }
  return whole
}

function isRead(library: Library, metadata: Metadata): boolean {
  if (metadata.type === library.H5T_class_t.H5T_STRING.value) return metadata.vlen || metadata.size > 0
  return arrayType(library, metadata) !== undefined
}

/** Enumerations count as what they enumerate. */
function numberClass({ type, enum_type }: Metadata): number {
  return enum_type?.type ?? type
}

function isInteger(library: Library, metadata: Metadata): boolean {
  return numberClass(metadata) === library.H5T_class_t.H5T_INTEGER.value
}

function arrayType(library: Library, metadata: Metadata) {
  const { signed, size } = metadata
  if (numberClass(metadata) === library.H5T_class_t.H5T_FLOAT.value) {
    return { 2: Float16Array, 4: Float32Array, 8: Float64Array }[size]
  }
  if (!isInteger(library, metadata)) return undefined
  return signed
    ? { 1: Int8Array, 2: Int16Array, 4: Int32Array, 8: BigInt64Array }[size]
    : { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array }[size]
}

function isBoolean({ enum_type, size }: Metadata): boolean {
  const members = enum_type?.members ?? {}
  return size === 1 && enum_type?.nmembers === 2 && members.FALSE === 0 && members.TRUE === 1
}

function takeBytes({ left }: Source, place: string, bytes: number): void {
  left.bytes -= bytes
  if (!(left.bytes >= 0))
    throw new Refusal(place, 'no more values than a file of this size can have', `${bytes} bytes`)
}

function takeObjects({ left }: Source, place: string, objects: number): void {
  left.objects -= objects
  if (left.objects < 0) throw new Refusal(place, 'no more objects than a file of this size can have', 'more')
}
