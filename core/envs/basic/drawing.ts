/** Basic on a screen: a line of positions, a walker, a short and a tall flag. */
import type { Drawing, DrawingEvent, Shape } from '../drawing/drawing.ts'
import * as draw from '../drawing/shapes.ts'

export interface BasicState {
  /** How many positions there are, the goals among them. */
  readonly length: number
  readonly position: number
  readonly small: number
  readonly large: number
}

const [WIDTH, HEIGHT] = [280, 100]
const GROUND = 62
const KEYS: Drawing['keys'] = [
  { shortcut: 'ArrowLeft', name: 'Move left', legend: 'Move', action: { discrete: [1] } },
  { shortcut: 'ArrowRight', name: 'Move right', legend: 'Move', action: { discrete: [2] } },
  { shortcut: 'Space', name: 'Stay', action: { discrete: [0] } },
]

export function drawBasic({ length, position, small, large }: BasicState): Drawing {
  const pitch = WIDTH / (length + 1)
  const x = (place: number) => (place + 1) * pitch
  return draw.scene({
    width: WIDTH,
    height: HEIGHT,
    shapes: [
      draw.rectangle(0, GROUND, WIDTH, HEIGHT - GROUND, { fill: '#ffffff0d' }),
      ...Array.from({ length }, (_, place) => draw.circle(x(place), GROUND, 1.3, { fill: '#ffffff33' })),
      ...flag(x(small), 10.5, 'accent', '+0.1'),
      ...flag(x(large), 18, 'highlight', '+1'),
      draw.circle(x(position), GROUND - 5.5, 5.5, { id: 'walker', fill: 'player', shine: true, hop: 3 }),
    ],
    keys: KEYS,
    branches: ['move'],
    describe: `position ${position} of ${length - 1}`,
    progress: position,
  })
}

/** @param before  the position a step earlier */
export function basicEvents(before: number, { position, small, large }: BasicState): DrawingEvent[] {
  if (position === small || position === large) {
    return [{ text: `Reached the ${position === small ? 'small' : 'large'} goal`, mark: 'end' }]
  }
  if (position === before) return [{ text: 'Stayed' }]
  return [{ text: position > before ? 'Moved right' : 'Moved left' }]
}

function flag(x: number, height: number, fill: string, label: string): Shape[] {
  const top = GROUND - height
  return [
    draw.line(
      [
        [x, GROUND],
        [x, top],
      ],
      { stroke: '#ffffff99', lineWidth: 0.6 },
    ),
    draw.polygon(
      [
        [x, top],
        [x + height * 0.5, top + height * 0.18],
        [x, top + height * 0.36],
      ],
      { fill },
    ),
    draw.text(x, GROUND + 6.5, 4, label, { bold: true }),
  ]
}
