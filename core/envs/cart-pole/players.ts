import type { Player } from '../player.ts'

/** Pushes under the pole as it falls, a little more to the side from which the cart has to come back. */
export function balancingPlayer(): Player {
  return {
    name: 'scripted balancing player',
    kind: 'scripted',
    begin: () => {},
    act: (_environment, [x, v, theta, omega], action) => {
      action.discrete[0] = 0.1 * x! + 0.2 * v! + 3 * theta! + omega! > 0 ? 1 : 0
    },
  }
}
