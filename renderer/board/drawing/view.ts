/** An environment as it draws itself. */
import type { DrawingEvent, DrawingScene, Scene, SceneEvent } from '../../../core/studio/protocol.ts'
import { drawInvitation } from '../invitation.ts'
import { type Hands, liveControl } from '../live-control.ts'
import type { Canvas, Control, SceneView, Transition } from '../scene-view.ts'
import { between } from './motion.ts'
import { paint } from './paint.ts'
import { colourOf, drawNight } from './palette.ts'
import { isDecoding } from './pictures.ts'
import { aspectOf, placed, shapeAt } from './place.ts'

const MOVE_MS = 170

export function drawingOf(scene: Scene): DrawingScene {
  return scene as unknown as DrawingScene
}

const control: Control<Hands> = {
  ...liveControl,
  click: (hands, scene, x, y) => {
    const action = shapeAt(drawingOf(scene), x, y)?.action
    if (action == null) return { state: hands }
    const running = drawingOf(scene).stepsPerSecond !== null
    return { state: { ...hands, last: action, running }, action }
  },
  // What is done while the game goes on by itself is gone before it is said.
  describe: (hands, scene) => {
    const { describe } = drawingOf(scene)
    return hands.running ? '' : [liveControl.describe(hands, scene), describe].filter(Boolean).join('. ')
  },
}

export const drawingView: SceneView<Hands> = {
  aspect: (scene) => aspectOf(drawingOf(scene)),
  duration: (_events, scene) => durationOf(drawingOf(scene)),
  draw,
  pending: ({ after }) =>
    drawingOf(after).shapes.some((shape) => shape.shape === 'picture' && isDecoding(shape)),
  moment: (events) => {
    const marked = told(events).find(({ mark }) => mark !== undefined)
    return marked === undefined ? null : { kind: marked.mark!, label: marked.text }
  },
  describe: (events) =>
    told(events)
      .map(({ text }) => text)
      .join(', '),
  progress: (scene) => drawingOf(scene).progress,
  branches: (scene) => drawingOf(scene).branches,
  control,
}

/** A game with a clock of its own moves until its next step. */
function durationOf({ stepsPerSecond }: DrawingScene): number {
  return stepsPerSecond === null ? MOVE_MS : Math.min(MOVE_MS, 1000 / stepsPerSecond)
}

function told(events: readonly SceneEvent[]): readonly DrawingEvent[] {
  return events as unknown as readonly DrawingEvent[]
}

function draw(canvas: Canvas, { before, after }: Transition, elapsed: number, hands: Hands | null): void {
  const { context, width, height } = canvas
  const scene = drawingOf(after)
  if (scene.background === undefined || scene.background === 'night') drawNight(context, width, height)
  else {
    context.fillStyle = colourOf(scene.background)
    context.fillRect(0, 0, width, height)
  }
  const share = Math.min(1, elapsed / durationOf(scene))
  // Steady where the next step follows at once, else slower towards the end.
  const eased = scene.stepsPerSecond === null ? 1 - (1 - share) ** 3 : share
  const old = before === null ? scene : drawingOf(before)
  const { scale, left, top } = placed(scene, canvas)
  context.save()
  context.translate(left, top)
  context.scale(scale, scale)
  paint(context, between(old.shapes, scene.shapes, eased), scene.height, scale)
  context.restore()
  drawInvitation(canvas, scene, hands)
}
