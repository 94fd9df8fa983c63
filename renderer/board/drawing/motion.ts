/** Between two steps: shapes of one id are one thing, which moves; what is new fades in, and what has gone grows and fades. */
import type { DrawnShape } from '../../../core/studio/protocol.ts'

const GROWN = 1.6

/** @param share  0 to 1 of the way, on which 1 is the drawing at rest */
export function between(
  before: readonly DrawnShape[],
  after: readonly DrawnShape[],
  share: number,
): readonly DrawnShape[] {
  if (share >= 1) return after
  const was = new Map(before.map((shape) => [shape.id, shape]))
  was.delete(undefined)
  const is = new Set(after.map(({ id }) => id))
  const leaving = before.filter(({ id }) => id !== undefined && !is.has(id))
  return [
    ...leaving.map((shape) => faded(grown(shape, share), 1 - share)),
    ...after.map((shape) => {
      if (shape.id === undefined) return shape
      const from = was.get(shape.id)
      if (from === undefined) return faded(shape, share)
      return from.shape === shape.shape ? moved(from, shape, share) : shape
    }),
  ]
}

/** Numbers and points in between, all else as it is afterwards. */
function moved(from: DrawnShape, to: DrawnShape, share: number): DrawnShape {
  const mixed: Record<string, unknown> = { ...to }
  const old = from as unknown as Record<string, unknown>
  for (const [name, value] of Object.entries(to)) {
    const start = old[name]
    if (typeof value === 'number' && typeof start === 'number') mixed[name] = mix(start, value, share)
  }
  if ('points' in from && 'points' in to && from.points.length === to.points.length) {
    mixed.points = to.points.map(([x, y], i) => [
      mix(from.points[i]![0], x, share),
      mix(from.points[i]![1], y, share),
    ])
  }
  const isMoving = 'x' in from && 'x' in to && (from.x !== to.x || from.y !== to.y)
  if (to.hop !== undefined && isMoving) mixed.y = (mixed.y as number) - to.hop * Math.sin(share * Math.PI)
  return mixed as DrawnShape
}

function faded(shape: DrawnShape, opacity: number): DrawnShape {
  return { ...shape, opacity: (shape.opacity ?? 1) * opacity }
}

/** Around its middle. */
function grown(shape: DrawnShape, share: number): DrawnShape {
  const factor = mix(1, GROWN, share)
  if (shape.shape === 'circle' || shape.shape === 'arc') return { ...shape, radius: shape.radius * factor }
  if (shape.shape !== 'rectangle' && shape.shape !== 'picture') return shape
  const [width, height] = [shape.width * factor, shape.height * factor]
  return {
    ...shape,
    width,
    height,
    x: shape.x - (width - shape.width) / 2,
    y: shape.y - (height - shape.height) / 2,
  }
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}
