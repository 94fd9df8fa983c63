/** Basic on the screen: a line of positions, a walker, a small and a large goal. */
import type { Action, BasicEvent, BasicScene, SceneEvent } from '../../../core/studio/protocol.ts'
import type { Canvas, SceneView, Transition } from '../scene-view.ts'

const MOVE_MS = 140

interface Nothing {
  readonly kind: 'nothing'
}
const nothing: Nothing = { kind: 'nothing' }

function move(branch: number): Action {
  return { continuous: [], discrete: [branch] }
}

export const basicView: SceneView<Nothing> = {
  aspect: 2.8,
  duration: (events) => (events.length === 0 ? 0 : MOVE_MS),
  draw,
  moment: (events) => {
    const goal = goalOf(events)
    return goal === undefined ? null : { kind: 'end', label: `${goal.which} goal reached` }
  },
  describe: (events) => {
    const goal = goalOf(events)
    if (goal !== undefined) return `Reached the ${goal.which} goal`
    const step = (events as unknown as readonly BasicEvent[]).find((event) => event.kind === 'move')
    if (step === undefined) return 'Stayed'
    return step.to > step.from ? 'Moved right' : 'Moved left'
  },
  progress: (scene) => (scene as unknown as BasicScene).position,
  branches: ['move'],
  control: {
    initial: () => nothing,
    afterStep: (state) => state,
    keys: [
      {
        id: 'left',
        name: 'Move left',
        legend: 'Move',
        shortcuts: ['ArrowLeft'],
        apply: (state) => ({ state, action: move(1) }),
      },
      {
        id: 'right',
        name: 'Move right',
        legend: 'Move',
        shortcuts: ['ArrowRight'],
        apply: (state) => ({ state, action: move(2) }),
      },
      { id: 'stay', name: 'Stay', shortcuts: ['Space'], apply: (state) => ({ state, action: move(0) }) },
    ],
    describe: (_state, scene) => `position ${(scene as unknown as BasicScene).position} of 19`,
  },
}

function goalOf(events: readonly SceneEvent[]): Extract<BasicEvent, { kind: 'goal' }> | undefined {
  return (events as unknown as readonly BasicEvent[]).find((event) => event.kind === 'goal')
}

function draw({ context, width, height }: Canvas, transition: Transition, elapsed: number): void {
  const after = transition.after as unknown as BasicScene
  const before = transition.before as unknown as BasicScene | null
  const share = Math.min(1, elapsed / MOVE_MS)
  const position =
    before === null ? after.position : before.position + (after.position - before.position) * share
  const night = context.createLinearGradient(0, 0, 0, height)
  night.addColorStop(0, '#21304f')
  night.addColorStop(1, '#0f182b')
  context.fillStyle = night
  context.fillRect(0, 0, width, height)

  const pitch = width / (after.length + 1)
  const x = (place: number) => (place + 1) * pitch
  const ground = height * 0.62
  const radius = Math.min(pitch * 0.46, height * 0.14)
  context.fillStyle = 'rgb(255 255 255 / 5%)'
  context.fillRect(0, ground, width, height - ground)
  for (let place = 0; place < after.length; place++) {
    context.fillStyle = 'rgb(255 255 255 / 20%)'
    context.beginPath()
    context.arc(x(place), ground, Math.max(2, radius * 0.22), 0, 2 * Math.PI)
    context.fill()
  }
  flag(context, x(after.small), ground, radius * 1.7, '#62d6c0', '+0.1')
  flag(context, x(after.large), ground, radius * 2.9, '#f9bd35', '+1')
  const at = { x: x(position), y: ground - radius * (0.9 + 0.5 * Math.sin(share * Math.PI)) }
  const body = context.createRadialGradient(at.x - radius * 0.3, at.y - radius * 0.4, 1, at.x, at.y, radius)
  body.addColorStop(0, '#b9c8ff')
  body.addColorStop(1, '#4c6fe6')
  context.fillStyle = body
  context.beginPath()
  context.arc(at.x, at.y, radius * 0.9, 0, 2 * Math.PI)
  context.fill()
}

function flag(
  context: CanvasRenderingContext2D,
  x: number,
  ground: number,
  height: number,
  colour: string,
  label: string,
): void {
  context.strokeStyle = 'rgb(255 255 255 / 60%)'
  context.lineWidth = 2
  context.beginPath()
  context.moveTo(x, ground)
  context.lineTo(x, ground - height)
  context.stroke()
  context.fillStyle = colour
  context.beginPath()
  context.moveTo(x, ground - height)
  context.lineTo(x + height * 0.5, ground - height * 0.82)
  context.lineTo(x, ground - height * 0.64)
  context.fill()
  context.fillStyle = 'rgb(255 255 255 / 85%)'
  context.font = '600 13px "Inter Variable", sans-serif'
  context.textAlign = 'center'
  context.fillText(label, x, ground + 26)
}
