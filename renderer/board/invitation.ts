import type { LiveScene } from '../../core/studio/protocol.ts'
import { shortcutKeys } from '../actions/shortcuts.ts'
import type { Hands } from './live-control.ts'
import type { Canvas } from './scene-view.ts'

/** Says how to begin, while a game that goes on by itself waits for its player; nothing where nobody plays. */
export function drawInvitation(
  { context, width, height }: Canvas,
  { keys, stepsPerSecond }: LiveScene,
  hands: Hands | null,
): void {
  if (hands === null || hands.running || stepsPerSecond === null) return
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
