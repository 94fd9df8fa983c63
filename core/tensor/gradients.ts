import { ancestors, type Value } from './graph.ts'
import { add, broadcastTo } from './ops.ts'
import { type Rule, rules } from './rules.ts'
import { formatShape } from './shape.ts'

/**
 * Reverse-mode differentiation: dy/dx for each x, as values of the same graph, which can be differentiated again.
 * @param y   scalar, shape []
 * @param xs  any values of the same graph; one that `y` does not depend on has gradient zero
 */
export function gradients(y: Value, xs: readonly Value[]): Value[] {
  if (y.shape.length !== 0) {
    throw new Error(`gradients: only a scalar can be differentiated, not ${formatShape(y.shape)}`)
  }
  const order = ancestors([y])
  const dependent = new Set<Value>(xs)
  for (const value of order) {
    if (rules[value.op] !== null && value.inputs.some((input) => dependent.has(input))) dependent.add(value)
  }

  const cotangents = new Map<Value, Value>([[y, y.graph.constant(1)]])
  for (const value of order.reverse()) {
    const dy = cotangents.get(value)
    if (dy === undefined || !dependent.has(value)) continue
    const parts = (rules[value.op] as Rule | null)?.(value, dy) ?? []
    for (const [i, part] of parts.entries()) {
      const input = value.inputs[i]!
      if (!dependent.has(input)) continue
      const before = cotangents.get(input)
      cotangents.set(input, before === undefined ? part() : add(before, part()))
    }
  }
  return xs.map((x) => cotangents.get(x) ?? broadcastTo(x.graph.constant(0), x.shape))
}
