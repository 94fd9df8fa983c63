/** The default engine: one ONNX graph per program, run by ONNX Runtime on preallocated memory. */
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { exportOnnx } from '../onnx.ts'
import { arrays, type CompileSpec, layOut, type Program, type Runtime } from '../runtime.ts'
import { onnxRuntime, onnxRuntimeVersion } from './onnxruntime-package.ts'

export function onnxruntime(): Runtime {
  return { name: 'onnxruntime', description: `onnxruntime-node ${onnxRuntimeVersion()}`, compile }
}

async function compile(spec: CompileSpec): Promise<Program> {
  const layout = layOut(spec)
  const model = exportOnnx(spec.outputs, { extensions: true })
  const session = await onnxRuntime().InferenceSession.create(model, sessionOptions(spec.threads ?? 1))
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
 * reuse the same pages; left to the garbage collector, they cost 3% of a training step.
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
  const { Tensor } = onnxRuntime()
  return Object.fromEntries(
    side.map(({ name, value, data }) => [name, new Tensor('float32', data, value.shape)]),
  )
}

export interface ModelArray {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

export interface ModelValue {
  readonly name: string
  /** 'float32', 'int64', ...; 'none' for what is no tensor. */
  readonly type: string
  /** Sizes that are left open are given by name or as -1; empty where the file does not say. */
  readonly shape: readonly (number | string)[]
}

/** An ONNX model made anywhere. */
export interface Model {
  readonly inputs: readonly ModelValue[]
  readonly outputs: readonly ModelValue[]
  /**
   * Inputs are given as floats and become what the model takes, integers among its results come back as floats.
   * @param fetch  outputs that are wanted; all when absent
   */
  run(
    feeds: Readonly<Record<string, ModelArray>>,
    fetch?: readonly string[],
  ): Promise<Record<string, ModelArray>>
  release(): Promise<void>
}

export async function openModel(bytes: Uint8Array): Promise<Model> {
  const session = await onnxRuntime().InferenceSession.create(bytes, sessionOptions(1))
  const inputs = session.inputMetadata.map(toValue)
  const types = new Map(inputs.map(({ name, type }) => [name, type]))
  return {
    inputs,
    outputs: session.outputMetadata.map(toValue),
    run: async (feeds, fetch) => {
      const given = Object.fromEntries(
        Object.entries(feeds).map(([name, array]) => [name, toTensor(types.get(name), array)]),
      )
      const results = await (fetch === undefined ? session.run(given) : session.run(given, fetch))
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [name, { data: toFloats(data), dims }]),
      )
    },
    release: () => session.release(),
  }
}

function toValue(value: InferenceSession.ValueMetadata): ModelValue {
  if (!value.isTensor) return { name: value.name, type: 'none', shape: [] }
  return { name: value.name, type: value.type, shape: value.shape }
}

function toTensor(type: string | undefined, { data, dims }: ModelArray): Tensor {
  const { Tensor } = onnxRuntime()
  if (type === 'float64') return new Tensor('float64', Float64Array.from(data), dims)
  return new Tensor('float32', data, dims)
}

function toFloats(data: Tensor['data']): Float32Array {
  if (data instanceof Float32Array) return data
  return Float32Array.from(data as ArrayLike<number | bigint>, Number)
}
