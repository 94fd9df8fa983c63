/** Small ONNX policies under whatever names a test wants. */
import { exportOnnx, Graph, matmul, type Value } from '../../core/tensor/index.ts'

export interface ModelOptions {
  /** Inputs by name with the shape of one row. */
  readonly inputs: Readonly<Record<string, readonly number[]>>
  /** Rows; left open when absent. */
  readonly rows?: number
  /** Outputs that are whole numbers. */
  readonly integers?: readonly string[]
}

const BATCH = 7919

/** @param outputs  from the inputs, each [batch, ...] */
export function model(
  { inputs, rows, integers = [] }: ModelOptions,
  outputs: (inputs: Value[], graph: Graph) => Record<string, Value>,
): Uint8Array {
  const graph = new Graph()
  const leading = rows ?? BATCH
  const given = Object.entries(inputs).map(([name, shape]) => graph.input(name, [leading, ...shape]))
  return exportOnnx(outputs(given, graph), {
    ...(rows === undefined ? { dynamicBatch: BATCH } : {}),
    intOutputs: integers,
  })
}

/** Weights such that each of `inputs` numbers favours the output that `favours` says. */
export function favouring(
  graph: Graph,
  x: Value,
  inputs: number,
  outputs: number,
  favours: (input: number) => number,
): Value {
  const weights = new Float32Array(inputs * outputs)
  for (let i = 0; i < inputs; i++) weights[i * outputs + favours(i)] = 1
  return matmul(x, graph.constant(weights, [inputs, outputs]))
}
