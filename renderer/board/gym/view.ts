/** A game of another program, by the pictures that it draws itself. */
import type { GymScene, Scene } from '../../../core/studio/protocol.ts'
import { drawInvitation } from '../invitation.ts'
import { type Hands, liveControl } from '../live-control.ts'
import type { Canvas, SceneView, Transition } from '../scene-view.ts'
import { isPending, pictureOf } from './pictures.ts'

export const gymView: SceneView<Hands> = {
  aspect: () => 1.5,
  duration: () => 0,
  draw,
  pending: ({ after }) => isPending(gymOf(after)),
  moment: () => null,
  describe: () => '',
  progress: () => 0,
  branches: () => ['action'],
  control: liveControl,
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
  drawInvitation(canvas, scene, hands)
}

function gymOf(scene: Scene): GymScene {
  return scene as unknown as GymScene
}
