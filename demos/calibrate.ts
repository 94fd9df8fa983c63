/** Prints how many bubbles the scripted players need over 10,000 plays: the figures in docs/environments.md. */
import { greedyPlayer, referencePlayer } from '../core/envs/bubble/index.ts'
import {
  emptyAction,
  makeEnvironment,
  observationSize,
  type Player,
  randomPlayer,
} from '../core/envs/index.ts'

const PLAYS = 10_000

const environment = makeEnvironment('bubble/25')
const observation = new Float32Array(observationSize(environment.spec))
const action = emptyAction(environment.spec)

async function measure(player: Player): Promise<void> {
  let sum = 0
  let squares = 0
  let won = 0
  for (let seed = 0; seed < PLAYS; seed++) {
    environment.reset(seed, null)
    player.begin(seed)
    for (let length = 1; ; length++) {
      await player.act(environment, observation, action)
      const { terminated, truncated } = environment.step(action, null)
      if (!terminated && !truncated) continue
      sum += length
      squares += length * length
      if (terminated) won++
      break
    }
  }
  const mean = sum / PLAYS
  const deviation = Math.sqrt(squares / PLAYS - mean * mean)
  const share = ((100 * won) / PLAYS).toFixed(2)
  console.log(`${player.name}: ${mean.toFixed(2)} +- ${deviation.toFixed(2)} bubbles, ${share}% won`)
}

await measure(randomPlayer(environment.spec))
await measure(greedyPlayer())
await measure(referencePlayer())
