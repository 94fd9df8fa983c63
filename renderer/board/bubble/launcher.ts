/** The launcher with the current bubble, and the next one waiting beside it. */
import type { BubbleScene } from '../../../core/studio/protocol.ts'
import type { Canvas } from '../scene-view.ts'
import { type Layout, nextPlace } from './layout.ts'
import { drawCell } from './sprites.ts'

const NEXT_SIZE = 0.72

/** @param arrival  how far the waiting bubble has moved up after a shot; 1 when it is there */
export function drawLauncher(
  canvas: Canvas,
  layout: Layout,
  scene: BubbleScene,
  arrival: number,
  swapped: boolean,
): void {
  const { context, pixelRatio } = canvas
  const place = nextPlace(scene)
  cradle(canvas, layout, scene.launcher.x, scene.launcher.y, 0.66)
  cradle(canvas, layout, place.x, place.y, 0.48)
  const current = swapped ? scene.next : scene.current
  const next = swapped ? scene.current : scene.next
  if (current === 0) return
  const share = easeOut(Math.min(Math.max(arrival, 0), 1))
  const x = place.x + (scene.launcher.x - place.x) * share
  const y = place.y + (scene.launcher.y - place.y) * share - 0.35 * Math.sin(share * Math.PI)
  const size = NEXT_SIZE + (1 - NEXT_SIZE) * share
  drawCell(context, pixelRatio, current, layout.x(x), layout.y(y), layout.unit * size)
  if (share > 0.35) {
    const grown = NEXT_SIZE * Math.min(1, (share - 0.35) / 0.65)
    drawCell(context, pixelRatio, next, layout.x(place.x), layout.y(place.y), layout.unit * grown)
  }
}

function cradle(canvas: Canvas, layout: Layout, x: number, y: number, radius: number): void {
  const { context } = canvas
  context.fillStyle = 'rgb(255 255 255 / 5%)'
  context.strokeStyle = 'rgb(255 255 255 / 16%)'
  context.lineWidth = 1
  context.beginPath()
  context.arc(layout.x(x), layout.y(y), layout.unit * radius, 0, 2 * Math.PI)
  context.fill()
  context.stroke()
}

function easeOut(share: number): number {
  return 1 - (1 - share) ** 3
}
