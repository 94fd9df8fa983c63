/** Grid on a screen: a board, pluses and exes, and an agent that carries the sign of what it is to reach. */
import type { Drawing, DrawingEvent, Shape } from '../drawing/drawing.ts'
import * as draw from '../drawing/shapes.ts'
import type { GridBoard, GridCell, GridGoal } from './board.ts'

const [WIDTH, HEIGHT] = [92, 100]
const CAPTION = 6.2
const SIDE = 82.8
const [LEFT, TOP] = [(WIDTH - SIDE) / 2, 13.6]
const WORDS = { plus: 'green plus', ex: 'red cross' } as const
const COLOURS = { plus: 'good', ex: 'bad' } as const
const way = (shortcut: string, direction: string, choice: number) => ({
  shortcut,
  name: `Move ${direction}`,
  legend: 'Move',
  action: { discrete: [choice] },
})
const KEYS: Drawing['keys'] = [
  way('ArrowUp', 'up', 1),
  way('ArrowDown', 'down', 2),
  way('ArrowLeft', 'left', 3),
  way('ArrowRight', 'right', 4),
  { shortcut: 'Space', name: 'Stay', action: { discrete: [0] } },
]

/** @param reached  what the agent has come to, null while it is on its way */
export function drawGrid(board: GridBoard, reached: GridGoal | null): Drawing {
  const { size, agent, objects, goal } = board
  const cell = SIDE / size
  const [x, y] = [(column: number) => LEFT + (column + 0.5) * cell, (row: number) => TOP + (row + 0.5) * cell]
  const left = objects.filter(({ row, column }) => row !== agent.row || column !== agent.column)
  const ring = { id: 'ring', stroke: reached === goal ? 'good' : 'bad', lineWidth: cell * 0.04 }
  return draw.scene({
    width: WIDTH,
    height: HEIGHT,
    shapes: [
      ...caption(goal),
      ...floor(size, cell),
      ...left.flatMap((object) => [
        ...(object.goal === goal ? [halo(x(object.column), y(object.row), cell * 0.42, goal)] : []),
        ...sign(object.goal, x(object.column), y(object.row), cell * 0.27, `${object.row}/${object.column}`),
      ]),
      ...(reached === null ? [] : [draw.circle(x(agent.column), y(agent.row), cell * 0.43, ring)]),
      ...agentShapes(goal, x(agent.column), y(agent.row), cell * 0.32),
    ],
    keys: KEYS,
    branches: ['move'],
    describe:
      `Reach the ${WORDS[goal]}. ${objects.map((o) => `${WORDS[o.goal]} ${from(agent, o)}`).join(', ')}`.slice(
        0,
        500,
      ),
    progress: 2 * size - distance(board),
  })
}

/** @param reached  as in `drawGrid` */
export function gridEvents(
  { agent, goal }: GridBoard,
  reached: GridGoal | null,
  before: GridCell,
  direction: string | null,
): DrawingEvent[] {
  if (reached !== null) {
    const which = reached === goal ? 'the goal' : 'which is not the goal'
    return [{ text: `Reached the ${WORDS[reached]}, ${which}`, mark: 'end' }]
  }
  if (direction === null) return [{ text: 'Stayed' }]
  const stands = agent.row === before.row && agent.column === before.column
  return [{ text: stands ? `The wall is in the way, ${direction}` : `Moved ${direction}` }]
}

function caption(goal: GridGoal): Shape[] {
  return [
    draw.text(42.3, CAPTION, 2.7, 'Reach the', { align: 'right', bold: true }),
    ...sign(goal, 45.4, CAPTION, 1.67),
    draw.text(48.5, CAPTION, 2.7, WORDS[goal], { align: 'left', bold: true, fill: COLOURS[goal] }),
  ]
}

function floor(size: number, cell: number): Shape[] {
  const inset = cell * 0.035
  return Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size]
    const edge = cell - 2 * inset
    return draw.rectangle(LEFT + column * cell + inset, TOP + row * cell + inset, edge, edge, {
      fill: (row + column) % 2 === 0 ? '#ffffff0f' : '#ffffff17',
      radius: cell * 0.12,
    })
  })
}

/** A plus within a circle of radius `r`; an ex is the same turned by an eighth. @param id  of the thing, where it is one */
function sign(goal: GridGoal, x: number, y: number, r: number, id?: string): Shape[] {
  const arm = r * 0.3
  const bar = (width: number, height: number, name: string) =>
    draw.rectangle(x - width / 2, y - height / 2, width, height, {
      fill: COLOURS[goal],
      radius: arm * 0.6,
      turn: goal === 'ex' ? Math.PI / 4 : 0,
      ...(id !== undefined && { id: `${id} ${name}` }),
    })
  return [bar(2 * r, 2 * arm, 'across'), bar(2 * arm, 2 * r, 'along')]
}

/** A soft ring around what is to be reached. */
function halo(x: number, y: number, r: number, goal: GridGoal): Shape {
  return draw.circle(x, y, r, {
    stroke: COLOURS[goal],
    opacity: 0.6,
    lineWidth: r * 0.06,
    dash: [r * 0.22, r * 0.16],
  })
}

function agentShapes(goal: GridGoal, x: number, y: number, r: number): Shape[] {
  return [
    draw.polygon(ellipse(x, y + r * 0.92, r * 0.75, r * 0.2), { id: 'shadow', fill: '#00000040' }),
    draw.circle(x, y, r, { id: 'agent', fill: 'player', shine: true }),
    draw.circle(x, y, r * 0.56, { id: 'agent face', fill: 'night' }),
    ...sign(goal, x, y, r * 0.36, 'agent sign'),
  ]
}

function ellipse(x: number, y: number, width: number, height: number): [number, number][] {
  return Array.from({ length: 24 }, (_, i) => {
    const turn = (i / 12) * Math.PI
    return [x + Math.cos(turn) * width, y + Math.sin(turn) * height]
  })
}

/** '2 up and 1 left', as seen from the agent. */
function from(agent: GridCell, cell: GridCell): string {
  const [rows, columns] = [cell.row - agent.row, cell.column - agent.column]
  const parts = [
    ...(rows === 0 ? [] : [`${Math.abs(rows)} ${rows < 0 ? 'up' : 'down'}`]),
    ...(columns === 0 ? [] : [`${Math.abs(columns)} ${columns < 0 ? 'left' : 'right'}`]),
  ]
  return parts.length === 0 ? 'here' : parts.join(' and ')
}

/** Cells to the nearest goal. */
function distance({ agent, objects, goal }: GridBoard): number {
  const goals = objects.filter((object) => object.goal === goal)
  return Math.min(...goals.map((o) => Math.abs(o.row - agent.row) + Math.abs(o.column - agent.column)))
}
