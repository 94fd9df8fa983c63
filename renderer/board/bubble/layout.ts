/** Where things lie on the bubble board, in bubble diameters: x to the right, y downwards. */
import type { BubbleScene } from '../../../core/studio/protocol.ts'
import type { Canvas } from '../scene-view.ts'

export const CAPTIVE = 5
const ROW_PITCH = 0.866
const MARGIN = 0.25
const CEILING = 0.22
const WIDTH = 11 + 2 * MARGIN
const HEIGHT = 12.624 + 0.95 + CEILING

export const aspect = WIDTH / HEIGHT

export interface Layout {
  /** CSS pixels per bubble diameter. */
  readonly unit: number
  x(x: number): number
  y(y: number): number
}

export function layoutOf(canvas: Canvas): Layout {
  const unit = Math.min(canvas.width / WIDTH, canvas.height / HEIGHT)
  const left = (canvas.width - unit * 11) / 2
  const top = CEILING * unit
  return { unit, x: (x) => left + x * unit, y: (y) => top + y * unit }
}

/** Centre of a cell. */
export function centre(row: number, column: number): { x: number; y: number } {
  return { x: 0.5 + column + (row % 2) / 2, y: 0.5 + row * ROW_PITCH }
}

/** Board coordinates of a pointer at [0, 1] of the canvas. */
export function boardPoint(x: number, y: number): { x: number; y: number } {
  return { x: x * WIDTH - MARGIN, y: y * HEIGHT - CEILING }
}

/** Where the next bubble waits, beside the launcher. */
export function nextPlace(scene: BubbleScene): { x: number; y: number } {
  return { x: scene.launcher.x - 1.75, y: scene.launcher.y + 0.28 }
}
