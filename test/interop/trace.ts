/** What an environment gives here, step by step, for programs of others that step the same one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  emptyAction,
  makeEnvironment,
  observationSize,
  type ParameterValue,
  randomPlayer,
} from '../../core/envs/index.ts'

/** Before each reset its seed, else what was done and what came of it. */
type Moment =
  | { readonly seed: number }
  | {
      readonly continuous: readonly number[]
      readonly discrete: readonly number[]
      readonly reward: number
      readonly terminated: boolean
      readonly truncated: boolean
    }

/**
 * Plays at random, episode after episode, and writes `<name>.json` (the moments) and `<name>.f32` (one observation for each
 * moment, little-endian).
 */
export async function writeTrace(
  folder: string,
  name: string,
  id: string,
  parameters: Readonly<Record<string, ParameterValue>>,
  steps: number,
): Promise<void> {
  const environment = makeEnvironment(id, parameters)
  const { spec } = environment
  const player = randomPlayer(spec)
  const action = emptyAction(spec)
  const moments: Moment[] = []
  const observations: Float32Array[] = []
  let seed = 100
  let ended = true
  for (let step = 0; step < steps; ) {
    const observation = new Float32Array(observationSize(spec))
    observations.push(observation)
    if (ended) {
      environment.reset(++seed, observation)
      player.begin(seed)
      moments.push({ seed })
      ended = false
      continue
    }
    await player.act(environment, observation, action)
    const { reward, terminated, truncated } = environment.step(action, observation)
    const { continuous, discrete } = action
    moments.push({
      continuous: [...continuous],
      discrete: [...discrete],
      reward,
      terminated,
      truncated,
    })
    ended = terminated || truncated
    step++
  }
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(moments))
  writeFileSync(join(folder, `${name}.f32`), Buffer.concat(observations.map((o) => Buffer.from(o.buffer))))
}
