/** Plays `basic` as well as it can be played: to the right, where the large goal is. */
import type { Player } from '../../core/envs/index.ts'

export function rightward(kind: Player['kind'] = 'scripted'): Player {
  return {
    name: 'rightward',
    kind,
    begin: () => {},
    act: (_environment, _observation, action) => {
      action.discrete[0] = 2
    },
  }
}
