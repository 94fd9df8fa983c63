/** What an HDF5 file holds, as plain data that can be posted to and from the thread that has the HDF5 library. */

export type Hdf5Array =
  | Float16Array
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array

export interface Hdf5Dataset {
  readonly kind: 'dataset'
  readonly shape: readonly number[]
  /** In row-major order. */
  readonly data: Hdf5Array | readonly string[]
  /** h5py's booleans: an enumeration of FALSE = 0 and TRUE = 1 over bytes; `data` is an Int8Array. */
  readonly boolean?: true
  /** Written in chunks without a limit to its first axis, so that rows can be added later. */
  readonly resizable?: true
}

/** Read: integers as bigint, enumerations as what they enumerate. Written: bigint as int64, number as float64. */
export type Hdf5Attribute = string | number | bigint

export interface Hdf5Group {
  readonly kind: 'group'
  /** Only the scalar ones of text and numbers. */
  readonly attributes: ReadonlyMap<string, Hdf5Attribute>
  readonly children: ReadonlyMap<string, Hdf5Node>
}

/** Something that is there and not read: a reference, a compound type, a link to another file. */
export interface Hdf5Other {
  readonly kind: 'other'
  readonly what: string
}

export type Hdf5Node = Hdf5Group | Hdf5Dataset | Hdf5Other

export function group(
  children: Iterable<readonly [string, Hdf5Node]>,
  attributes: Iterable<readonly [string, Hdf5Attribute]> = [],
): Hdf5Group {
  return { kind: 'group', attributes: new Map(attributes), children: new Map(children) }
}

export function dataset(data: Hdf5Array | readonly string[], shape: readonly number[]): Hdf5Dataset {
  return { kind: 'dataset', shape, data }
}

/** @param values  0 or 1 each */
export function booleans(values: ArrayLike<number>): Hdf5Dataset {
  return { ...dataset(Int8Array.from(values), [values.length]), boolean: true }
}

/** Whether a file starts as HDF5 does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte)
}
