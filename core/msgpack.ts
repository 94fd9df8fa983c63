/**
 * Msgpack to and from whoever is not this program: frames of a page, bodies of requests, files. What is read is counted, and
 * is plain data: msgpackr's own reader knows structured clones, records and pointers, with which a few thousand bytes ask for
 * gigabytes or hours. Of the extensions only one is known, msgpackr's `undefined`.
 */
import { Packr } from 'msgpackr'

export interface MessageLimits {
  /** Lists and maps within one another. */
  readonly depth: number
  /** Values in all, those within lists and maps and the keys of maps included. */
  readonly values: number
}

/** A message of so many values takes some 0.1 s and 100 MB to read. */
const LIMITS: MessageLimits = { depth: 32, values: 2_000_000 }

const packr = new Packr({ useRecords: false })

/** @param value  plain data and bytes: of other typed arrays msgpackr would keep a part @returns bytes that the caller may keep */
export function packMessage(value: unknown): Uint8Array<ArrayBuffer> {
  // msgpackr returns a view of a buffer that it goes on using.
  return new Uint8Array(packr.pack(value))
}

/** What is no msgpack message of plain data, or exceeds the limits. */
export class MessageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MessageError'
  }
}

/**
 * @returns plain data, in which bytes are views of `bytes`
 * @throws MessageError
 */
export function readMessage(bytes: Uint8Array, limits: MessageLimits = LIMITS): unknown {
  const reader = new Reader(bytes, limits)
  const value = reader.value(0)
  if (reader.left > 0) throw new MessageError(`${reader.left} bytes follow the message`)
  return value
}

/** Of msgpackr's: one byte that says nothing. */
const UNDEFINED = 0x00

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #text: Buffer
  readonly #limits: MessageLimits
  #at = 0
  #values = 0

  constructor(bytes: Uint8Array, limits: MessageLimits) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#limits = limits
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  value(depth: number): unknown {
    if (++this.#values > this.#limits.values) {
      throw new MessageError(`the message has more than ${this.#limits.values} values`)
    }
    const head = this.#uint(1)
    if (head < 0x80) return head
    if (head < 0x90) return this.#map(head & 0x0f, depth)
    if (head < 0xa0) return this.#list(head & 0x0f, depth)
    if (head < 0xc0) return this.#string(head & 0x1f)
    if (head >= 0xe0) return head - 0x100
    switch (head) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#uint(2 ** (head - 0xc4)))
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(2 ** (head - 0xc7)))
      case 0xca:
        return this.#view.getFloat32(this.#skip(4))
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(2 ** (head - 0xcc))
      case 0xcf:
        return whole(this.#view.getBigUint64(this.#skip(8)))
      case 0xd0:
        return this.#view.getInt8(this.#skip(1))
      case 0xd1:
        return this.#view.getInt16(this.#skip(2))
      case 0xd2:
        return this.#view.getInt32(this.#skip(4))
      case 0xd3:
        return whole(this.#view.getBigInt64(this.#skip(8)))
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(2 ** (head - 0xd4))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#uint(2 ** (head - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(2 ** (head - 0xdb)), depth)
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 ** (head - 0xdd)), depth)
      default:
        throw new MessageError(`byte ${this.#at - 1} is 0x${head.toString(16)}, which begins no value`)
    }
  }

  #list(length: number, depth: number): unknown[] {
    this.#enter(length, depth)
    const list: unknown[] = []
    for (let i = 0; i < length; i++) list.push(this.value(depth + 1))
    return list
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#enter(2 * length, depth)
    const map: Record<string, unknown> = {}
    for (let i = 0; i < length; i++) {
      const key = this.value(depth + 1)
      if (typeof key !== 'string' && typeof key !== 'number')
        throw new MessageError('a key of a map is no text')
      // Assigned, it would be the prototype of the map and no entry of it.
      if (key === '__proto__') throw new MessageError('"__proto__" cannot be a key')
      map[key] = this.value(depth + 1)
    }
    return map
  }

  /** What a list claims to hold is compared with what is there: each value has a byte at least. */
  #enter(values: number, depth: number): void {
    if (depth >= this.#limits.depth) {
      throw new MessageError(`lists and maps are nested more than ${this.#limits.depth} deep`)
    }
    this.#require(values)
  }

  #string(length: number): string {
    const from = this.#skip(length)
    return this.#text.toString('utf8', from, from + length)
  }

  #take(length: number): Uint8Array {
    const from = this.#skip(length)
    return this.#bytes.subarray(from, from + length)
  }

  #extension(length: number): unknown {
    const type = this.#uint(1)
    this.#skip(length)
    if (type === UNDEFINED && length === 1) return undefined
    throw new MessageError(`extension ${type} is not understood`)
  }

  #uint(bytes: number): number {
    const at = this.#skip(bytes)
    return this.#text.readUIntBE(at, bytes)
  }

  /** @returns where the bytes begin */
  #skip(bytes: number): number {
    this.#require(bytes)
    const at = this.#at
    this.#at += bytes
    return at
  }

  #require(bytes: number): void {
    if (bytes > this.left) throw new MessageError(`the message ends after ${this.#bytes.length} bytes`)
  }
}

/** A number where that is exact. */
function whole(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
