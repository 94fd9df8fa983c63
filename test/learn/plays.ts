/** Steps that the scripted player of an environment demonstrates, as a learner sees them. */
import { emptyAction, makeEnvironment, observationSize, scriptedPlayer } from '../../core/envs/index.ts'
import type { Player } from '../../core/envs/player.ts'
import type { DemonstrationData } from '../../core/learn/index.ts'

export interface Plays {
  readonly data: DemonstrationData
  /** Mean return of an episode. */
  readonly mean: number
}

export async function scriptedPlays(id: string, episodes: number, by?: Player): Promise<Plays> {
  const env = makeEnvironment(id)
  const player = by ?? scriptedPlayer(env.spec)!
  const observation = new Float32Array(observationSize(env.spec))
  const action = emptyAction(env.spec)
  const observations: number[] = []
  const nextObservations: number[] = []
  const continuous: number[] = []
  const discrete: number[] = []
  const rewards: number[] = []
  const terminated: number[] = []
  const truncated: number[] = []
  for (let seed = 0; seed < episodes; seed++) {
    env.reset(seed, observation)
    player.begin(seed)
    for (let over = false; !over; ) {
      await player.act(env, observation, action)
      observations.push(...observation)
      continuous.push(...action.continuous)
      discrete.push(...action.discrete)
      const result = env.step(action, observation)
      nextObservations.push(...observation)
      rewards.push(result.reward)
      terminated.push(Number(result.terminated))
      truncated.push(Number(result.truncated))
      over = result.terminated || result.truncated
    }
  }
  return {
    data: {
      length: rewards.length,
      observations: Float32Array.from(observations),
      nextObservations: Float32Array.from(nextObservations),
      continuous: Float32Array.from(continuous),
      discrete: Int32Array.from(discrete),
      rewards: Float32Array.from(rewards),
      terminated: Uint8Array.from(terminated),
      truncated: Uint8Array.from(truncated),
    },
    mean: rewards.reduce((sum, reward) => sum + reward, 0) / episodes,
  }
}
