/** One NumPy array as a file (.npy, format version 1.0 for writing, 1.0 to 3.0 for reading). */
import { fromLittleEndian, littleEndianBytes } from '../../store/index.ts'
import type { FileProblems } from './format.ts'

const TYPES = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '|u1': Uint8Array,
  '|b1': Uint8Array,
} as const

export type NpyType = keyof typeof TYPES
export type NpyArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array

export interface Npy {
  readonly type: NpyType
  readonly shape: readonly number[]
  readonly data: NpyArray
}

const MAGIC = '\x93NUMPY'
/** Data start on a multiple of this, as NumPy writes them. */
const ALIGNMENT = 64

export function writeNpy({ type, shape, data }: Npy): Uint8Array {
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
 * @param type   what the array must hold
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
  if (array.type !== type) problems.refuse(`${place}, dtype`, type, array.type)
  const fits =
    array.shape.length === shape.length &&
    array.shape.every((size, i) => shape[i] === null || shape[i] === size)
  if (!fits) {
    const expected = shape.map((size) => size ?? 'any').join(', ')
    problems.refuse(`${place}, shape`, `(${expected})`, `(${array.shape.join(', ')})`)
  }
  return array
}

/** An array of any of the types and of any shape. */
export function parseNpy(bytes: Uint8Array, place: string, problems: FileProblems): Npy {
  const { header, dataOffset } = readHeader(bytes, place, problems)
  const match =
    /^\{'descr': '([^']{2,8})', 'fortran_order': (True|False), 'shape': \(([\d, ]{0,80})\),? ?\}\s*$/.exec(
      header,
    )
  if (match === null) {
    return problems.refuse(`${place}, header`, 'a plain NumPy header', JSON.stringify(header.slice(0, 100)))
  }
  const [, type, fortran, sizes] = match
  if (!isNpyType(type!)) return problems.refuse(`${place}, dtype`, Object.keys(TYPES).join(' '), type!)
  const shape = sizes!
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number)
  if (!shape.every(Number.isSafeInteger)) problems.refuse(`${place}, shape`, 'sizes', `(${shape.join(', ')})`)
  if (fortran === 'True' && shape.length > 1) problems.refuse(`${place}, order`, 'C order', 'Fortran order')
  const size = shape.reduce((product, n) => product * n, 1) * TYPES[type].BYTES_PER_ELEMENT
  const data = bytes.subarray(dataOffset)
  if (data.length !== size) problems.refuse(`${place}, data`, `${size} bytes`, data.length)
  return { type, shape, data: fromLittleEndian<NpyArray>(TYPES[type], data) }
}

function isNpyType(text: string): text is NpyType {
  return Object.hasOwn(TYPES, text)
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
