/** A game of another program, by the pictures that it draws itself. */
import type { GymScene } from '../../../core/studio/protocol.ts'
import { shortcutKeys } from '../../actions/shortcuts.ts'
import type { Canvas, SceneView, Transition } from '../scene-view.ts'
import { gymControl, gymOf, type Hands } from './control.ts'
import { isPending, pictureOf } from './pictures.ts'

export const gymView: SceneView<Hands> = {
  aspect: 1.5,
  duration: () => 0,
  draw,
  pending: ({ after }) => isPending(gymOf(after)),
  moment: () => null,
  describe: () => '',
  progress: () => 0,
  branches: ['action'],
  control: gymControl,
}

function draw(canvas: Canvas, { before, after }: Transition, _elapsed: number, hands: Hands | null): void {
  const { context, width, height } = canvas
  const scene = gymOf(after)
  // While a picture is being decoded, for a few milliseconds, the one before stays.
  const picture = pictureOf(scene) ?? (before === null ? null : pictureOf(gymOf(before)))
  context.fillStyle = '#0f182b'
  context.fillRect(0, 0, width, height)
  if (picture !== null) {
    const scale = Math.min(width / scene.width, height / scene.height)
    const [w, h] = [scene.width * scale, scene.height * scale]
    // Small pictures are made of pixels that are meant to be seen.
    context.imageSmoothingEnabled = scale < 3
    context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h)
    context.imageSmoothingEnabled = true
  }
  if (hands !== null && !hands.running && scene.stepsPerSecond !== null) drawInvitation(canvas, scene)
}

function drawInvitation({ context, width, height }: Canvas, { keys }: GymScene): void {
  const names = keys.slice(0, 4).map(({ shortcut }) => shortcutKeys(shortcut)[0]!.join('+'))
  const text = `Press ${names.join(' ')} to play`
  context.font = '600 15px "Inter Variable", sans-serif'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const room = context.measureText(text).width + 32
  context.fillStyle = 'rgb(15 24 43 / 85%)'
  context.beginPath()
  context.roundRect((width - room) / 2, height * 0.12 - 18, room, 36, 18)
  context.fill()
  context.fillStyle = '#fff'
  context.fillText(text, width / 2, height * 0.12)
  context.textBaseline = 'alphabetic'
}
