/**
 * Thrift's compact protocol, as far as Parquet uses it. hyparquet has a reader too, but it allocates what a file claims;
 * this one checks every claim against the bytes that are there.
 */

/** Fields by number; lists as arrays, binaries as views. */
export type ThriftStruct = Map<number, ThriftValue>
export type ThriftValue = boolean | number | Uint8Array | ThriftValue[] | ThriftStruct

/** Deeper than any footer: a schema is a flat list. */
const MAX_DEPTH = 16

const STOP = 0
const TRUE = 1
const FALSE = 2
const BYTE = 3
const I16 = 4
const I32 = 5
const I64 = 6
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const STRUCT = 12

export class ThriftReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** The next byte to read. */
  offset: number

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.offset = offset
  }

  /** @throws RangeError when the bytes are no such struct */
  struct(depth = 0): ThriftStruct {
    if (depth > MAX_DEPTH) throw new RangeError(`structs nested more than ${MAX_DEPTH} deep`)
    const fields: ThriftStruct = new Map()
    let id = 0
    for (;;) {
      const byte = this.#byte()
      const type = byte & 0x0f
      if (type === STOP) return fields
      const delta = byte >> 4
      id = delta === 0 ? zigzag(this.#varint()) : id + delta
      fields.set(id, this.#value(type, depth))
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case TRUE:
        return true
      case FALSE:
        return false
      case BYTE:
        return (this.#byte() << 24) >> 24
      case I16:
      case I32:
      case I64:
        return zigzag(this.#varint())
      case DOUBLE:
        this.offset += 8
        return this.#view.getFloat64(this.offset - 8, true)
      case BINARY:
        return this.#binary()
      case LIST:
        return this.#list(depth)
      case STRUCT:
        return this.struct(depth + 1)
      default:
        throw new RangeError(`thrift type ${type} at byte ${this.offset}`)
    }
  }

  #binary(): Uint8Array {
    const length = Number(this.#varint())
    if (length > this.#bytes.length - this.offset) throw new RangeError(`a text of ${length} bytes`)
    this.offset += length
    return this.#bytes.subarray(this.offset - length, this.offset)
  }

  #list(depth: number): ThriftValue[] {
    if (depth > MAX_DEPTH) throw new RangeError(`lists nested more than ${MAX_DEPTH} deep`)
    const byte = this.#byte()
    const type = byte & 0x0f
    const size = byte >> 4 === 15 ? Number(this.#varint()) : byte >> 4
    // Every element takes a byte at least.
    if (size > this.#bytes.length - this.offset) throw new RangeError(`a list of ${size} elements`)
    const values: ThriftValue[] = []
    for (let i = 0; i < size; i++) {
      const isFlag = type === TRUE || type === FALSE
      values.push(isFlag ? this.#byte() === TRUE : this.#value(type, depth + 1))
    }
    return values
  }

  #byte(): number {
    const byte = this.#bytes[this.offset++]
    if (byte === undefined) throw new RangeError('the end of the bytes')
    return byte
  }

  #varint(): bigint {
    let result = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      result |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return result
    }
    throw new RangeError('a number of more than 64 bits')
  }
}

function zigzag(value: bigint): number {
  return Number((value >> 1n) ^ -(value & 1n))
}
