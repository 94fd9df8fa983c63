/**
 * One vector-Jacobian rule per primitive operation: given y = op(inputs) and the cotangent dy, one function per input
 * that builds the input's cotangent. The rules use differentiable operations only, so that gradients can be
 * differentiated again.
 */
import type { Op, Value } from './graph.ts'
import * as ops from './ops.ts'
import { type Shape, sameShape } from './shape.ts'

const { div, exp, mul, neg, sub } = ops

export type Rule<K extends Op = Op> = (y: Value<K>, dy: Value) => (() => Value)[]

/** `null`: no gradient flows through the operation. */
export const rules: { readonly [K in Op]: Rule<K> | null } = {
  input: null,
  constant: null,
  sign: null,
  compare: null,
  stopGradient: null,
  random: null,
  argmax: null,

  matmul: (y, dy) => {
    const [a, b] = two(y)
    const { transposeA: ta, transposeB: tb } = y.attributes
    return [
      () =>
        ta ? ops.matmul(b, dy, { transposeA: tb, transposeB: true }) : ops.matmul(dy, b, { transposeB: !tb }),
      () =>
        tb ? ops.matmul(dy, a, { transposeA: true, transposeB: ta }) : ops.matmul(a, dy, { transposeA: !ta }),
    ]
  },

  add: (y, dy) => y.inputs.map((x) => () => reduceTo(dy, x.shape)),
  sub: (y, dy) => {
    const [a, b] = two(y)
    return [() => reduceTo(dy, a.shape), () => neg(reduceTo(dy, b.shape))]
  },
  mul: (y, dy) => {
    const [a, b] = two(y)
    // A square: doubling the cotangent, which is often narrow, is cheaper than adding two equal halves.
    if (a === b) return [() => mul(mul(dy, 2), a)]
    return [() => reduceTo(mul(dy, b), a.shape), () => reduceTo(mul(dy, a), b.shape)]
  },
  div: (y, dy) => {
    const [a, b] = two(y)
    return [() => reduceTo(div(dy, b), a.shape), () => reduceTo(neg(mul(dy, div(y, b))), b.shape)]
  },
  minimum: (y, dy) => {
    const [a, b] = two(y)
    return [
      () => reduceTo(mul(dy, ops.lessEqual(a, b)), a.shape),
      () => reduceTo(mul(dy, ops.greater(a, b)), b.shape),
    ]
  },
  maximum: (y, dy) => {
    const [a, b] = two(y)
    return [
      () => reduceTo(mul(dy, ops.greaterEqual(a, b)), a.shape),
      () => reduceTo(mul(dy, ops.less(a, b)), b.shape),
    ]
  },

  // By the result, not the argument, which then need not be kept.
  relu: (y, dy) => [() => mul(dy, ops.greater(y, 0))],
  tanh: (y, dy) => [() => mul(dy, sub(1, mul(y, y)))],
  sigmoid: (y, dy) => [() => mul(dy, mul(y, sub(1, y)))],
  exp: (y, dy) => [() => mul(dy, y)],
  log: (y, dy) => [() => div(dy, one(y))],
  softplus: (y, dy) => [() => mul(dy, ops.sigmoid(one(y)))],
  sqrt: (y, dy) => [() => div(mul(dy, 0.5), y)],
  abs: (y, dy) => [() => mul(dy, ops.sign(one(y)))],
  clip: (y, dy) => {
    const { low, high } = y.attributes
    const inside = (): Value => mul(ops.greaterEqual(one(y), low), ops.lessEqual(one(y), high))
    return [() => mul(dy, inside())]
  },

  softmax: (y, dy) => [() => mul(y, sub(dy, ops.sum(mul(dy, y), -1, { keepDims: true })))],
  logSoftmax: (y, dy) => [() => sub(dy, mul(exp(y), ops.sum(dy, -1, { keepDims: true })))],
  rmsNorm: (y, dy) => [
    () => {
      const x = one(y)
      const kept = { keepDims: true }
      const scale = div(1, ops.sqrt(ops.add(ops.mean(ops.square(x), -1, kept), y.attributes.epsilon)))
      return mul(sub(dy, mul(y, ops.mean(mul(dy, y), -1, kept))), scale)
    },
  ],
  sum: (y, dy) => [() => ops.broadcastTo(keptDims(y, dy, y.attributes.axes), one(y).shape)],
  max: (y, dy) => [
    () => {
      const { axis } = y.attributes
      const ties = ops.greaterEqual(one(y), keptDims(y, y, [axis]))
      return mul(div(ties, ops.sum(ties, axis, { keepDims: true })), keptDims(y, dy, [axis]))
    },
  ],

  reshape: (y, dy) => [() => ops.reshape(dy, one(y).shape)],
  broadcast: (y, dy) => [() => reduceTo(dy, one(y).shape)],
  transpose: (y, dy) => {
    const { permutation } = y.attributes
    return [
      () =>
        ops.transpose(
          dy,
          permutation.map((_, axis) => permutation.indexOf(axis)),
        ),
    ]
  },
  concat: (y, dy) => {
    const { axis } = y.attributes
    let end = 0
    return y.inputs.map((x) => {
      const from = end
      end += x.shape[axis]!
      return () => ops.slice(dy, axis, from, from + x.shape[axis]!)
    })
  },
  slice: (y, dy) => {
    const { axis, from, to } = y.attributes
    return [() => ops.pad(dy, axis, from, one(y).shape[axis]! - to)]
  },
  pad: (y, dy) => {
    const { axis, before } = y.attributes
    return [() => ops.slice(dy, axis, before, before + one(y).shape[axis]!)]
  },

  convolution: (y, dy) => {
    const [x, w] = two(y)
    return [
      () => ops.conv2dInput(dy, w, x.shape, y.attributes),
      () => ops.conv2dWeight(x, dy, w.shape, y.attributes),
    ]
  },
  convolutionInput: (y, dy) => {
    const [cotangent, w] = two(y)
    return [
      () => ops.conv2d(dy, w, y.attributes),
      () => ops.conv2dWeight(dy, cotangent, w.shape, y.attributes),
    ]
  },
  convolutionWeight: (y, dy) => {
    const [x, cotangent] = two(y)
    return [
      () => ops.conv2dInput(cotangent, dy, x.shape, y.attributes),
      () => ops.conv2d(x, dy, y.attributes),
    ]
  },
}

/** Sums over the axes along which `shape` was stretched. */
function reduceTo(dy: Value, shape: Shape): Value {
  if (sameShape(dy.shape, shape)) return dy
  const added = dy.shape.length - shape.length
  const stretched = dy.shape.flatMap((size, axis) =>
    axis < added || (shape[axis - added] === 1 && size !== 1) ? [axis] : [],
  )
  return ops.reshape(ops.sum(dy, stretched), shape)
}

/** A reduced value with the axes that `y` reduced put back at size 1. */
function keptDims(y: Value, reduced: Value, axes: readonly number[]): Value {
  if (reduced.shape.length === 0) return reduced
  return ops.reshape(
    reduced,
    one(y).shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  )
}

function one(y: Value): Value {
  return y.inputs[0]!
}

function two(y: Value): [Value, Value] {
  return [y.inputs[0]!, y.inputs[1]!]
}
