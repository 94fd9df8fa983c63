import type { Player } from '../player.ts'

/** Remembers the sign and takes its door. */
export function attentivePlayer(): Player {
  let door = 0
  return {
    name: 'attentive',
    kind: 'scripted',
    begin: () => {
      door = 0
    },
    act: (_environment, observation, action) => {
      if (observation[0] === 1) door = 0
      if (observation[1] === 1) door = 1
      action.discrete[0] = door
    },
  }
}
