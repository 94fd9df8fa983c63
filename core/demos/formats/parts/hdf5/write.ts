/** Writes a whole HDF5 file. */
import type { Layout, Library } from './library.ts'
import type { Hdf5Array, Hdf5Attribute, Hdf5Dataset, Hdf5Group } from './tree.ts'

const FILE = 'file.hdf5'
const CHUNK_BYTES = 2 ** 20
const UNLIMITED = 2n ** 64n - 1n

const TEXT = 'text'
const BOOLEAN = 'boolean'
const FLOATS = [Float16Array, Float32Array, Float64Array]
const SIGNED = [Int8Array, Int16Array, Int32Array, BigInt64Array]

/**
 * In the oldest version of the format that holds it, which every reader knows, and without the time, so that equal trees give
 * equal bytes.
 */
export function writeTree(library: Library, root: Hdf5Group): Uint8Array<ArrayBuffer> {
  const file = library.open(
    FILE,
    library.H5F_ACC_TRUNC,
    false,
    library.H5F_LIBVER_EARLIEST,
    library.H5F_LIBVER_V110,
  )
  const booleans = writeGroup(library, file, '', root)
  succeed('close', library.close_file(file))
  const bytes = library.FS.readFile(FILE) as Uint8Array<ArrayBuffer>
  describeBooleans(bytes, booleans)
  return bytes
}

/** @returns how many of the datasets are boolean */
function writeGroup(library: Library, file: bigint, path: string, group: Hdf5Group): number {
  if (path !== '') succeed(path, library.create_group(file, path))
  for (const [name, value] of group.attributes) writeAttribute(library, file, path || '/', name, value)
  let booleans = 0
  for (const [name, node] of group.children) {
    const inner = `${path}/${name}`
    if (node.kind === 'group') booleans += writeGroup(library, file, inner, node)
    if (node.kind === 'dataset') {
      writeDataset(library, file, inner, node)
      if (node.boolean) booleans += 1
    }
  }
  return booleans
}

function writeAttribute(
  library: Library,
  file: bigint,
  path: string,
  name: string,
  value: Hdf5Attribute,
): void {
  if (typeof value === 'string') {
    succeed(name, library.create_vlen_str_attribute(file, path, name, [value], layoutOf(library, TEXT, [])))
    return
  }
  const array = typeof value === 'bigint' ? BigInt64Array.of(value) : Float64Array.of(value)
  withCopy(library, array, (pointer) =>
    succeed(name, library.create_attribute(file, path, name, pointer, layoutOf(library, array, []))),
  )
}

function writeDataset(library: Library, file: bigint, path: string, dataset: Hdf5Dataset): void {
  const { data, shape, boolean, resizable } = dataset
  if (Array.isArray(data)) {
    const metadata = layoutOf(library, TEXT, shape)
    succeed(path, library.create_vlen_str_dataset(file, path, data, metadata))
    return
  }
  const array = data as Hdf5Array
  let layout = layoutOf(library, boolean ? BOOLEAN : array, shape)
  if (resizable) {
    const rowBytes = Math.max(1, array.byteLength / shape[0]!)
    const rows = Math.max(1, Math.min(shape[0]!, Math.floor(CHUNK_BYTES / rowBytes)))
    const inner = shape.slice(1).map(BigInt)
    layout = { ...layout, chunks: [BigInt(rows), ...inner], maxshape: [UNLIMITED, ...inner] }
  }
  withCopy(library, array, (pointer) => succeed(path, library.create_dataset(file, path, pointer, layout)))
}

function layoutOf(
  library: Library,
  of: Hdf5Array | typeof TEXT | typeof BOOLEAN,
  shape: readonly number[],
): Layout {
  const { H5T_STRING, H5T_COMPOUND, H5T_FLOAT, H5T_INTEGER } = library.H5T_class_t
  const sizes = shape.map(BigInt)
  const dimensions = { littleEndian: true, shape: sizes, maxshape: sizes, chunks: null } as const
  if (of === TEXT) {
    return { ...dimensions, type: H5T_STRING.value, size: 4, signed: false, vlen: true, cset: 1 }
  }
  if (of === BOOLEAN) {
    const byte = { type: H5T_INTEGER.value, size: 1, signed: true, vlen: false }
    const members = [{ ...byte, name: STANDS_FOR_BOOLEAN, offset: 0 }]
    return { ...dimensions, ...byte, type: H5T_COMPOUND.value, compound_type: { nmembers: 1, members } }
  }
  const float = FLOATS.some((type) => of instanceof type)
  const signed = !float && SIGNED.some((type) => of instanceof type)
  const { value: type } = float ? H5T_FLOAT : H5T_INTEGER
  return { ...dimensions, type, size: of.BYTES_PER_ELEMENT, signed, vlen: false }
}

function withCopy(library: Library, array: Hdf5Array, use: (pointer: bigint) => void): void {
  const pointer = library._malloc(Math.max(1, array.byteLength))
  if (pointer === 0) throw new RangeError(`the HDF5 library has no room for ${array.byteLength} bytes`)
  library.HEAPU8.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), pointer)
  use(BigInt(pointer))
  library._free(pointer)
}

function succeed(what: string, status: number): void {
  if (status < 0) throw new Error(`the HDF5 library could not write ${what}`)
}

/**
 * h5wasm writes no enumerations. Booleans are therefore written as a compound type of one byte, whose description, which has
 * a fixed length and no checksum in this version of the format, is then replaced with that of h5py's boolean.
 */
const STANDS_FOR_BOOLEAN = 'understudy boolean'

function describeBooleans(bytes: Uint8Array, expected: number): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const name = Buffer.from(`${STANDS_FOR_BOOLEAN}\0\0\0\0\0\0`)
  // Class 6 of version 1 with one member of offset 0 and no dimensions; then the member's own type.
  const start = Buffer.concat([Buffer.from('1601000001000000', 'hex'), name, Buffer.alloc(32)])
  const byte = Buffer.from('100800000100000000000800', 'hex')
  const compound = Buffer.concat([start, byte])
  const members = [Buffer.from('FALSE\0\0\0TRUE\0\0\0\0'), Buffer.of(0, 1)]
  const enumeration = Buffer.alloc(compound.length)
  Buffer.concat([Buffer.from('1802000001000000', 'hex'), byte, ...members]).copy(enumeration)
  let found = 0
  for (let at = file.indexOf(compound); at !== -1; at = file.indexOf(compound, at + 1)) {
    enumeration.copy(file, at)
    found++
  }
  if (found !== expected) throw new Error(`${found} of ${expected} boolean columns were found in the file`)
}
