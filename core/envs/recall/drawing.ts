/** Recall on a screen: a corridor from the sign to two doors, and a walker. */
import type { Drawing, DrawingEvent, Shape } from '../drawing/drawing.ts'
import * as draw from '../drawing/shapes.ts'

export type Door = 'upper' | 'lower'

export interface RecallState {
  /** Steps from the sign to the doors, less one. */
  readonly length: number
  /** 0 at the sign, length + 1 between the doors. */
  readonly position: number
  /** What the sign says; null where it is out of sight. */
  readonly sign: Door | null
  /** The door that was taken; null while on the way. */
  readonly taken: Door | null
  /** Whether it was the right one. */
  readonly right: boolean
}

const [WIDTH, HEIGHT] = [280, 100]
const MIDDLE = HEIGHT / 2
/** From the middle to a door. */
const REACH = 28

export function drawRecall(state: RecallState): Drawing {
  const { length, position, sign, taken } = state
  const places = length + 2
  const pitch = WIDTH / (places + 1.5)
  const x = (place: number) => (place + 1) * pitch
  const radius = Math.min(pitch * 0.4, 10)
  const aside = taken === null ? 0 : (taken === 'upper' ? -1 : 1) * REACH * 0.75
  const end = x(places - 1) - pitch / 2
  return draw.scene({
    width: WIDTH,
    height: HEIGHT,
    shapes: [
      draw.rectangle(x(0) - pitch / 2, MIDDLE - radius * 1.6, pitch * places, radius * 3.2, {
        fill: 'faint',
      }),
      draw.rectangle(end, MIDDLE - REACH, pitch, REACH * 2, { fill: 'faint' }),
      door(end, MIDDLE - REACH, pitch, 'upper', state),
      door(end, MIDDLE + REACH, pitch, 'lower', state),
      ...(sign === null ? [] : [arrow(x(0), MIDDLE - radius * 3.4, radius * 1.2, sign)]),
      draw.circle(x(position), MIDDLE + aside, radius, { id: 'walker', fill: 'player', shine: true }),
    ],
    keys: keysAt(position > length),
    branches: ['door'],
    describe: describe(state),
    progress: position,
  })
}

export function recallEvents({ taken, right }: RecallState): DrawingEvent[] {
  if (taken === null) return [{ text: 'Walked on' }]
  const text = `Took the ${taken} door, which was ${right ? 'right' : 'wrong'}`
  return [{ text, mark: right ? 'goal' : 'end' }]
}

/** Between the doors a person chooses one on purpose. */
function keysAt(doors: boolean): Drawing['keys'] {
  const walk = { name: 'Walk on', action: doors ? null : { discrete: [0] } }
  return [
    { shortcut: 'ArrowUp', name: 'Upper door', legend: 'Door', action: { discrete: [0] } },
    { shortcut: 'ArrowDown', name: 'Lower door', legend: 'Door', action: { discrete: [1] } },
    { shortcut: 'ArrowRight', ...walk },
    { shortcut: 'Space', ...walk },
  ]
}

function describe({ length, position, sign }: RecallState): string {
  if (sign !== null) return `the sign says: ${sign} door`
  return position > length ? 'between the doors' : `${position} of ${length} places along the corridor`
}

function door(x: number, y: number, width: number, which: Door, { taken, right }: RecallState): Shape {
  const fill = taken !== which ? 'muted' : right ? 'accent' : 'bad'
  return draw.rectangle(x, y - 1.2, width, 2.4, { fill })
}

function arrow(x: number, y: number, size: number, sign: Door): Shape {
  const tip = sign === 'upper' ? -size : size
  return draw.polygon(
    [
      [x, y + tip],
      [x + size, y - tip * 0.6],
      [x - size, y - tip * 0.6],
    ],
    { id: 'sign', fill: 'highlight' },
  )
}
