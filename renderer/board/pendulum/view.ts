/** Pendulum on the screen: the hinge, the rod, and the torque of the last step as an arc around the hinge. */
import type { PendulumEvent, PendulumScene, Scene, SceneEvent } from '../../../core/studio/protocol.ts'
import { drawInvitation } from '../invitation.ts'
import { type Hands, liveControl } from '../live-control.ts'
import type { Canvas, SceneView, Transition } from '../scene-view.ts'

export const pendulumView: SceneView<Hands> = {
  aspect: 1.2,
  duration: () => 0,
  draw,
  moment: (events) => {
    const upright = uprightAtEnd(events)
    if (upright === undefined) return null
    return {
      kind: upright ? 'goal' : 'end',
      label: upright ? 'upright at the end' : 'not upright at the end',
    }
  },
  describe: (events) => {
    const upright = uprightAtEnd(events)
    return upright === undefined ? '' : `Time is up, and it is ${upright ? '' : 'not '}upright`
  },
  progress: () => 0,
  branches: [],
  control: liveControl,
}

function uprightAtEnd(events: readonly SceneEvent[]): boolean | undefined {
  return (events as unknown as readonly PendulumEvent[])[0]?.upright
}

function pendulumOf(scene: Scene): PendulumScene {
  return scene as unknown as PendulumScene
}

function draw(canvas: Canvas, { after }: Transition, _elapsed: number, hands: Hands | null): void {
  const { context, width, height } = canvas
  const scene = pendulumOf(after)
  const night = context.createLinearGradient(0, 0, 0, height)
  night.addColorStop(0, '#21304f')
  night.addColorStop(1, '#0f182b')
  context.fillStyle = night
  context.fillRect(0, 0, width, height)

  const [x, y] = [width / 2, height * 0.52]
  const rod = height * 0.36
  context.strokeStyle = 'rgb(255 255 255 / 14%)'
  context.lineWidth = 2
  context.beginPath()
  context.arc(x, y, rod, 0, 2 * Math.PI)
  context.stroke()
  context.fillStyle = '#62d6c0'
  context.beginPath()
  context.arc(x, y - rod, 5, 0, 2 * Math.PI)
  context.fill()

  context.strokeStyle = '#f9bd35'
  context.lineWidth = rod * 0.13
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(x, y)
  // Counter-clockwise from upright is to the left.
  context.lineTo(x - Math.sin(scene.angle) * rod, y - Math.cos(scene.angle) * rod)
  context.stroke()
  drawTorque(canvas, x, y, rod * 0.3, scene.torque / scene.limit)
  context.fillStyle = '#b9c8ff'
  context.beginPath()
  context.arc(x, y, rod * 0.08, 0, 2 * Math.PI)
  context.fill()
  drawInvitation(canvas, scene, hands)
}

/** @param share  of the motor's torque, counter-clockwise above 0: how far around the arc goes */
function drawTorque({ context }: Canvas, x: number, y: number, radius: number, share: number): void {
  if (share === 0) return
  const [from, to] = [-Math.PI / 2, -Math.PI / 2 - share * Math.PI * 0.8]
  context.strokeStyle = '#62d6c0'
  context.lineWidth = radius * 0.16
  context.beginPath()
  context.arc(x, y, radius, from, to, share > 0)
  context.stroke()
  const [tip, size] = [{ x: x + Math.cos(to) * radius, y: y + Math.sin(to) * radius }, radius * 0.3]
  const along = to - Math.sign(share) * (Math.PI / 2)
  context.fillStyle = '#62d6c0'
  context.beginPath()
  for (const turn of [0, (2 * Math.PI) / 3, (4 * Math.PI) / 3]) {
    context.lineTo(tip.x + Math.cos(along + turn) * size, tip.y + Math.sin(along + turn) * size)
  }
  context.fill()
}
