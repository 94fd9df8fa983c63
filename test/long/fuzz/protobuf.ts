/** Damage to messages of protocol buffers, with lengths that are right again afterwards. */
import type { Random } from '../../../core/random.ts'
import { mutateBytes } from './bytes.ts'

interface Field {
  readonly number: number
  readonly wire: number
  /** Of a varint its value, of all others their bytes. */
  readonly value: bigint | Uint8Array
}

const VARINTS = [0n, 1n, 2n, 127n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n, 2n ** 64n - 1n]

/** Messages behind one another, each with its length before it; what is none stays as it is, behind them. */
export function splitDelimited(bytes: Uint8Array): { messages: Uint8Array[]; tail: Uint8Array } {
  const messages: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const length = readVarint(bytes, at)
    if (length === undefined || length.end + Number(length.value) > bytes.length) break
    const end = length.end + Number(length.value)
    messages.push(bytes.subarray(length.end, end))
    at = end
  }
  return { messages, tail: bytes.subarray(at) }
}

export function joinDelimited(messages: readonly Uint8Array[], tail: Uint8Array): Uint8Array {
  const parts = messages.flatMap((message) => [varint(BigInt(message.length)), message])
  return Buffer.concat([...parts, tail])
}

export function mutateMessage(message: Uint8Array, random: Random): Uint8Array {
  const fields = parse(message)
  if (fields === undefined || fields.length === 0) return mutateBytes(message, random)
  const at = random.below(fields.length)
  const field = fields[at]!
  switch (random.below(6)) {
    case 0:
      fields.splice(at, 1)
      break
    case 1:
      fields.splice(at, 0, field)
      break
    case 2:
      fields[at] = { ...field, number: 1 + random.below(20) }
      break
    default:
      fields[at] = { ...field, value: mutateField(field, random) }
  }
  return Buffer.concat(fields.map(encode))
}

function mutateField({ wire, value }: Field, random: Random): bigint | Uint8Array {
  if (typeof value === 'bigint') return VARINTS[random.below(VARINTS.length)]!
  if (wire === 2) return mutateMessage(value, random)
  return new Uint8Array(value.length).fill([0, 255, 127, 128][random.below(4)]!)
}

function parse(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at)
    if (tag === undefined) return undefined
    const wire = Number(tag.value & 7n)
    const number = Number(tag.value >> 3n)
    const first = readVarint(bytes, tag.end)
    if (first === undefined || number === 0) return undefined
    if (wire === 0) {
      fields.push({ number, wire, value: first.value })
      at = first.end
      continue
    }
    const start = wire === 2 ? first.end : tag.end
    const length = { 1: 8, 2: Number(first.value), 5: 4 }[wire]
    if (length === undefined || start + length > bytes.length) return undefined
    fields.push({ number, wire, value: bytes.subarray(start, start + length) })
    at = start + length
  }
  return fields
}

function encode({ number, wire, value }: Field): Uint8Array {
  const tag = varint((BigInt(number) << 3n) | BigInt(wire))
  if (typeof value === 'bigint') return Buffer.concat([tag, varint(value)])
  const length = wire === 2 ? varint(BigInt(value.length)) : new Uint8Array(0)
  return Buffer.concat([tag, length, value])
}

function readVarint(bytes: Uint8Array, at: number): { value: bigint; end: number } | undefined {
  let value = 0n
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    const byte = bytes[at + i]!
    value |= BigInt(byte & 127) << BigInt(7 * i)
    if (byte < 128) return { value, end: at + i + 1 }
  }
  return undefined
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}
