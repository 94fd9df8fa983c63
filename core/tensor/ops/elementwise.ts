/** Elementwise operations. Two operands broadcast by numpy's rules, and one of them may be a plain number. */
import { isOp, type Op, type Relation, type Value } from '../graph.ts'
import { broadcastShapes, type Shape, sameShape, sizeOf } from '../shape.ts'
import { broadcastTo } from './layout.ts'

export type Operand = Value | number

type Binary = 'add' | 'sub' | 'mul' | 'div' | 'minimum' | 'maximum'

const fold: Record<Binary, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  minimum: Math.min,
  maximum: Math.max,
}

export function add(a: Operand, b: Operand): Value {
  const [x, y] = operands(a, b)
  return neutral(y, 0, x) ?? neutral(x, 0, y) ?? binary('add', x, y)
}

/** The sum of one or more values. */
export function addAll(values: readonly Value[]): Value {
  return values.reduce((all, value) => add(all, value))
}

export function sub(a: Operand, b: Operand): Value {
  const [x, y] = operands(a, b)
  return neutral(y, 0, x) ?? binary('sub', x, y)
}

export function mul(a: Operand, b: Operand): Value {
  const [x, y] = operands(a, b)
  const one = neutral(y, 1, x) ?? neutral(x, 1, y)
  if (one !== undefined) return one
  const [factor, rest] = scalarConstant(x) === undefined ? [scalarConstant(y), x] : [scalarConstant(x), y]
  if (factor === 0) return broadcastTo(x.graph.constant(0), broadcastShapes(x.shape, y.shape, 'mul'))
  // Chains of scalar factors, which means and chain rules leave behind, become one.
  if (factor !== undefined && isOp(rest, 'mul')) {
    const inner = scalarConstant(rest.inputs[1]!)
    if (inner !== undefined) return mul(rest.inputs[0]!, inner * factor)
  }
  // The constant stands second, so that the rule above finds it.
  return scalarConstant(x) === undefined ? binary('mul', x, y) : binary('mul', y, x)
}

export function div(a: Operand, b: Operand): Value {
  const [x, y] = operands(a, b)
  return neutral(y, 1, x) ?? binary('div', x, y)
}

export function minimum(a: Operand, b: Operand): Value {
  return binary('minimum', ...operands(a, b))
}

export function maximum(a: Operand, b: Operand): Value {
  return binary('maximum', ...operands(a, b))
}

const elementwise: Record<Binary, (a: Value, b: Value) => Value> = { add, sub, mul, div, minimum, maximum }

export function neg(x: Value): Value {
  return mul(x, -1)
}

export function square(x: Value): Value {
  return mul(x, x)
}

/** max(x, 0); the derivative at 0 is 0. */
export const relu = unary('relu')
export const tanh = unary('tanh')
export const sigmoid = unary('sigmoid')
export const exp = unary('exp')
export const log = unary('log')
/** log(1 + e^x), without overflow. */
export const softplus = unary('softplus')
export const sqrt = unary('sqrt')
/** The derivative at 0 is 0. */
export const abs = unary('abs')
/** -1, 0 or 1; carries no gradient. */
export const sign = unary('sign')
/** The value itself, through which no gradient flows. */
export const stopGradient = unary('stopGradient')

/** x * sigmoid(x) (Ramachandran et al. 2017), ML-Agents' activation. */
export function swish(x: Value): Value {
  return mul(x, sigmoid(x))
}

/** Limits to [low, high]; the gradient passes where low <= x <= high. */
export function clip(x: Value, low: number, high: number): Value {
  if (!(low <= high)) throw new Error(`clip: ${low} is not below ${high}`)
  return x.graph.apply('clip', [x], x.shape, { low, high })
}

/** 1 where a > b, else 0; carries no gradient, as all comparisons. */
export function greater(a: Operand, b: Operand): Value {
  return compare('greater', a, b)
}

export function greaterEqual(a: Operand, b: Operand): Value {
  return compare('greaterEqual', a, b)
}

export function less(a: Operand, b: Operand): Value {
  return compare('less', a, b)
}

export function lessEqual(a: Operand, b: Operand): Value {
  return compare('lessEqual', a, b)
}

export function equal(a: Operand, b: Operand): Value {
  return compare('equal', a, b)
}

/** The number that a constant holds in all places, when it has one element. */
export function scalarConstant(value: Value): number | undefined {
  return isOp(value, 'constant') && value.attributes.data.length === 1 ? value.attributes.data[0] : undefined
}

function compare(relation: Relation, a: Operand, b: Operand): Value {
  const [x, y] = operands(a, b)
  return x.graph.apply('compare', [x, y], broadcastShapes(x.shape, y.shape, relation), { relation })
}

function unary(
  op: Extract<
    Op,
    'relu' | 'tanh' | 'sigmoid' | 'exp' | 'log' | 'softplus' | 'sqrt' | 'abs' | 'sign' | 'stopGradient'
  >,
): (x: Value) => Value {
  return (x) => x.graph.apply(op, [x], x.shape, {})
}

function binary(op: Binary, x: Value, y: Value): Value {
  const shape = broadcastShapes(x.shape, y.shape, op)
  const [a, b] = [scalarConstant(x), scalarConstant(y)]
  if (a !== undefined && b !== undefined) return x.graph.constant(fold[op](a, b), shape)
  // What is equal along an axis is worked out once and stretched afterwards.
  const [left, right] = [narrow(x), narrow(y)]
  const narrowShape = broadcastShapes(left.shape, right.shape, op)
  if (!sameShape(narrowShape, shape) && sizeOf(narrowShape) < sizeOf(shape)) {
    return broadcastTo(elementwise[op](left, right), shape)
  }
  return x.graph.apply(op, [unstretched(x, y, shape), unstretched(y, x, shape)], shape, {})
}

function narrow(value: Value): Value {
  return isOp(value, 'broadcast') ? value.inputs[0]! : value
}

/** An operation broadcasts by itself, so a stretched operand is not worth materialising beside a full one. */
function unstretched(value: Value, other: Value, shape: Shape): Value {
  return sameShape(other.shape, shape) ? narrow(value) : value
}

/** `x` when `value` is the constant `neutral` and does not widen the shape. */
function neutral(value: Value, number: number, x: Value): Value | undefined {
  if (scalarConstant(narrow(value)) !== number) return undefined
  return sameShape(broadcastShapes(value.shape, x.shape, 'operand'), x.shape) ? x : undefined
}

function operands(a: Operand, b: Operand): [Value, Value] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? a.graph.constant(b) : b]
  if (typeof b !== 'number') return [b.graph.constant(a), b]
  throw new Error('one of the two operands must be a value of a graph')
}
