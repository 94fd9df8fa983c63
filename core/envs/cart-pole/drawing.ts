/** Cart-pole on a screen: a rail from limit to limit, the cart, the pole, and the push of the last step. */
import type { Drawing, DrawingEvent, Shape } from '../drawing/drawing.ts'
import * as draw from '../drawing/shapes.ts'

export interface CartPoleState {
  /** Metres to the right of the middle. */
  readonly position: number
  /** Radians, clockwise from upright. */
  readonly angle: number
  /** Metres, all of the pole. */
  readonly length: number
  /** Where the cart and the pole are lost. */
  readonly limits: { readonly position: number; readonly angle: number }
  /** -1 to the left, 1 to the right, 0 before the first step. */
  readonly push: -1 | 0 | 1
  readonly stepsPerSecond: number
}

const [WIDTH, HEIGHT] = [200, 100]
const RAIL = 76
const KEYS: Drawing['keys'] = [
  { shortcut: 'ArrowLeft', name: 'Push left', action: { discrete: [0] } },
  { shortcut: 'ArrowRight', name: 'Push right', action: { discrete: [1] } },
]
const ENDS = {
  fell: { text: 'The pole fell', mark: 'end' },
  left: { text: 'The cart left the rail', mark: 'end' },
  held: { text: 'Held up to the end', mark: 'goal' },
} as const satisfies Record<string, DrawingEvent>

export function drawCartPole(state: CartPoleState): Drawing {
  const { position, angle, length, limits, push, stepsPerSecond } = state
  const metre = (WIDTH * 0.88) / (2 * limits.position)
  const x = (metres: number) => WIDTH / 2 + metres * metre
  const cart = { width: metre * 0.5, height: metre * 0.28 }
  const hinge = { x: x(position), y: RAIL - cart.height }
  const tip = [
    hinge.x + Math.sin(angle) * length * metre,
    hinge.y - Math.cos(angle) * length * metre,
  ] as const
  const up = -Math.PI / 2
  const thick = metre * 0.09
  return draw.scene({
    width: WIDTH,
    height: HEIGHT,
    shapes: [
      draw.rectangle(x(-limits.position), RAIL, 2 * limits.position * metre, 0.6, { fill: '#ffffff2e' }),
      ...[-1, 1].map((side) =>
        draw.rectangle(x(side * limits.position) - 0.3, RAIL - 1.9, 0.6, 4.4, { fill: '#ffffff2e' }),
      ),
      // How far the pole may lean.
      draw.arc(hinge.x, hinge.y, length * metre * 1.05, up - limits.angle, up + limits.angle, {
        id: 'lean',
        fill: 'faint',
      }),
      ...(push === 0 ? [] : [arrow(hinge.x + (push * cart.width) / 2, RAIL - cart.height / 2, push)]),
      draw.rectangle(hinge.x - cart.width / 2, hinge.y, cart.width, cart.height, {
        id: 'cart',
        fill: 'player',
        radius: 1.1,
      }),
      draw.line([[hinge.x, hinge.y], [...tip]], { id: 'pole', stroke: 'highlight', lineWidth: thick }),
      draw.circle(hinge.x, hinge.y, thick * 0.6, { id: 'hinge', fill: '#b9c8ff' }),
    ],
    keys: KEYS,
    stepsPerSecond,
    branches: ['push'],
  })
}

/** How the episode ended. */
export function cartPoleEvents(end: keyof typeof ENDS): DrawingEvent[] {
  return [ENDS[end]]
}

function arrow(x: number, y: number, side: -1 | 1): Shape {
  const size = WIDTH * 0.022
  return draw.polygon(
    [
      [x + side * size * 2, y],
      [x + side * size * 0.6, y - size],
      [x + side * size * 0.6, y + size],
    ],
    { fill: 'accent' },
  )
}
