/**
 * Typed arrays as bytes and back, and the payload of a chunk: columns in little-endian order, packed with msgpack.
 */
import { endianness } from 'node:os'
import { packMessage, readMessage } from '../msgpack.ts'
import type { EpisodeColumns, StepLayout } from './episode.ts'

if (endianness() !== 'LE') throw new Error('libraries are little-endian; this processor is not')

type Column = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array

/** The memory of `column`, not a copy. */
export function littleEndianBytes(column: Column): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}

/** A copy of `bytes` as numbers: the memory of a packed message has no alignment to speak of. */
export function fromLittleEndian<T extends Column>(
  type: { new (buffer: ArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
  bytes: Uint8Array,
): T {
  if (bytes.byteLength % type.BYTES_PER_ELEMENT !== 0) {
    throw new RangeError(`${bytes.byteLength} bytes are not a multiple of ${type.BYTES_PER_ELEMENT}`)
  }
  return new type(new Uint8Array(bytes).buffer)
}

/** The memory of every column by name, not copies. */
export function columnsToBytes(columns: EpisodeColumns): Record<string, Uint8Array> {
  const { observations, continuous, discrete, rewards, timesUs, masks } = columns
  return {
    observations: littleEndianBytes(observations),
    continuous: littleEndianBytes(continuous),
    discrete: littleEndianBytes(discrete),
    rewards: littleEndianBytes(rewards),
    timesUs: littleEndianBytes(timesUs),
    ...(masks === undefined ? {} : { masks }),
  }
}

/** @throws TypeError or RangeError when a column is missing or no whole number of values */
export function columnsFromBytes(packed: Readonly<Record<string, unknown>>): EpisodeColumns {
  const bytes = (name: string): Uint8Array => {
    const column = packed[name]
    if (!(column instanceof Uint8Array)) throw new TypeError(`no column "${name}"`)
    return column
  }
  return {
    observations: fromLittleEndian(Float32Array, bytes('observations')),
    continuous: fromLittleEndian(Float32Array, bytes('continuous')),
    discrete: fromLittleEndian(Int32Array, bytes('discrete')),
    rewards: fromLittleEndian(Float32Array, bytes('rewards')),
    timesUs: fromLittleEndian(Float64Array, bytes('timesUs')),
    ...(packed.masks === undefined ? {} : { masks: fromLittleEndian(Uint8Array, bytes('masks')) }),
  }
}

export function packColumns(columns: EpisodeColumns): Uint8Array {
  return packMessage(columnsToBytes(columns))
}

/** A map of columns. */
const CHUNK = { depth: 1, values: 32 }

/** @throws any error when `payload` is not what `packColumns` gives */
export function unpackColumns(payload: Uint8Array): EpisodeColumns {
  return columnsFromBytes(readMessage(payload, CHUNK) as Record<string, unknown>)
}

/**
 * The steps `from` (included) to `to` (excluded) of an episode, with the observations that follow each of them. The
 * observation before the first step belongs to no step: it is the empty range that `firstColumns` gives.
 */
export function sliceColumns(
  columns: EpisodeColumns,
  layout: StepLayout,
  from: number,
  to: number,
): EpisodeColumns {
  const O = layout.observation
  return {
    observations: columns.observations.subarray((from + 1) * O, (to + 1) * O),
    continuous: columns.continuous.subarray(from * layout.continuous, to * layout.continuous),
    discrete: columns.discrete.subarray(from * layout.branches, to * layout.branches),
    rewards: columns.rewards.subarray(from, to),
    timesUs: columns.timesUs.subarray(from, to),
    ...(columns.masks === undefined
      ? {}
      : { masks: columns.masks.subarray(from * layout.mask, to * layout.mask) }),
  }
}

/** The columns before any step: one observation [O], nothing else. */
export function firstColumns(observation: Float32Array, masked: boolean): EpisodeColumns {
  return {
    observations: observation,
    continuous: new Float32Array(0),
    discrete: new Int32Array(0),
    rewards: new Float32Array(0),
    timesUs: new Float64Array(0),
    ...(masked ? { masks: new Uint8Array(0) } : {}),
  }
}

/** Chunks one behind the other. */
export function joinColumns(chunks: readonly EpisodeColumns[]): EpisodeColumns {
  const masks = chunks.map((chunk) => chunk.masks)
  return {
    observations: join(
      Float32Array,
      chunks.map((chunk) => chunk.observations),
    ),
    continuous: join(
      Float32Array,
      chunks.map((chunk) => chunk.continuous),
    ),
    discrete: join(
      Int32Array,
      chunks.map((chunk) => chunk.discrete),
    ),
    rewards: join(
      Float32Array,
      chunks.map((chunk) => chunk.rewards),
    ),
    timesUs: join(
      Float64Array,
      chunks.map((chunk) => chunk.timesUs),
    ),
    ...(masks.every((mask) => mask !== undefined) ? { masks: join(Uint8Array, masks) } : {}),
  }
}

function join<T extends Exclude<Column, BigInt64Array>>(
  type: { new (length: number): T },
  parts: readonly T[],
): T {
  const whole = new type(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
