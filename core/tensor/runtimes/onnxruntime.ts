/** The default engine: one ONNX graph per program, run by ONNX Runtime on preallocated memory. */
import { createRequire } from 'node:module'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { exportOnnx } from '../onnx.ts'
import { arrays, type CompileSpec, layOut, type Program, type Runtime } from '../runtime.ts'

export function onnxruntime(): Runtime {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }
  return { name: 'onnxruntime', description: `onnxruntime-node ${version}`, compile }
}

async function compile(spec: CompileSpec): Promise<Program> {
  const layout = layOut(spec)
  const model = exportOnnx(spec.outputs, { extensions: true })
  const session = await InferenceSession.create(model, sessionOptions(spec.threads ?? 1))
  const feeds = tensors(layout.inputs)
  const fetches = tensors(layout.outputs)
  return {
    inputs: arrays(layout.inputs),
    outputs: arrays(layout.outputs),
    run: async () => {
      discardCopies(await session.run(feeds, fetches), fetches)
    },
    release: () => session.release(),
  }
}

/**
 * Results are written into the given memory, but the binding also hands over a fresh copy of each. Freed at once, these
 * reuse the same pages; left to the garbage collector, they cost 3 % of a training step.
 */
function discardCopies(
  results: InferenceSession.OnnxValueMapType,
  given: Readonly<Record<string, Tensor>>,
): void {
  for (const name in given) {
    const { buffer } = (results[name] as Tensor).data as Float32Array<ArrayBuffer>
    if (buffer !== (given[name]!.data as Float32Array).buffer) buffer.transfer(0)
  }
}

function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Warnings about initializers that fusion has made superfluous are of no use to anyone.
    logSeverityLevel: 3,
  }
}

/** Tensors over the given memory; the runtime reads and writes it in place. */
function tensors(side: ReturnType<typeof layOut>['inputs']): Record<string, Tensor> {
  return Object.fromEntries(
    side.map(({ name, value, data }) => [name, new Tensor('float32', data, value.shape)]),
  )
}

export interface ModelArray {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** An ONNX model made anywhere. */
export interface Model {
  /** Sizes that are left open are given by name or as -1. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[]
  readonly outputs: readonly { readonly name: string }[]
  /** Integer results come back as floats. */
  run(feeds: Readonly<Record<string, ModelArray>>): Promise<Record<string, ModelArray>>
  release(): Promise<void>
}

export async function openModel(bytes: Uint8Array): Promise<Model> {
  const session = await InferenceSession.create(bytes, sessionOptions(1))
  return {
    inputs: session.inputMetadata.map((input) => ({
      name: input.name,
      shape: input.isTensor ? input.shape : [],
    })),
    outputs: session.outputNames.map((name) => ({ name })),
    run: async (feeds) => {
      const given = Object.entries(feeds).map(([name, { data, dims }]) => [
        name,
        new Tensor('float32', data, dims),
      ])
      const results = await session.run(Object.fromEntries(given) as Record<string, Tensor>)
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [name, { data: toFloats(data), dims }]),
      )
    },
    release: () => session.release(),
  }
}

function toFloats(data: Tensor['data']): Float32Array {
  if (data instanceof Float32Array) return data
  return Float32Array.from(data as ArrayLike<number | bigint>, Number)
}
