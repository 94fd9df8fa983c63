/** How each primitive operation is written in ONNX operators (opset 15). */
import type { Op, Relation, Value } from '../graph.ts'
import { scalarConstant } from '../ops.ts'
import { dataType } from './schema.ts'
import type { OnnxWriter } from './writer.ts'

export interface Context {
  readonly writer: OnnxWriter
  /** The operands' tensor names. */
  readonly inputs: readonly string[]
  /** The result's tensor name. */
  readonly output: string
  /** The sizes to write into Reshape, and into Expand, where the batch size may be left open. */
  readonly reshapeTo: readonly number[]
  readonly expandTo: readonly number[]
  /** Only operators of the standard may be used, not those that ONNX Runtime has beyond it. */
  readonly standard: boolean
}

/** Near the largest float32. */
const LARGE = 3e38

type Lowering<K extends Op> = (value: Value<K>, context: Context) => void

const relations: Record<Relation, string> = {
  greater: 'Greater',
  greaterEqual: 'GreaterOrEqual',
  less: 'Less',
  lessEqual: 'LessOrEqual',
  equal: 'Equal',
}

export const lowerings: { readonly [K in Exclude<Op, 'input' | 'constant'>]: Lowering<K> } = {
  matmul: (value, { writer, inputs, output }) => {
    writer.node('Gemm', inputs, gemmAttributes(value), output)
  },
  add: plain('Add'),
  sub: plain('Sub'),
  mul: plain('Mul'),
  div: plain('Div'),
  minimum: plain('Min'),
  maximum: plain('Max'),
  relu: plain('Relu'),
  tanh: plain('Tanh'),
  sigmoid: plain('Sigmoid'),
  exp: plain('Exp'),
  log: plain('Log'),
  softplus: plain('Softplus'),
  sqrt: plain('Sqrt'),
  abs: plain('Abs'),
  sign: plain('Sign'),
  stopGradient: plain('Identity'),
  clip: ({ attributes: { low, high } }, { writer, inputs, output }) => {
    writer.node('Clip', [inputs[0]!, writer.scalar(low), writer.scalar(high)], {}, output)
  },
  compare: ({ attributes: { relation }, inputs: [, b] }, { writer, inputs, output }) => {
    if (relation === 'greater' && scalarConstant(b!) === 0) {
      // clip(alpha x, 0, 1): one vectorised pass instead of a comparison and a cast, exact down to 1 / alpha.
      const attributes = { alpha: { float: LARGE }, beta: { float: 0 } }
      writer.node('HardSigmoid', [inputs[0]!], attributes, output)
      return
    }
    const truth = writer.node(relations[relation], inputs)
    writer.node('Cast', [truth], { to: dataType.float }, output)
  },
  random: ({ attributes: { distribution } }, { writer, inputs, output }) => {
    writer.node(distribution === 'normal' ? 'RandomNormalLike' : 'RandomUniformLike', inputs, {}, output)
  },
  softmax: plain('Softmax'),
  logSoftmax: plain('LogSoftmax'),
  rmsNorm: ({ attributes: { epsilon }, inputs: [x] }, { writer, inputs, output, standard }) => {
    const axis = x!.shape.length - 1
    if (!standard) {
      // One pass of ONNX Runtime's own operator in place of four.
      const scale = writer.ones(x!.shape[axis]!)
      const attributes = { axis, epsilon: { float: epsilon } }
      writer.node('SimplifiedLayerNormalization', [inputs[0]!, scale], attributes, output)
      return
    }
    const squares = writer.node('Mul', [inputs[0]!, inputs[0]!])
    const mean = writer.node('ReduceMean', [squares], { axes: [axis], keepdims: 1 })
    const root = writer.node('Sqrt', [writer.node('Add', [mean, writer.scalar(epsilon)])])
    writer.node('Div', [inputs[0]!, root], {}, output)
  },
  sum: ({ attributes: { axes, keepDims }, inputs: [x] }, { writer, inputs, output }) => {
    if (x!.shape.length === 2 && axes.join() === '0' && !keepDims) {
      // Over rows, as every bias gradient is: a product with ones runs at five times the speed of ReduceSum.
      writer.node('MatMul', [writer.ones(x!.shape[0]!), inputs[0]!], {}, output)
      return
    }
    writer.node('ReduceSum', [inputs[0]!, writer.integers(axes)], { keepdims: Number(keepDims) }, output)
  },
  max: ({ attributes: { axis } }, { writer, inputs, output }) => {
    writer.node('ReduceMax', inputs, { axes: [axis], keepdims: 0 }, output)
  },
  argmax: ({ inputs: [x] }, { writer, inputs, output }) => {
    const index = writer.node('ArgMax', inputs, { axis: x!.shape.length - 1, keepdims: 0 })
    writer.node('Cast', [index], { to: dataType.float }, output)
  },
  reshape: (_, { writer, inputs, output, reshapeTo }) => {
    writer.node('Reshape', [inputs[0]!, writer.integers(reshapeTo)], {}, output)
  },
  broadcast: (_, { writer, inputs, output, expandTo }) => {
    writer.node('Expand', [inputs[0]!, writer.integers(expandTo)], {}, output)
  },
  transpose: ({ attributes: { permutation } }, { writer, inputs, output }) => {
    writer.node('Transpose', inputs, { perm: permutation }, output)
  },
  concat: ({ attributes: { axis } }, { writer, inputs, output }) => {
    writer.node('Concat', inputs, { axis }, output)
  },
  slice: ({ attributes: { axis, from, to } }, { writer, inputs, output }) => {
    const bounds = [[from], [to], [axis]].map((numbers) => writer.integers(numbers))
    writer.node('Slice', [inputs[0]!, ...bounds], {}, output)
  },
  pad: ({ attributes: { axis, before, after }, shape }, { writer, inputs, output }) => {
    const none = shape.map(() => 0)
    const pads = writer.integers([...none.with(axis, before), ...none.with(axis, after)])
    writer.node('Pad', [inputs[0]!, pads], {}, output)
  },
  convolution: ({ attributes: { stride, padding } }, { writer, inputs, output }) => {
    writer.node('Conv', inputs, { strides: twice(stride), pads: fourTimes(padding) }, output)
  },
  convolutionInput: ({ attributes: { stride, padding }, inputs: [dy, w], shape }, context) => {
    // Rows and columns that the stride did not reach get no cotangent, but must be there.
    const left = [2, 3].map(
      (axis) => shape[axis]! - ((dy!.shape[axis]! - 1) * stride + w!.shape[axis]! - 2 * padding),
    )
    const attributes = { strides: twice(stride), pads: fourTimes(padding), output_padding: left }
    context.writer.node('ConvTranspose', context.inputs, attributes, context.output)
  },
  convolutionWeight: ({ attributes: { stride, padding }, shape }, { writer, inputs, output }) => {
    // With batch and channels swapped the cotangent is itself a kernel, spread by the stride.
    const [x, dy] = inputs.map((input) => writer.node('Transpose', [input], { perm: [1, 0, 2, 3] }))
    const attributes = { dilations: twice(stride), pads: fourTimes(padding) }
    const swapped = writer.node('Conv', [x!, dy!], attributes)
    const bounds = [[0, 0], shape.slice(2), [2, 3]].map((numbers) => writer.integers(numbers))
    const cropped = writer.node('Slice', [swapped, ...bounds])
    writer.node('Transpose', [cropped], { perm: [1, 0, 2, 3] }, output)
  },
}

export function gemmAttributes(value: Value<'matmul'>): Record<string, number> {
  const { transposeA, transposeB } = value.attributes
  return { ...(transposeA && { transA: 1 }), ...(transposeB && { transB: 1 }) }
}

function plain(opType: string): (value: Value, context: Context) => void {
  return (_, { writer, inputs, output }) => {
    writer.node(opType, inputs, {}, output)
  }
}

function twice(size: number): number[] {
  return [size, size]
}

function fourTimes(size: number): number[] {
  return [size, size, size, size]
}
