/** The numeric engine: graphs of float32 tensors, their derivatives, two runtimes, weights and optimizers. */
export { Adam, type AdamOptions, type AdamStep } from './adam.ts'
export { gradients } from './gradients.ts'
export { Graph, type Value } from './graph.ts'
export type { Initializer } from './initializers.ts'
export * as initializers from './initializers.ts'
export { type ExportOptions, exportOnnx } from './onnx.ts'
export * from './ops.ts'
export { allocateParameters, Parameters, type SavedParameters } from './parameters.ts'
export { polyak } from './polyak.ts'
export {
  type CompileSpec,
  type Program,
  type Runtime,
  type RuntimeName,
  runtimeNames,
} from './runtime.ts'
export { loadRuntime } from './runtimes/index.ts'
export { formatShape, type Shape, sizeOf } from './shape.ts'
