/** Bubble on the screen. */
import type { BubbleEvent, BubbleScene, Scene, SceneEvent } from '../../../core/studio/protocol.ts'
import type { Canvas, Moment, SceneView, Transition } from '../scene-view.ts'
import { drawAim } from './aim.ts'
import { type AimState, aimControl } from './aim-control.ts'
import { drawLauncher } from './launcher.ts'
import { aspect, centre, type Layout, layoutOf } from './layout.ts'
import { drawPiece, drawShot } from './pieces.ts'
import { drawCell, hueOf } from './sprites.ts'
import { drawStage } from './stage-light.ts'
import { type Timeline, timelineOf } from './timeline.ts'

const BIG_FALL = 8

export const bubbleView: SceneView<AimState> = {
  aspect: () => aspect,
  duration: (events) => timelineOf(events).totalMs,
  draw,
  moment,
  progress,
  describe,
  branches: () => ['aim', 'swap'],
  control: aimControl,
}

function draw(canvas: Canvas, transition: Transition, elapsed: number, control: AimState | null): void {
  const layout = layoutOf(canvas)
  const timeline = timelineOf(transition.events)
  const after = transition.after as unknown as BubbleScene
  const before = transition.before as unknown as BubbleScene | null
  const moving = before !== null && elapsed < timeline.totalMs
  drawStage(canvas, layout)
  if (!moving) {
    drawCells(canvas, layout, after.cells, null)
    if (control !== null) drawAim(canvas, layout, after, control)
    drawLauncher(canvas, layout, after, 1, control?.swapped ?? false)
    return
  }
  drawCells(canvas, layout, before.cells, timeline.leaving)
  drawLanded(canvas, layout, after, timeline, elapsed)
  for (const piece of timeline.pieces) drawPiece(canvas, layout, piece, elapsed, timeline.flightMs)
  if (timeline.shot !== undefined && elapsed < timeline.flightMs) {
    drawShot(canvas, layout, timeline.shot, elapsed / timeline.flightMs)
  }
  drawLauncher(canvas, layout, after, elapsed / 220, false)
}

function drawCells(
  canvas: Canvas,
  layout: Layout,
  cells: readonly number[],
  leaving: ReadonlySet<number> | null,
): void {
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index]!
    if (cell === 0 || leaving?.has(index)) continue
    const at = centre(Math.floor(index / 11), index % 11)
    drawCell(canvas.context, canvas.pixelRatio, cell, layout.x(at.x), layout.y(at.y), layout.unit)
  }
}

/** The shot at rest, when it has joined the board without popping. */
function drawLanded(
  canvas: Canvas,
  layout: Layout,
  after: BubbleScene,
  timeline: Timeline,
  elapsed: number,
): void {
  const { shot } = timeline
  if (shot === undefined || shot.row < 0 || elapsed < timeline.flightMs) return
  if (after.cells[shot.row * 11 + shot.column] === 0) return
  const at = centre(shot.row, shot.column)
  drawCell(canvas.context, canvas.pixelRatio, shot.colour, layout.x(at.x), layout.y(at.y), layout.unit)
}

function moment(events: readonly SceneEvent[]): Moment | null {
  const { popped, dropped, freed, won } = tally(events)
  if (won) return { kind: 'end', label: 'all birds free' }
  if (freed > 0) return { kind: 'goal', label: freed === 1 ? 'a bird freed' : `${freed} birds freed` }
  return popped + dropped >= BIG_FALL ? { kind: 'big', label: `${popped + dropped} bubbles fell` } : null
}

/** Captives first; of two with the same, whoever has fewer bubbles left. */
function progress(scene: Scene): number {
  const { captivesFreed, cells } = scene as unknown as BubbleScene
  return captivesFreed * 1000 - cells.reduce((left, cell) => (cell === 0 ? left : left + 1), 0)
}

function describe(events: readonly SceneEvent[]): string {
  const { shot, popped, dropped, freed, won } = tally(events)
  if (shot === undefined) return 'Start'
  const parts = [`${shot.swapped ? 'Swapped, ' : ''}${hueOf(shot.colour).name} bubble`]
  if (popped > 0) parts.push(`${popped} popped`)
  if (dropped > 0) parts.push(`${dropped} dropped`)
  if (freed > 0) parts.push(freed === 1 ? '1 bird free' : `${freed} birds free`)
  if (shot.row < 0) parts.push('vanished')
  else if (popped === 0) parts.push('stuck')
  if (won) parts.push('won')
  return parts.join(', ')
}

function tally(events: readonly SceneEvent[]) {
  const all = events as unknown as readonly BubbleEvent[]
  const cells = (kind: 'pop' | 'drop' | 'free') =>
    all.reduce((sum, event) => (event.kind === kind ? sum + event.cells.length : sum), 0)
  return {
    shot: all.find((event) => event.kind === 'shot'),
    popped: cells('pop'),
    dropped: cells('drop'),
    freed: cells('free'),
    won: all.some((event) => event.kind === 'won'),
  }
}
