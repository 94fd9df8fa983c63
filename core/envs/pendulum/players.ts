import type { Player } from '../player.ts'

/** Energy per kilogram of the rod that stands still upright, as `height` and `speed` below make it up. */
const STANDING = 15

/** Swings up by adding energy with every swing, then holds the rod by the angle and its speed. */
export function swingingPlayer(): Player {
  return {
    name: 'scripted swinging player',
    kind: 'scripted',
    begin: () => {},
    act: (_environment, [height, aside, speed], action) => {
      const near = height! > 0.9
      const missing = STANDING - (STANDING * height! + (speed! * speed!) / 2)
      const torque = near ? -10 * aside! - 2.5 * speed! : Math.sign(speed! || 1) * missing
      action.continuous[0] = Math.min(1, Math.max(-1, torque / 2))
    },
  }
}
