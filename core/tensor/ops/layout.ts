/** Operations that move numbers without changing them. */
import { isOp, type Value } from '../graph.ts'
import { broadcastShapes, formatShape, normalAxis, type Shape, sameShape, sizeOf } from '../shape.ts'

/** The same numbers under another shape. */
export function reshape(x: Value, shape: Shape): Value {
  if (sizeOf(shape) !== sizeOf(x.shape)) {
    throw new Error(`reshape: ${formatShape(x.shape)} does not fit into ${formatShape(shape)}`)
  }
  if (sameShape(shape, x.shape)) return x
  if (isOp(x, 'reshape')) return reshape(x.inputs[0]!, shape)
  if (isOp(x, 'constant')) return x.graph.constant(x.attributes.data, shape)
  return x.graph.apply('reshape', [x], shape, {})
}

/** Repeats x along new or size 1 axes. */
export function broadcastTo(x: Value, shape: Shape): Value {
  if (sameShape(shape, x.shape)) return x
  if (!sameShape(broadcastShapes(x.shape, shape, 'broadcastTo'), shape)) {
    throw new Error(`broadcastTo: ${formatShape(x.shape)} does not stretch to ${formatShape(shape)}`)
  }
  return x.graph.apply('broadcast', [isOp(x, 'broadcast') ? x.inputs[0]! : x], shape, {})
}

/** Axis i of the result is axis permutation[i] of x. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  const axes = [...permutation].sort((a, b) => a - b)
  if (axes.length !== x.shape.length || axes.some((axis, i) => axis !== i)) {
    throw new Error(`transpose: [${permutation}] does not permute the axes of ${formatShape(x.shape)}`)
  }
  if (permutation.every((axis, i) => axis === i)) return x
  if (isOp(x, 'transpose')) {
    const inner = x.attributes.permutation
    return transpose(
      x.inputs[0]!,
      permutation.map((axis) => inner[axis]!),
    )
  }
  const shape = permutation.map((axis) => x.shape[axis]!)
  return x.graph.apply('transpose', [x], shape, { permutation: [...permutation] })
}

/** Joins values one behind the other along an axis; all other axes must agree. */
export function concat(values: readonly Value[], axis: number): Value {
  const first = values[0]
  if (first === undefined) throw new Error('concat: nothing to join')
  if (values.length === 1) return first
  const at = normalAxis(axis, first.shape.length, 'concat')
  for (const value of values) {
    if (!sameShape(value.shape.with(at, 1), first.shape.with(at, 1))) {
      throw new Error(
        `concat: ${formatShape(first.shape)} and ${formatShape(value.shape)} differ beside axis ${at}`,
      )
    }
  }
  const total = values.reduce((sum, value) => sum + value.shape[at]!, 0)
  return first.graph.apply('concat', values, first.shape.with(at, total), { axis: at })
}

/** Positions from..to-1 along an axis. */
export function slice(x: Value, axis: number, from: number, to: number): Value {
  const at = normalAxis(axis, x.shape.length, 'slice')
  const size = x.shape[at]!
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= size)) {
    throw new Error(`slice: ${from} to ${to} is not inside axis ${at} of ${formatShape(x.shape)}`)
  }
  if (from === 0 && to === size) return x
  return x.graph.apply('slice', [x], x.shape.with(at, to - from), { axis: at, from, to })
}

/** Zeros before and after x along an axis; the adjoint of `slice`. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  const at = normalAxis(axis, x.shape.length, 'pad')
  if (before === 0 && after === 0) return x
  return x.graph.apply('pad', [x], x.shape.with(at, x.shape[at]! + before + after), {
    axis: at,
    before,
    after,
  })
}
