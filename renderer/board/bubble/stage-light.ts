/** The stage behind the bubbles: a night-blue box in both themes, with the ceiling they hang from. */
import type { Canvas } from '../scene-view.ts'
import type { Layout } from './layout.ts'

/** By size: boards side by side share one. */
const kept = new Map<string, OffscreenCanvas>()
const KEPT_SIZES = 4

export function drawStage(canvas: Canvas, layout: Layout): void {
  const { context, width, height, pixelRatio } = canvas
  const key = `${width}/${height}/${pixelRatio}`
  let image = kept.get(key)
  if (image === undefined) {
    if (kept.size === KEPT_SIZES) kept.clear()
    image = paint(canvas, layout)
    kept.set(key, image)
  }
  context.drawImage(image, 0, 0, width, height)
}

function paint({ width, height, pixelRatio }: Canvas, layout: Layout): OffscreenCanvas {
  const image = new OffscreenCanvas(Math.max(1, width * pixelRatio), Math.max(1, height * pixelRatio))
  const context = image.getContext('2d')!
  context.scale(pixelRatio, pixelRatio)
  const night = context.createLinearGradient(0, 0, 0, height)
  night.addColorStop(0, '#21304f')
  night.addColorStop(1, '#0f182b')
  context.fillStyle = night
  context.fillRect(0, 0, width, height)
  const light = context.createRadialGradient(width / 2, 0, 0, width / 2, 0, height * 0.9)
  light.addColorStop(0, 'rgb(150 180 255 / 16%)')
  light.addColorStop(1, 'rgb(150 180 255 / 0%)')
  context.fillStyle = light
  context.fillRect(0, 0, width, height)
  context.fillStyle = 'rgb(255 255 255 / 14%)'
  context.fillRect(0, 0, width, layout.y(0))
  const floor = context.createRadialGradient(width / 2, height, 0, width / 2, height, layout.unit * 4.5)
  floor.addColorStop(0, 'rgb(150 180 255 / 14%)')
  floor.addColorStop(1, 'rgb(150 180 255 / 0%)')
  context.fillStyle = floor
  context.fillRect(0, 0, width, height)
  return image
}
