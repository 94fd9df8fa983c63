/** Damages files as disks, networks and hostile people do. */
import type { Random } from '../../core/random.ts'

/** Flips bits, sets bytes, cuts, removes or inserts, one to three times. */
export function mutate(whole: Uint8Array, random: Random): Uint8Array {
  const bytes = Array.from(whole)
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = random.below(bytes.length)
    const kind = random.below(5)
    if (kind === 0) bytes.splice(at)
    else if (kind === 1) bytes.splice(at, 1 + random.below(64))
    else if (kind === 2)
      bytes.splice(at, 0, ...Array.from({ length: 1 + random.below(9) }, () => random.below(256)))
    else if (kind === 3) bytes[at] = random.below(256)
    else bytes[at] = bytes[at]! ^ (1 << random.below(8))
    if (bytes.length === 0) bytes.push(0)
  }
  return Uint8Array.from(bytes)
}
