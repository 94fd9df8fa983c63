/** Arrays as lists within one another, for formats that keep shapes so. */
import { shapeSize } from '../../../envs/environment.ts'

interface Values<T> {
  slice(from: number, to: number): T
}

/** @param values  in row-major order; those of one axis, or of none, are returned as they are */
export function nested<T extends Values<T>>(values: T, shape: readonly number[]): unknown {
  if (shape.length <= 1) return values
  const inner = shape.slice(1)
  const size = shapeSize(inner)
  return Array.from({ length: shape[0]! }, (_, i) => nested(values.slice(i * size, (i + 1) * size), inner))
}
