/** Recall on the screen: a corridor from the sign to two doors, and a walker. */
import type { Action, RecallEvent, RecallScene, SceneEvent } from '../../../core/studio/protocol.ts'
import type { Canvas, SceneView, Transition } from '../scene-view.ts'

const MOVE_MS = 160
const DOORS = ['upper', 'lower'] as const

interface Nothing {
  readonly kind: 'nothing'
}
const nothing: Nothing = { kind: 'nothing' }

function take(branch: number): Action {
  return { continuous: [], discrete: [branch] }
}

export const recallView: SceneView<Nothing> = {
  aspect: 2.8,
  duration: (events) => (events.length === 0 ? 0 : MOVE_MS),
  draw,
  moment: (events) => {
    const door = doorOf(events)
    if (door === undefined) return null
    return {
      kind: door.right ? 'goal' : 'end',
      label: `${door.which} door, ${door.right ? 'right' : 'wrong'}`,
    }
  },
  describe: (events) => {
    const door = doorOf(events)
    if (door !== undefined) return `Took the ${door.which} door, which was ${door.right ? 'right' : 'wrong'}`
    return events.length === 0 ? 'At the sign' : 'Walked on'
  },
  progress: (scene) => (scene as unknown as RecallScene).position,
  branches: ['door'],
  control: {
    initial: () => nothing,
    afterStep: (state) => state,
    keys: [
      {
        id: 'upper',
        name: 'Upper door',
        legend: 'Door',
        shortcuts: ['ArrowUp'],
        apply: (state) => ({ state, action: take(0) }),
      },
      {
        id: 'lower',
        name: 'Lower door',
        legend: 'Door',
        shortcuts: ['ArrowDown'],
        apply: (state) => ({ state, action: take(1) }),
      },
      {
        id: 'walk',
        name: 'Walk on',
        shortcuts: ['ArrowRight', 'Space'],
        apply: (state, scene) => (betweenDoors(scene) ? { state } : { state, action: take(0) }),
      },
    ],
    describe: (_state, scene) => {
      const { sign, position, length } = scene as unknown as RecallScene
      if (sign !== null) return `the sign says: ${sign} door`
      return betweenDoors(scene) ? 'between the doors' : `${position} of ${length} places along the corridor`
    },
  },
}

function betweenDoors(scene: unknown): boolean {
  const { position, length } = scene as RecallScene
  return position > length
}

function doorOf(events: readonly SceneEvent[]): Extract<RecallEvent, { kind: 'door' }> | undefined {
  return (events as unknown as readonly RecallEvent[]).find((event) => event.kind === 'door')
}

function draw({ context, width, height }: Canvas, transition: Transition, elapsed: number): void {
  const after = transition.after as unknown as RecallScene
  const before = transition.before as unknown as RecallScene | null
  const share = Math.min(1, elapsed / MOVE_MS)
  const night = context.createLinearGradient(0, 0, 0, height)
  night.addColorStop(0, '#21304f')
  night.addColorStop(1, '#0f182b')
  context.fillStyle = night
  context.fillRect(0, 0, width, height)

  const places = after.length + 2
  const pitch = width / (places + 1.5)
  const x = (place: number) => (place + 1) * pitch
  const middle = height / 2
  const reach = height * 0.28
  const radius = Math.min(pitch * 0.4, height * 0.1)
  context.fillStyle = 'rgb(255 255 255 / 7%)'
  context.fillRect(x(0) - pitch / 2, middle - radius * 1.6, pitch * places, radius * 3.2)
  context.fillRect(x(places - 1) - pitch / 2, middle - reach, pitch, reach * 2)
  for (const [k, door] of DOORS.entries()) {
    const y = middle + (k === 0 ? -reach : reach)
    const taken = after.taken === door
    context.fillStyle = taken ? (after.right ? '#62d6c0' : '#ff8a8a') : 'rgb(255 255 255 / 55%)'
    context.fillRect(x(places - 1) - pitch / 2, y - 4, pitch, 8)
  }
  if (after.sign !== null) arrow(context, x(0), middle - radius * 3.4, radius * 1.2, after.sign === 'upper')

  const place =
    before === null ? after.position : before.position + (after.position - before.position) * share
  const aside = after.taken === null ? 0 : (after.taken === 'upper' ? -1 : 1) * reach * 0.75 * share
  const at = { x: x(place), y: middle + aside }
  const body = context.createRadialGradient(at.x - radius * 0.3, at.y - radius * 0.4, 1, at.x, at.y, radius)
  body.addColorStop(0, '#b9c8ff')
  body.addColorStop(1, '#4c6fe6')
  context.fillStyle = body
  context.beginPath()
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI)
  context.fill()
}

function arrow(context: CanvasRenderingContext2D, x: number, y: number, size: number, up: boolean): void {
  const tip = up ? -size : size
  context.fillStyle = '#f9bd35'
  context.beginPath()
  context.moveTo(x, y + tip)
  context.lineTo(x + size, y - tip * 0.6)
  context.lineTo(x - size, y - tip * 0.6)
  context.fill()
}
