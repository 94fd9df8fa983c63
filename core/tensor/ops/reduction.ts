/** Operations along axes. */
import type { Value } from '../graph.ts'
import { normalAxis, sizeOf } from '../shape.ts'
import { add, div, equal, mul, sqrt, square, sub } from './elementwise.ts'
import { reshape } from './layout.ts'

export interface ReductionOptions {
  /** Leaves the reduced axes in place with size 1. */
  readonly keepDims?: boolean
}

/** The sum over the given axes, over all of them when none are given. */
export function sum(x: Value, axes?: number | readonly number[], options: ReductionOptions = {}): Value {
  const rank = x.shape.length
  const given = axes === undefined ? x.shape.map((_, axis) => axis) : typeof axes === 'number' ? [axes] : axes
  const over = [...new Set(given.map((axis) => normalAxis(axis, rank, 'sum')))].sort((a, b) => a - b)
  if (over.length === 0) return x
  const keepDims = options.keepDims ?? false
  const shape = keepDims
    ? x.shape.map((size, axis) => (over.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !over.includes(axis))
  if (over.every((axis) => x.shape[axis] === 1)) return reshape(x, shape)
  const leading = over.length
  if (leading > 1 && leading < rank && over.every((axis, i) => axis === i)) {
    // Several leading axes are one: engines are at their best with rows.
    const rest = x.shape.slice(leading)
    const rows = reshape(x, [sizeOf(x.shape) / sizeOf(rest), sizeOf(rest)])
    return reshape(sum(rows, 0), shape)
  }
  return x.graph.apply('sum', [x], shape, { axes: over, keepDims })
}

/** The mean over the given axes, over all of them when none are given. */
export function mean(x: Value, axes?: number | readonly number[], options: ReductionOptions = {}): Value {
  const total = sum(x, axes, options)
  return mul(total, sizeOf(total.shape) / sizeOf(x.shape))
}

/** The largest value along an axis, which disappears. Where several are equal the gradient is shared among them. */
export function max(x: Value, axis: number): Value {
  const at = normalAxis(axis, x.shape.length, 'max')
  return x.graph.apply('max', [x], x.shape.toSpliced(at, 1), { axis: at })
}

/** Index of the (first) largest value along the last axis, as a float; carries no gradient. */
export function argmax(x: Value): Value {
  normalAxis(-1, x.shape.length, 'argmax')
  return x.graph.apply('argmax', [x], x.shape.slice(0, -1), {})
}

/** Over the last axis. */
export function softmax(x: Value): Value {
  normalAxis(-1, x.shape.length, 'softmax')
  return x.graph.apply('softmax', [x], x.shape, {})
}

/** log(softmax(x)) over the last axis, without underflow. */
export function logSoftmax(x: Value): Value {
  normalAxis(-1, x.shape.length, 'logSoftmax')
  return x.graph.apply('logSoftmax', [x], x.shape, {})
}

/** indices [B] whole numbers -> [B, depth], 1 at the index and 0 elsewhere; carries no gradient. */
export function oneHot(indices: Value, depth: number): Value {
  const classes = indices.graph.constant(Array.from({ length: depth }, (_, i) => i))
  return equal(reshape(indices, [...indices.shape, 1]), classes)
}

/**
 * x / sqrt(mean(x^2) + epsilon) over the last axis (Zhang and Sennrich 2019, arXiv:1910.07467, without gain): layer
 * normalisation of rows whose mean is 0.
 */
export function rmsNorm(x: Value, epsilon = 1e-5): Value {
  normalAxis(-1, x.shape.length, 'rmsNorm')
  return x.graph.apply('rmsNorm', [x], x.shape, { epsilon })
}

/** Layer normalisation (Ba et al. 2016) over the last axis. x [..., F], scale [F], bias [F]. */
export function layerNorm(x: Value, scale: Value, bias: Value, epsilon = 1e-5): Value {
  const centred = sub(x, mean(x, -1, { keepDims: true }))
  const variance = mean(square(centred), -1, { keepDims: true })
  return add(mul(div(centred, sqrt(add(variance, epsilon))), scale), bias)
}
