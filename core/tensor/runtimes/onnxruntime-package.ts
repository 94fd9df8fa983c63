/**
 * Where ONNX Runtime is. `npm ci` in a checkout installs it; this package as a dependency does not bring it, because npm
 * would then run its install script, which fetches GPU libraries from elsewhere. `engine/` is where it is put afterwards.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type * as OnnxRuntime from 'onnxruntime-node'
import { UserError } from '../../errors.ts'

const NAME = 'onnxruntime-node'

/** Holds the manifest and lock file of ONNX Runtime. One level higher for the built program, which is in `dist/`. */
export const engineFolder = ['../../../engine/', '../../../../engine/']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((folder) => existsSync(folder))

/** Where packages are looked for, in turn. */
const places = [import.meta.url, ...(engineFolder === undefined ? [] : [`${engineFolder}package.json`])].map(
  (place) => createRequire(place),
)

let loaded: typeof OnnxRuntime | undefined

export function hasOnnxRuntime(): boolean {
  return find() !== undefined
}

/**
 * Since 1.29 its builds for Linux and macOS tell their maker about the machine and each model, unless this variable is there
 * when they are loaded (its docs/Privacy.md). Set from a worker thread it would not be: Node gives those a copy.
 * @throws UserError where it is not installed
 */
export function onnxRuntime(): typeof OnnxRuntime {
  process.env.ORT_DISABLE_TELEMETRY = '1'
  loaded ??= load(NAME) as typeof OnnxRuntime
  return loaded
}

/** @throws UserError where it is not installed */
export function onnxRuntimeVersion(): string {
  return (load(`${NAME}/package.json`) as { version: string }).version
}

function load(path: string): unknown {
  const require = find()
  if (require !== undefined) return require(path)
  throw new UserError('ONNX Runtime, which runs the networks, is not installed', {
    remedy:
      engineFolder === undefined
        ? 'run npm ci in the folder of the program'
        : `run npm ci --ignore-scripts --prefix "${engineFolder}", which fetches it from the package registry`,
  })
}

function find(): NodeJS.Require | undefined {
  return places.find((require) => {
    try {
      require.resolve(NAME)
      return true
    } catch {
      return false
    }
  })
}
