/** The aim guide: dots along the path, bounces included, and a ring where the shot comes to rest. */
import type { BubbleScene } from '../../../core/studio/protocol.ts'
import { settings } from '../../settings.ts'
import type { Canvas } from '../scene-view.ts'
import type { AimState } from './aim-control.ts'
import { centre, type Layout } from './layout.ts'
import { hueOf } from './sprites.ts'

const DOT_EVERY = 0.5

export function drawAim(canvas: Canvas, layout: Layout, scene: BubbleScene, state: AimState): void {
  const aim = scene.aims?.[state.notch]
  if (aim === undefined) return
  const { context } = canvas
  const hue = hueOf(state.swapped ? scene.next : scene.current)
  if (settings().aimGuide) {
    let index = 0
    for (const [x, y] of dots(aim.path)) {
      context.globalAlpha = Math.max(0.28, 0.95 - index * 0.02)
      context.fillStyle = '#fff'
      context.beginPath()
      context.arc(layout.x(x), layout.y(y), Math.max(1.3, layout.unit * 0.055), 0, 2 * Math.PI)
      context.fill()
      index++
    }
    if (aim.row >= 0) {
      const rest = centre(aim.row, aim.column)
      context.globalAlpha = 0.9
      context.strokeStyle = hue.light
      context.lineWidth = Math.max(1.5, layout.unit * 0.06)
      context.setLineDash([layout.unit * 0.18, layout.unit * 0.13])
      context.beginPath()
      context.arc(layout.x(rest.x), layout.y(rest.y), layout.unit * 0.44, 0, 2 * Math.PI)
      context.stroke()
      context.setLineDash([])
    }
    context.globalAlpha = 1
  } else drawPointer(canvas, layout, aim.path, hue.light)
}

/** Without the guide, the direction alone. */
function drawPointer(canvas: Canvas, layout: Layout, path: readonly number[], colour: string): void {
  const { context } = canvas
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = path
  const length = Math.hypot(x1 - x0, y1 - y0) || 1
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length]
  context.strokeStyle = colour
  context.lineWidth = layout.unit * 0.08
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(layout.x(x0 + 0.8 * dx), layout.y(y0 + 0.8 * dy))
  context.lineTo(layout.x(x0 + 1.6 * dx), layout.y(y0 + 1.6 * dy))
  context.stroke()
}

function* dots(path: readonly number[]): Generator<readonly [number, number]> {
  let carry = 0.9
  for (let i = 2; i + 1 < path.length; i += 2) {
    const [x0, y0, x1, y1] = [path[i - 2]!, path[i - 1]!, path[i]!, path[i + 1]!]
    const length = Math.hypot(x1 - x0, y1 - y0)
    let along = carry
    for (; along < length; along += DOT_EVERY) {
      yield [x0 + ((x1 - x0) * along) / length, y0 + ((y1 - y0) * along) / length]
    }
    carry = along - length
  }
}
