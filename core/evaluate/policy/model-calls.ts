/** What the limited process of a policy does: opens the file, runs it, and gives back its content. */
import { DataError, UserError } from '../../errors.ts'
import type { SandboxedCalls, Tell } from '../../sandbox/sandbox.ts'
import { inspectOnnx, type OnnxSummary } from '../../tensor/onnx/inspect.ts'
import { type Model, type ModelArray, type ModelValue, openModel } from '../../tensor/runtimes/onnxruntime.ts'
import { type PolicySource, readPolicyFile } from './policy-file.ts'

export interface Opened {
  readonly summary: OnnxSummary
  readonly inputs: readonly ModelValue[]
  readonly outputs: readonly ModelValue[]
}

export interface Run {
  readonly feeds: Readonly<Record<string, ModelArray>>
  readonly fetch: readonly string[] | undefined
}

const PART_BYTES = 4 * 2 ** 20
/** No action of a game is so large; what comes back is held by whoever asked. */
const MOST_RESULT_BYTES = 16 * 2 ** 20

let bytes: Uint8Array
let model: Model

export const calls = {
  open: async (source: PolicySource): Promise<Opened> => {
    bytes = readPolicyFile(source)
    const summary = inspectOnnx(bytes, source.name)
    model = await openModel(bytes).catch((cause: Error) => {
      throw notOpened(cause, source.name, summary)
    })
    return { summary, inputs: model.inputs, outputs: model.outputs }
  },
  run: async ({ feeds, fetch }: Run): Promise<Record<string, ModelArray>> => {
    const results = await model.run(feeds, fetch)
    const size = Object.values(results).reduce((sum, { data }) => sum + data.byteLength, 0)
    if (size > MOST_RESULT_BYTES) throw new Error(`its answer has ${size} bytes`)
    return results
  },
  content: async (_: null, tell: Tell): Promise<void> => {
    for (let from = 0; from < bytes.length; from += PART_BYTES) {
      await tell(bytes.subarray(from, from + PART_BYTES))
    }
  },
} satisfies SandboxedCalls

/** The engine says of operators and versions that it lacks that they are not implemented or registered. */
function notOpened(cause: Error, file: string, { opset, irVersion }: OnnxSummary): Error {
  const reason = cause.message.replaceAll(/\s+/g, ' ').trim()
  if (
    /not[_ ]implemented|no op registered|not a registered|unsupported model ir|official support/i.test(reason)
  ) {
    return new UserError(`${file} (opset ${opset}, IR ${irVersion}) cannot be run here: ${reason}`, {
      remedy: 'export it with an older opset, such as 15, and only standard operators',
      cause,
    })
  }
  return new DataError({ file, place: 'model', expected: 'an ONNX model', found: reason, cause })
}
