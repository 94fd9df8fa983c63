/** Damage that knows nothing of formats. */
import type { Random } from '../../../core/random.ts'

/** What lengths, counts and offsets are set to. */
const INTERESTING = [
  0,
  1,
  2,
  7,
  127,
  128,
  255,
  256,
  65535,
  65536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 30,
]

/** One to three edits: cut, removed, inserted, repeated, overwritten with interesting numbers, flipped. */
export function mutateBytes(whole: Uint8Array, random: Random): Uint8Array {
  let bytes = Buffer.from(whole)
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = random.below(Math.max(1, bytes.length))
    const length = 1 + random.below(64)
    switch (random.below(8)) {
      case 0:
        bytes = bytes.subarray(0, at)
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
        break
      case 2: {
        const inserted = Buffer.from(Array.from({ length: 1 + random.below(9) }, () => random.below(256)))
        bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)])
        break
      }
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])
        break
      case 4:
      case 5: {
        const number = INTERESTING[random.below(INTERESTING.length)]!
        const width = [1, 2, 4, 8][random.below(4)]!
        const encoded = Buffer.alloc(8)
        encoded.writeBigUInt64LE(BigInt(number))
        if (random.below(4) === 0) encoded.subarray(0, width).reverse()
        bytes.set(encoded.subarray(0, Math.min(width, bytes.length - at)), at)
        break
      }
      case 6:
        if (bytes.length > 0) bytes[at] = random.below(256)
        break
      default:
        if (bytes.length > 0) bytes[at]! ^= 1 << random.below(8)
    }
  }
  return new Uint8Array(bytes)
}
