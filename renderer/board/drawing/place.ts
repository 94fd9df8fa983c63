/** Where a drawing lies on its canvas, and what lies at a point of it. */
import type { DrawingScene, DrawnShape } from '../../../core/studio/protocol.ts'

/** Boards narrower or wider than that leave room beside the drawing. */
const ASPECTS = { least: 0.5, most: 4 }
/** Units around a line that count as on it, as a share of the board's height. */
const NEAR = 0.02

type Size = Pick<DrawingScene, 'width' | 'height'>

export function aspectOf({ width, height }: Size): number {
  return Math.min(ASPECTS.most, Math.max(ASPECTS.least, width / height))
}

/** @returns pixels a unit, and where the drawing's corner lies */
export function placed(board: Size, { width, height }: Size): { scale: number; left: number; top: number } {
  const scale = Math.min(width / board.width, height / board.height)
  return { scale, left: (width - board.width * scale) / 2, top: (height - board.height * scale) / 2 }
}

/**
 * The topmost shape with an action there.
 * @param x, y  0 to 1 of a canvas of the drawing's aspect
 */
export function shapeAt(scene: DrawingScene, x: number, y: number): DrawnShape | undefined {
  const aspect = aspectOf(scene)
  const { scale, left, top } = placed(scene, { width: aspect, height: 1 })
  const point = [(x * aspect - left) / scale, (y - top) / scale] as const
  return scene.shapes.findLast((shape) => shape.action != null && covers(shape, point, NEAR * scene.height))
}

function covers(shape: DrawnShape, [x, y]: readonly [number, number], near: number): boolean {
  switch (shape.shape) {
    case 'circle':
    case 'arc':
      return Math.hypot(x - shape.x, y - shape.y) <= shape.radius
    case 'line':
      return shape.points.some(
        (to, i) => i > 0 && distance([x, y], shape.points[i - 1]!, to) <= near + (shape.lineWidth ?? 0) / 2,
      )
    case 'polygon':
      return isInside([x, y], shape.points)
    case 'text':
      return Math.abs(y - shape.y) <= shape.size / 2 && Math.abs(x - shape.x) <= textReach(shape)
    default:
      return x >= shape.x && y >= shape.y && x <= shape.x + shape.width && y <= shape.y + shape.height
  }
}

/** Letters are some half as wide as they are high. */
function textReach({ text, size }: Extract<DrawnShape, { shape: 'text' }>): number {
  return (text.length * size) / 4 + size / 2
}

type Point = readonly [number, number]

function distance([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2
  const share = length === 0 ? 0 : ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length
  const at = Math.min(1, Math.max(0, share))
  return Math.hypot(x - x1 - at * (x2 - x1), y - y1 - at * (y2 - y1))
}

/** By the number of edges that a ray to the right crosses. */
function isInside([x, y]: Point, points: readonly Point[]): boolean {
  let inside = false
  points.forEach(([x2, y2], i) => {
    const [x1, y1] = points.at(i - 1)!
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside
  })
  return inside
}
