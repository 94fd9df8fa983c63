/** Grid on the screen: a walled board, pluses and exes, and an agent that carries the sign of what it is to reach. */
import type {
  Action,
  GridCell,
  GridEvent,
  GridScene,
  Scene,
  SceneEvent,
} from '../../../core/studio/protocol.ts'
import type { Canvas, ControlKey, SceneView, Transition } from '../scene-view.ts'
import { drawAgent, drawGoal, drawHalo, goalColour } from './pieces.ts'

const MOVE_MS = 150
const BUMP_MS = 130
const REACH_MS = 260
const words = { plus: 'green plus', ex: 'red cross' } as const

interface Nothing {
  readonly kind: 'nothing'
}
const nothing: Nothing = { kind: 'nothing' }

const ways = {
  up: { branch: 1, rows: -1, columns: 0 },
  down: { branch: 2, rows: 1, columns: 0 },
  left: { branch: 3, rows: 0, columns: -1 },
  right: { branch: 4, rows: 0, columns: 1 },
} as const
type Direction = keyof typeof ways

export const gridView: SceneView<Nothing> = {
  aspect: 0.92,
  duration: (events) => {
    const told = tell(events)
    if (told.reach !== undefined) return MOVE_MS + REACH_MS
    if (told.move !== undefined) return MOVE_MS
    return told.bump === undefined ? 0 : BUMP_MS
  },
  draw,
  moment: (events) => {
    const { reach } = tell(events)
    return reach === undefined ? null : { kind: 'end', label: `reached the ${words[reach.goal]}` }
  },
  describe: (events) => {
    const { reach, move, bump } = tell(events)
    if (reach !== undefined)
      return `Reached the ${words[reach.goal]}, ${reach.right ? 'the goal' : 'which is not the goal'}`
    if (bump !== undefined) return `The wall is in the way, ${bump.direction}`
    return move === undefined ? 'Stayed' : `Moved ${directionOf(move)}`
  },
  progress: (scene) => 2 * gridOf(scene).size - distance(gridOf(scene)),
  branches: ['move'],
  control: {
    initial: () => nothing,
    afterStep: (state) => state,
    keys: [
      key('up', 'ArrowUp'),
      key('down', 'ArrowDown'),
      key('left', 'ArrowLeft'),
      key('right', 'ArrowRight'),
      { id: 'stay', name: 'Stay', shortcuts: ['Space'], apply: (state) => ({ state, action: move(0) }) },
    ],
    describe: (_state, scene) => {
      const { agent, objects, goal } = gridOf(scene)
      const where = objects.map((object) => `${words[object.goal]} ${from(agent, object)}`).join(', ')
      return `Reach the ${words[goal]}. ${where}`
    },
  },
}

function gridOf(scene: Scene): GridScene {
  return scene as unknown as GridScene
}

function move(branch: number): Action {
  return { continuous: [], discrete: [branch] }
}

/** Towards the wall nothing happens: the rules forbid it. */
function key(direction: Direction, shortcut: string): ControlKey<Nothing> {
  const { branch, rows, columns } = ways[direction]
  return {
    id: direction,
    name: `Move ${direction}`,
    legend: 'Move',
    shortcuts: [shortcut],
    apply: (state, scene) => {
      const { agent, size } = gridOf(scene)
      const [row, column] = [agent.row + rows, agent.column + columns]
      const open = row >= 0 && row < size && column >= 0 && column < size
      return open ? { state, action: move(branch) } : { state }
    },
  }
}

function tell(events: readonly SceneEvent[]) {
  const all = events as unknown as readonly GridEvent[]
  return {
    move: all.find((event) => event.kind === 'move'),
    bump: all.find((event) => event.kind === 'bump'),
    reach: all.find((event) => event.kind === 'reach'),
  }
}

function directionOf({ from, to }: { from: GridCell; to: GridCell }): Direction {
  if (from.row !== to.row) return to.row < from.row ? 'up' : 'down'
  return to.column < from.column ? 'left' : 'right'
}

/** '2 up, 1 left', as seen from the agent. */
function from(agent: GridCell, cell: GridCell): string {
  const rows = cell.row - agent.row
  const columns = cell.column - agent.column
  const parts = [
    ...(rows === 0 ? [] : [`${Math.abs(rows)} ${rows < 0 ? 'up' : 'down'}`]),
    ...(columns === 0 ? [] : [`${Math.abs(columns)} ${columns < 0 ? 'left' : 'right'}`]),
  ]
  return parts.length === 0 ? 'here' : parts.join(' and ')
}

/** Cells to the nearest goal. */
function distance({ agent, objects, goal }: GridScene): number {
  const goals = objects.filter((object) => object.goal === goal)
  return Math.min(...goals.map((o) => Math.abs(o.row - agent.row) + Math.abs(o.column - agent.column)))
}

/** Where the board lies on the canvas: below a line that says what to reach. */
function layout(width: number, height: number, size: number) {
  const caption = height * 0.1
  const side = Math.min(width, height - caption) * 0.92
  const cell = side / size
  const left = (width - side) / 2
  const top = caption + (height - caption - side) / 2
  return {
    caption: caption * 0.62,
    cell,
    left,
    top,
    side,
    x: (column: number) => left + (column + 0.5) * cell,
    y: (row: number) => top + (row + 0.5) * cell,
  }
}

function draw({ context, width, height }: Canvas, transition: Transition, elapsed: number): void {
  const scene = gridOf(transition.after)
  const at = layout(width, height, scene.size)
  const { cell } = at
  drawBoard(context, width, height, at, scene)
  const { reach, move: moved, bump } = tell(transition.events)
  const gone = reach === undefined ? 0 : clamp((elapsed - MOVE_MS) / REACH_MS)
  for (const object of scene.objects) {
    const here = object.row === scene.agent.row && object.column === scene.agent.column
    const share = here ? gone : 0
    const [x, y] = [at.x(object.column), at.y(object.row)]
    if (object.goal === scene.goal && !here) {
      drawHalo(context, `${goalColour[object.goal]}99`, x, y, cell * 0.42)
    }
    context.globalAlpha = 1 - share
    drawGoal(context, object.goal, x, y, cell * (0.27 + 0.2 * share))
    context.globalAlpha = 1
  }
  const share = ease(clamp(elapsed / MOVE_MS))
  const start = moved?.from ?? scene.agent
  let x = at.x(start.column + (scene.agent.column - start.column) * share)
  let y = at.y(start.row + (scene.agent.row - start.row) * share)
  if (bump !== undefined) {
    const push = Math.sin(clamp(elapsed / BUMP_MS) * Math.PI) * cell * 0.1
    x += ways[bump.direction].columns * push
    y += ways[bump.direction].rows * push
  }
  if (reach !== undefined && elapsed > MOVE_MS) drawRing(context, reach, x, y, cell, gone)
  drawAgent(context, scene.goal, x, y, cell * 0.32)
}

/** A ring that grows and fades: green for the goal, red for the other. */
function drawRing(
  context: CanvasRenderingContext2D,
  reach: Extract<GridEvent, { kind: 'reach' }>,
  x: number,
  y: number,
  cell: number,
  share: number,
): void {
  if (share >= 1) return
  context.globalAlpha = 1 - share
  context.strokeStyle = reach.right ? goalColour.plus : goalColour.ex
  context.lineWidth = cell * 0.07
  context.beginPath()
  context.arc(x, y, cell * (0.34 + 0.4 * share), 0, 2 * Math.PI)
  context.stroke()
  context.globalAlpha = 1
}

function drawBoard(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  at: ReturnType<typeof layout>,
  { size, goal }: GridScene,
): void {
  const night = context.createLinearGradient(0, 0, 0, height)
  night.addColorStop(0, '#21304f')
  night.addColorStop(1, '#0f182b')
  context.fillStyle = night
  context.fillRect(0, 0, width, height)
  const text = Math.round(Math.max(12, Math.min(20, width * 0.034)))
  context.font = `600 ${text}px "Inter Variable", sans-serif`
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillStyle = 'rgb(255 255 255 / 88%)'
  const words1 = 'Reach the'
  const words2 = words[goal]
  const gap = text * 0.5
  const sign = text * 0.62
  const wide = context.measureText(words1).width
  const total = wide + gap + 2 * sign + gap + context.measureText(words2).width
  const start = (width - total) / 2
  context.fillText(words1, start, at.caption)
  drawGoal(context, goal, start + wide + gap + sign, at.caption, sign)
  context.fillStyle = goalColour[goal]
  context.fillText(words2, start + wide + 2 * gap + 2 * sign, at.caption)
  context.textBaseline = 'alphabetic'

  const inset = Math.max(1, at.cell * 0.035)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      context.fillStyle = (row + column) % 2 === 0 ? 'rgb(255 255 255 / 6%)' : 'rgb(255 255 255 / 9%)'
      context.beginPath()
      context.roundRect(
        at.left + column * at.cell + inset,
        at.top + row * at.cell + inset,
        at.cell - 2 * inset,
        at.cell - 2 * inset,
        at.cell * 0.12,
      )
      context.fill()
    }
  }
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share))
}

function ease(share: number): number {
  return 1 - (1 - share) ** 3
}
