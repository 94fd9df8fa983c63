/** Damages files in every way that a test of a reader needs. */
import { DataError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'

/** Flips bits, cuts, repeats or inserts. */
export function damaged(whole: Uint8Array, random: Random): Uint8Array {
  const bytes = Array.from(whole)
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = random.below(bytes.length)
    const kind = random.below(6)
    if (kind === 0 && random.below(4) === 0) bytes.splice(at)
    else if (kind === 1) bytes.splice(at, 1 + random.below(64))
    else if (kind === 2)
      bytes.splice(at, 0, ...Array.from({ length: 1 + random.below(9) }, () => random.below(256)))
    else if (kind === 3) bytes[at] = random.below(256)
    else if (kind === 4) bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)]!
    else bytes[at] = bytes[at]! ^ (1 << random.below(8))
    if (bytes.length === 0) bytes.push(0)
  }
  return Uint8Array.from(bytes)
}

/** Damages one file of a folder, and now and then takes it away. */
export function damagedFolder(
  files: ReadonlyMap<string, Uint8Array>,
  random: Random,
): Map<string, Uint8Array> {
  const names = [...files.keys()]
  const name = names[random.below(names.length)]!
  const copy = new Map(files)
  if (random.below(100) === 0) copy.delete(name)
  else copy.set(name, damaged(files.get(name)!, random))
  return copy
}

export interface Survived {
  readonly refused: number
  /** Of the slowest read. */
  readonly milliseconds: number
}

/**
 * Reads what `make` gives, again and again. Refusals must be DataErrors; anything else that is thrown is passed on.
 * @param make  gives the read of one damaged file
 */
export async function survive(times: number, make: () => () => unknown): Promise<Survived> {
  let refused = 0
  let milliseconds = 0
  for (let i = 0; i < times; i++) {
    const read = make()
    const began = performance.now()
    try {
      await read()
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      refused++
    }
    milliseconds = Math.max(milliseconds, performance.now() - began)
  }
  return { refused, milliseconds }
}
