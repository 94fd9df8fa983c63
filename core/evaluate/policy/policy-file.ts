/** The file of a policy, and the one beside it that torch keeps its weights in. */
import { basename, dirname, join } from 'node:path'
import { DataError } from '../../errors.ts'
import { readRegularFile } from '../../read-file.ts'
import { embedWeights } from '../../tensor/onnx/embed.ts'

/** No policy of a game is larger, and a file that is takes the memory of everything else. */
export const MOST_POLICY_BYTES = 256 * 2 ** 20

/**
 * @returns the policy, all weights within
 * @throws UserError when the file cannot be read; DataError when it is no ONNX model, too large, or the weights are not in
 *   a file beside it
 */
export function readPolicyFile(path: string): Uint8Array {
  const bytes = readRegularFile(path, MOST_POLICY_BYTES, true)
  return withWeights(bytes, path, (location) => readBeside(path, location))
}

/**
 * As `readPolicyFile`, of files that are at hand.
 * @param beside  the files that came with it, by name
 * @throws DataError
 */
export function joinPolicyFiles(
  file: { readonly name: string; readonly bytes: Uint8Array },
  beside: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  return withWeights(file.bytes, file.name, (location) => {
    const found = beside.get(location)
    if (found !== undefined) return found
    const expected = `the file ${JSON.stringify(location)}, which has its weights, along with it`
    throw new DataError({ file: file.name, place: 'weights', expected, found: 'the policy alone' })
  })
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
    throw refuse('all weights within the file, or in one beside it', `weights in ${JSON.stringify(location)}`)
  }
  try {
    return readRegularFile(join(dirname(path), location), MOST_POLICY_BYTES)
  } catch (cause) {
    throw refuse(`its weights in ${location} beside it`, (cause as Error).message, cause)
  }
}

export function tooLarge(file: string, size: number): DataError {
  const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`
  const most = megabytes(MOST_POLICY_BYTES)
  return new DataError({ file, place: 'size', expected: `at most ${most}`, found: megabytes(size) })
}
