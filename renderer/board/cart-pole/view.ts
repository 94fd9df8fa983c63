/** Cart-pole on the screen: a rail from limit to limit, the cart, the pole, and the push of the last step. */
import type { CartPoleEvent, CartPoleScene, Scene, SceneEvent } from '../../../core/studio/protocol.ts'
import { drawInvitation } from '../invitation.ts'
import { type Hands, liveControl } from '../live-control.ts'
import type { Canvas, SceneView, Transition } from '../scene-view.ts'

const ENDS: Readonly<Record<CartPoleEvent['kind'], string>> = {
  fell: 'The pole fell',
  left: 'The cart left the rail',
  held: 'Held up to the end',
}

export const cartPoleView: SceneView<Hands> = {
  aspect: 2,
  duration: () => 0,
  draw,
  moment: (events) => {
    const end = endOf(events)
    return end === undefined ? null : { kind: end === 'held' ? 'goal' : 'end', label: ENDS[end] }
  },
  describe: (events) => ENDS[endOf(events)!] ?? '',
  progress: () => 0,
  branches: ['push'],
  control: liveControl,
}

function endOf(events: readonly SceneEvent[]): CartPoleEvent['kind'] | undefined {
  return (events as unknown as readonly CartPoleEvent[])[0]?.kind
}

function cartPoleOf(scene: Scene): CartPoleScene {
  return scene as unknown as CartPoleScene
}

function draw(canvas: Canvas, { after }: Transition, _elapsed: number, hands: Hands | null): void {
  const { context, width, height } = canvas
  const scene = cartPoleOf(after)
  const { position, angle, length, limits, push } = scene
  const night = context.createLinearGradient(0, 0, 0, height)
  night.addColorStop(0, '#21304f')
  night.addColorStop(1, '#0f182b')
  context.fillStyle = night
  context.fillRect(0, 0, width, height)

  const metre = (width * 0.88) / (2 * limits.position)
  const rail = height * 0.76
  const x = (metres: number) => width / 2 + metres * metre
  context.fillStyle = 'rgb(255 255 255 / 18%)'
  context.fillRect(x(-limits.position), rail, 2 * limits.position * metre, 3)
  for (const side of [-1, 1]) context.fillRect(x(side * limits.position) - 1.5, rail - 9, 3, 21)

  const cart = { width: metre * 0.5, height: metre * 0.28 }
  const hinge = { x: x(position), y: rail - cart.height }
  drawLimits(canvas, hinge, length * metre, limits.angle)
  if (push !== 0) drawPush(canvas, hinge.x + (push * cart.width) / 2, rail - cart.height / 2, push)
  context.fillStyle = '#4c6fe6'
  context.beginPath()
  context.roundRect(hinge.x - cart.width / 2, hinge.y, cart.width, cart.height, 5)
  context.fill()

  context.strokeStyle = '#f9bd35'
  context.lineWidth = Math.max(6, metre * 0.09)
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(hinge.x, hinge.y)
  context.lineTo(hinge.x + Math.sin(angle) * length * metre, hinge.y - Math.cos(angle) * length * metre)
  context.stroke()
  context.fillStyle = '#b9c8ff'
  context.beginPath()
  context.arc(hinge.x, hinge.y, context.lineWidth * 0.6, 0, 2 * Math.PI)
  context.fill()
  drawInvitation(canvas, scene, hands)
}

/** How far the pole may lean. */
function drawLimits(
  { context }: Canvas,
  hinge: { readonly x: number; readonly y: number },
  reach: number,
  angle: number,
): void {
  context.fillStyle = 'rgb(255 255 255 / 7%)'
  context.beginPath()
  context.moveTo(hinge.x, hinge.y)
  context.arc(hinge.x, hinge.y, reach * 1.05, -Math.PI / 2 - angle, -Math.PI / 2 + angle)
  context.fill()
}

function drawPush({ context, width }: Canvas, x: number, y: number, side: -1 | 1): void {
  const size = width * 0.022
  context.fillStyle = '#62d6c0'
  context.beginPath()
  context.moveTo(x + side * size * 2, y)
  context.lineTo(x + side * size * 0.6, y - size)
  context.lineTo(x + side * size * 0.6, y + size)
  context.fill()
}
