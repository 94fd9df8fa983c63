/** Scripted players of Gymnasium's own environments, for demonstrations where reward alone is too rare to learn from. */
import { type Player, registerScriptedPlayer } from '../../envs/index.ts'

/** Enough to reach the flag in some 120 steps; full force takes 106 and costs more than Gymnasium's threshold of 90 leaves. */
const FORCE = 0.6

/** Pushes the way the car moves, which rocks it out of the valley. Observation: position, velocity. */
function rockingPlayer(): Player {
  return {
    name: 'scripted rocking player',
    kind: 'scripted',
    begin: () => {},
    act: (_environment, observation, action) => {
      action.continuous[0] = observation[1]! >= 0 ? FORCE : -FORCE
    },
  }
}

registerScriptedPlayer('gym:MountainCarContinuous-v0', rockingPlayer)
