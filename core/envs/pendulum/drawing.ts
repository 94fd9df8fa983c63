/** Pendulum on a screen: the hinge, the rod, and the torque of the last step as an arc around the hinge. */
import type { Drawing, DrawingEvent, Shape } from '../drawing/drawing.ts'
import * as draw from '../drawing/shapes.ts'

export interface PendulumState {
  /** Radians, counter-clockwise from upright. */
  readonly angle: number
  /** Of the motor's torque, counter-clockwise, of the last step: -1 to 1. */
  readonly torque: number
  readonly stepsPerSecond: number
}

const [WIDTH, HEIGHT] = [120, 100]
const [X, Y] = [WIDTH / 2, 52]
const ROD = 36
const UP = -Math.PI / 2
const KEYS: Drawing['keys'] = [
  { shortcut: 'ArrowLeft', name: 'Turn counter-clockwise', action: { continuous: [1] } },
  { shortcut: 'ArrowRight', name: 'Turn clockwise', action: { continuous: [-1] } },
]

export function drawPendulum({ angle, torque, stepsPerSecond }: PendulumState): Drawing {
  // Counter-clockwise from upright is to the left.
  const tip = [X - Math.sin(angle) * ROD, Y - Math.cos(angle) * ROD] as [number, number]
  return draw.scene({
    width: WIDTH,
    height: HEIGHT,
    shapes: [
      draw.circle(X, Y, ROD, { stroke: '#ffffff24', lineWidth: 0.25 }),
      draw.circle(X, Y - ROD, 0.65, { fill: 'accent' }),
      draw.line([[X, Y], tip], { id: 'rod', stroke: 'highlight', lineWidth: ROD * 0.13 }),
      ...(torque === 0 ? [] : torqueShapes(ROD * 0.3, torque)),
      draw.circle(X, Y, ROD * 0.08, { fill: '#b9c8ff' }),
    ],
    keys: KEYS,
    stepsPerSecond,
    idle: { continuous: [0] },
  })
}

/** The time is over. */
export function pendulumEvents(upright: boolean): DrawingEvent[] {
  const text = `Time is up, and it is ${upright ? '' : 'not '}upright`
  return [{ text, mark: upright ? 'goal' : 'end' }]
}

function torqueShapes(radius: number, share: number): Shape[] {
  const to = UP - share * Math.PI * 0.8
  const [x, y] = [X + Math.cos(to) * radius, Y + Math.sin(to) * radius]
  const [along, size] = [to - Math.sign(share) * (Math.PI / 2), radius * 0.3]
  const corners = [0, (2 * Math.PI) / 3, (4 * Math.PI) / 3].map((turn): [number, number] => [
    x + Math.cos(along + turn) * size,
    y + Math.sin(along + turn) * size,
  ])
  return [
    draw.arc(X, Y, radius, UP, to, { stroke: 'accent', lineWidth: radius * 0.16 }),
    draw.polygon(corners, { fill: 'accent' }),
  ]
}
