/** Sizes of the axes, outermost first; [] is a scalar. */
export type Shape = readonly number[]

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** '[256, 40]' */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** The shape that both broadcast to by numpy's rules: aligned at the last axis, size 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new Error(`${what}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`)
    }
    shape.push(Math.max(left, right))
  }
  return shape
}

/** Turns -1 into the last axis and so on. */
export function normalAxis(axis: number, rank: number, what: string): number {
  const normal = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new Error(`${what}: axis ${axis} is outside a value of rank ${rank}`)
  }
  return normal
}
