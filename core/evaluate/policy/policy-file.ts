/** The file of a policy, and the one beside it that torch keeps its weights in. */
import { basename, dirname } from 'node:path'
import { DataError } from '../../errors.ts'
import { fileIn } from '../../paths.ts'
import { readRegularFile } from '../../read-file.ts'
import { explainSystemError } from '../../system-errors.ts'
import { embedWeights } from '../../tensor/onnx/embed.ts'

/** Where a policy is: in a file, or at hand with all its weights within. */
export type PolicySource = { readonly name: string } & (
  | {
      readonly path: string
      /** The files that came with it, by the names that they had; absent: those that lie beside it. */
      readonly beside?: ReadonlyMap<string, string>
    }
  | { readonly bytes: Uint8Array }
)

/** No policy of a game is larger, and a file that is takes the memory of everything else. */
export const MOST_POLICY_BYTES = 256 * 2 ** 20

/**
 * @returns the policy, all weights within
 * @throws UserError when the file cannot be read; DataError when it is no ONNX model, too large, or the weights are not in
 *   a file beside it
 */
export function readPolicyFile(source: PolicySource): Uint8Array {
  const { name } = source
  if (!('path' in source)) return withWeights(source.bytes, name, (location) => notAlong(name, location))
  const { path, beside } = source
  return withWeights(readRegularFile(path, MOST_POLICY_BYTES, true), name, (location) => {
    if (beside === undefined) return readBeside(path, location)
    return readRegularFile(beside.get(location) ?? notAlong(name, location), MOST_POLICY_BYTES)
  })
}

function notAlong(file: string, location: string): never {
  const expected = `the file ${JSON.stringify(location)}, which holds its weights, along with it`
  throw new DataError({ file, place: 'weights', expected, found: 'only the policy' })
}

function withWeights(bytes: Uint8Array, file: string, read: (location: string) => Uint8Array): Uint8Array {
  const others = new Map<string, Uint8Array>()
  return embedWeights(bytes, {
    file,
    most: MOST_POLICY_BYTES - bytes.length,
    read: (location) => {
      const other = others.get(location) ?? read(location)
      others.set(location, other)
      return other
    },
  })
}

/** A model names another file; it is none of its business to name one of another folder. */
function readBeside(path: string, location: string): Uint8Array {
  const refuse = (expected: string, found: string, cause?: unknown) =>
    new DataError({ file: path, place: 'weights', expected, found, cause })
  if (basename(location) !== location || /^\.*$|[\\\0]/.test(location)) {
    throw refuse('all weights in the file, or in one beside it', `weights in ${JSON.stringify(location)}`)
  }
  const expected = `its weights in ${location} beside it`
  try {
    const other = fileIn(dirname(path), location)
    if (other !== undefined) return readRegularFile(other, MOST_POLICY_BYTES)
  } catch (cause) {
    const told = explainSystemError(cause, `that ${location} cannot be read`) as Error
    throw refuse(expected, told.message, cause)
  }
  throw refuse(expected, 'that this is not a file, or leads to another folder')
}

export function tooLarge(file: string, size: number): DataError {
  const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`
  const most = megabytes(MOST_POLICY_BYTES)
  return new DataError({ file, place: 'size', expected: `at most ${most}`, found: megabytes(size) })
}
