import { isOp, type Value } from '../graph.ts'
import { formatShape } from '../shape.ts'
import { reshape } from './layout.ts'

export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/**
 * The matrix product. a [M, K] (or [K, M] with transposeA), b [K, N] (or [N, K] with transposeB) -> [M, N].
 * A rank 3 `a` [B, E, K] is multiplied row by row: [B, E, N].
 */
export function matmul(a: Value, b: Value, options: MatmulOptions = {}): Value {
  let { transposeA = false, transposeB = false } = options
  if (a.shape.length === 3 && b.shape.length === 2 && !transposeA) {
    const [batch, entities, features] = a.shape as [number, number, number]
    const rows = matmul(reshape(a, [batch * entities, features]), b, { transposeB })
    return reshape(rows, [batch, entities, rows.shape[1]!])
  }
  const described = (value: Value, transposed: boolean): string =>
    `${formatShape(value.shape)}${transposed ? ' transposed' : ''}`
  const [rows, inner] = transposeA ? [a.shape[1], a.shape[0]] : a.shape
  const [innerB, columns] = transposeB ? [b.shape[1], b.shape[0]] : b.shape
  if (a.shape.length !== 2 || b.shape.length !== 2 || inner !== innerB) {
    throw new Error(`matmul: ${described(a, transposeA)} and ${described(b, transposeB)} do not multiply`)
  }
  let [left, right] = [a, b]
  if (isOp(left, 'transpose')) {
    left = left.inputs[0]!
    transposeA = !transposeA
  }
  if (isOp(right, 'transpose')) {
    right = right.inputs[0]!
    transposeB = !transposeB
  }
  return a.graph.apply('matmul', [left, right], [rows!, columns!], { transposeA, transposeB })
}
