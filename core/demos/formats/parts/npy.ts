/** One NumPy array as a file (.npy, format version 1.0 for writing, 1.0 to 3.0 for reading). */
import { littleEndianBytes } from '../../../store/index.ts'
import type { FileProblems } from '../problems.ts'

/** By what NumPy calls them behind the byte order. */
const TYPES = {
  b1: Uint8Array,
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  f2: Float16Array,
  i4: Int32Array,
  u4: Uint32Array,
  f4: Float32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f8: Float64Array,
} as const

/** What NumPy has besides, by the first letter. */
const OTHERS = new Map([
  ['c', 'complex numbers'],
  ['O', 'objects, which only Python can unpack'],
  ['S', 'texts'],
  ['U', 'texts'],
  ['V', 'raw bytes'],
  ['M', 'dates'],
  ['m', 'time spans'],
  ['f', 'numbers of extended precision'],
])

export type NpyArray = InstanceType<(typeof TYPES)[keyof typeof TYPES]>

/** As NumPy spells the types that are written. */
export type NpyType = '<f4' | '<f8' | '<i4' | '<i8' | '|u1' | '|b1'

export interface WrittenNpy {
  readonly type: NpyType
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array
}

export interface Npy {
  /** Without the byte order, which is that of this machine: 'f4'. */
  readonly type: keyof typeof TYPES
  readonly shape: readonly number[]
  /** In C order. */
  readonly data: NpyArray
}

const MAGIC = '\x93NUMPY'
/** Data start on a multiple of this, as NumPy writes them. */
const ALIGNMENT = 64

export function writeNpy({ type, shape, data }: WrittenNpy): Uint8Array {
  const list = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${list}), }`
  const padding = ALIGNMENT - ((10 + header.length + 1) % ALIGNMENT)
  const text = `${header}${' '.repeat(padding % ALIGNMENT)}\n`
  const bytes = new Uint8Array(10 + text.length + data.byteLength)
  bytes.set(Buffer.from(MAGIC, 'latin1'), 0)
  bytes[6] = 1
  new DataView(bytes.buffer).setUint16(8, text.length, true)
  bytes.set(Buffer.from(text, 'latin1'), 10)
  bytes.set(littleEndianBytes(data), 10 + text.length)
  return bytes
}

/**
 * @param type   what the array must hold, in either byte order
 * @param shape  what its shape must be; null where any size will do
 */
export function readNpy(
  bytes: Uint8Array,
  place: string,
  type: NpyType,
  shape: readonly (number | null)[],
  problems: FileProblems,
): Npy {
  const array = parseNpy(bytes, place, problems)
  if (array.type !== type.slice(1)) problems.refuse(`${place}, dtype`, type.slice(1), array.type)
  const fits =
    array.shape.length === shape.length &&
    array.shape.every((size, i) => shape[i] === null || shape[i] === size)
  if (!fits) {
    const expected = shape.map((size) => size ?? 'any').join(', ')
    problems.refuse(`${place}, shape`, `(${expected})`, `(${array.shape.join(', ')})`)
  }
  return array
}

/** An array of numbers or flags of any size, byte order, order of its axes, and shape. */
export function parseNpy(bytes: Uint8Array, place: string, problems: FileProblems): Npy {
  const { header, dataOffset } = readHeader(bytes, place, problems)
  const match =
    /^\{'descr': ('[<>=|][a-zA-Z]\d{0,8}(?:\[.{1,20}\])?'|\[.{0,1000}\]), 'fortran_order': (True|False), 'shape': \(([\d, ]{0,80})\),? ?\}\s*$/.exec(
      header,
    )
  if (match === null) {
    return problems.refuse(`${place}, header`, 'a plain NumPy header', JSON.stringify(header.slice(0, 100)))
  }
  const [, described, fortran, sizes] = match
  const type = described!.slice(2, -1)
  if (!isNpyType(type)) {
    const found = described!.startsWith('[') ? 'records' : (OTHERS.get(type[0]!) ?? 'something else')
    return problems.refuse(
      `${place}, dtype`,
      'numbers or flags: bool, int8 to int64, uint8 to uint64, float16 to float64',
      `${found} (${described!.slice(0, 60)})`,
    )
  }
  const shape = sizes!
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number)
  if (!shape.every(Number.isSafeInteger)) problems.refuse(`${place}, shape`, 'sizes', `(${shape.join(', ')})`)
  const Type = TYPES[type]
  const size = shape.reduce((product, n) => product * n, 1) * Type.BYTES_PER_ELEMENT
  // A copy, since the bytes of a packed file have no alignment to speak of.
  const own = Buffer.from(bytes.subarray(dataOffset))
  if (own.length !== size) problems.refuse(`${place}, data`, `${size} bytes`, own.length)
  if (described![1] === '>') swapBytes(own, Type.BYTES_PER_ELEMENT)
  const data = new Type(new Uint8Array(own).buffer)
  return { type, shape, data: fortran === 'True' ? inRows(data, shape) : data }
}

function isNpyType(text: string): text is keyof typeof TYPES {
  return Object.hasOwn(TYPES, text)
}

function swapBytes(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16()
  else if (width === 4) bytes.swap32()
  else if (width === 8) bytes.swap64()
}

/** From Fortran order, where the first axis is the quickest, to C order, where the last one is. */
function inRows(data: NpyArray, shape: readonly number[]): NpyArray {
  const rows = data.slice() as Float64Array<ArrayBuffer>
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1))
  const index = shape.map(() => 0)
  let from = 0
  for (let i = 0; i < rows.length; i++) {
    rows[i] = (data as Float64Array)[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return rows
}

function readHeader(
  bytes: Uint8Array,
  place: string,
  problems: FileProblems,
): { header: string; dataOffset: number } {
  if (bytes.length < 12 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== MAGIC) {
    problems.refuse(place, 'a NumPy array', 'something else')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[6]!
  if (version < 1 || version > 3) problems.refuse(`${place}, version`, '1 to 3', version)
  const start = version === 1 ? 10 : 12
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (start + length > bytes.length)
    problems.refuse(`${place}, header`, `${length} bytes`, bytes.length - start)
  const header = Buffer.from(bytes.subarray(start, start + length)).toString('latin1')
  return { header, dataOffset: start + length }
}
