/**
 * One played episode, as it is kept. The invariants are HumanCompatibleAI/imitation's: N actions and N+1 observations,
 * `terminated` and `truncated` apart, the last observation kept, empty episodes refused.
 */

import type { ActionSpec, ParameterValue } from '../envs/environment.ts'
import { shapeSize } from '../envs/environment.ts'

/** `unknown`: nobody said who played, as with most that was recorded elsewhere. */
export type PlayerKind = 'human' | 'scripted' | 'agent' | 'unknown'

/** What was played. Enough to build the same environment again. */
export interface EnvironmentStamp {
  readonly id: string
  readonly version: number
  readonly parameters: Readonly<Record<string, ParameterValue>>
  /** Observation names and shapes, and the action layout, as in the spec at the time. */
  readonly observations: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly action: Pick<ActionSpec, 'continuous' | 'discrete' | 'units'>
}

/** Nothing was recorded within the first tenth of a second of 1970, and no file has more episodes. */
export const FIRST_TIME_US = 100_000

export interface EpisodeHead {
  readonly environment: EnvironmentStamp
  /** Null when nobody knows it, as with an episode that was made elsewhere. */
  readonly seed: number | null
  readonly player: { readonly name: string; readonly kind: PlayerKind }
  /** Unix time in microseconds; below `FIRST_TIME_US` nobody knows it, and it is the place of the episode in its file. */
  readonly startedAtUs: number
}

/** [N] steps of O floats each, and what was done, column by column. */
export interface EpisodeColumns {
  /** [N+1, O], the terminal observation last */
  readonly observations: Float32Array
  /** [N, C] */
  readonly continuous: Float32Array
  /** [N, D] */
  readonly discrete: Int32Array
  /** [N] */
  readonly rewards: Float32Array
  /** [N], microseconds since the start of the episode at which the step was taken; never decreasing */
  readonly timesUs: Float64Array
  /** [N, sum of branches], 1 = allowed; absent when the environment masks nothing */
  readonly masks?: Uint8Array
}

/** How an episode ended. */
export interface EpisodeOutcome {
  readonly terminated: boolean
  readonly truncated: boolean
  /** Null when nobody knows it. */
  readonly success: boolean | null
}

export interface Episode extends EpisodeHead, EpisodeColumns {
  readonly terminated: boolean
  readonly truncated: boolean
  /** Whether the goal was reached; null when nobody knows it. */
  readonly success: boolean | null
  readonly tags: readonly string[]
  readonly note: string
  /** 0 = not rated, else 1 to 5. */
  readonly rating: number
}

export function episodeLength(episode: Pick<Episode, 'rewards'>): number {
  return episode.rewards.length
}

/** Sum of the rewards. */
export function episodeReturn(episode: Pick<Episode, 'rewards'>): number {
  let sum = 0
  for (const reward of episode.rewards) sum += reward
  return sum
}

/** Sizes of one step's columns: O observation numbers, C continuous values, D branches, M mask entries. */
export interface StepLayout {
  readonly observation: number
  readonly continuous: number
  readonly branches: number
  readonly mask: number
}

export function stepLayout(stamp: Pick<EnvironmentStamp, 'observations' | 'action'>): StepLayout {
  return {
    observation: stamp.observations.reduce((sum, { shape }) => sum + shapeSize(shape), 0),
    continuous: stamp.action.continuous,
    branches: stamp.action.discrete.length,
    mask: stamp.action.discrete.reduce((sum, size) => sum + size, 0),
  }
}
