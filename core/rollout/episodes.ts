/** The episodes under way in E environments: their seeds, lengths and returns, and those that have ended. */
import type { EnvironmentSpec, StepResult } from '../envs/index.ts'
import type { StepBatch } from '../experience/transitions.ts'
import { Random } from '../random.ts'
import { episodeScore } from './score.ts'

/**
 * Steps after which an episode is broken off that nothing limits. It is only there so that an endless one ends: a game of Atari
 * may have 27,000 decisions, and whoever cuts at this says so.
 */
export const ENDLESS_EPISODE = 100_000

/** Steps in which every environment is taken to have finished an episode where no limit is known. */
const USUAL_EPISODE = 1_000

/** Seeds of training episodes begin here, far above the held-out ones. */
export const FIRST_TRAINING_SEED = 2 ** 30

export interface EpisodeOptions {
  /** Seeds the stream from which the episodes' seeds are drawn. */
  readonly seed: number
  /** Steps after which an episode is truncated, in place of what the environment says. */
  readonly maxEpisodeSteps?: number | null
}

/** After how many steps an episode is truncated, whoever plays. @param chosen  by whoever configured the run */
export function episodeLimit(spec: EnvironmentSpec, chosen: number | null = null): number {
  return chosen ?? spec.maxEpisodeSteps ?? spec.patience ?? ENDLESS_EPISODE
}

/** Steps of one environment until it may be taken to have finished an episode. */
export function usualEpisode(limit: number): number {
  return limit === ENDLESS_EPISODE ? USUAL_EPISODE : limit
}

/** What is said of episodes that were cut by `limit` and not by the environment. @param chosen  as for `episodeLimit` */
export function cutSentence(limit: number, chosen: number | null): string {
  return chosen === null
    ? `cut at ${limit.toLocaleString('en-US')} steps, as the environment sets no limit (a run can set env_settings.max_episode_steps)`
    : `cut at ${limit.toLocaleString('en-US')} steps, the run's max_episode_steps`
}

/** An episode goes on after a step, its environment has ended it, or it is cut by a limit that the environment does not know. */
export type StepEnd = 'goes on' | 'over' | 'cut'

/**
 * How a step ends, whoever plays. What the environment says counts; a limit ends only what would go on. A step whose environment
 * was lost ends in no way: it is in no batch, and nobody learns from it.
 */
export function endOfStep(
  { terminated, truncated }: Pick<StepResult, 'terminated' | 'truncated'>,
  length: number,
  limit: number,
): StepEnd {
  if (terminated || truncated) return 'over'
  return length >= limit ? 'cut' : 'goes on'
}

/** Where the outcomes of a step are entered, a row for each environment. */
type Outcomes = Pick<StepBatch, 'rewards' | 'terminated' | 'truncated'>

export interface FinishedEpisode {
  readonly environment: number
  readonly seed: number
  readonly length: number
  /** Sum of rewards. */
  readonly return: number
  readonly score: number
  /** Null where nobody says. */
  readonly success: boolean | null
  /** Whether it had not ended, and was truncated here. */
  readonly cut: boolean
}

export interface SavedEpisodes {
  readonly random: readonly number[]
  readonly seeds: readonly number[]
  readonly lengths: readonly number[]
  readonly returns: readonly number[]
}

export class Episodes {
  readonly limit: number
  /** Those that ended since the list was emptied. */
  readonly finished: FinishedEpisode[] = []
  readonly #spec: EnvironmentSpec
  readonly #random: Random
  readonly #seeds: Float64Array
  readonly #lengths: Int32Array
  readonly #returns: Float64Array

  constructor(spec: EnvironmentSpec, count: number, options: EpisodeOptions) {
    this.#spec = spec
    this.limit = episodeLimit(spec, options.maxEpisodeSteps)
    this.#random = new Random(options.seed)
    this.#seeds = new Float64Array(count)
    this.#lengths = new Int32Array(count)
    this.#returns = new Float64Array(count)
  }

  /** Begins the next episode of environment `e`. @returns its seed */
  begin(e: number): number {
    const seed = FIRST_TRAINING_SEED + this.#random.below(2 ** 31)
    this.#seeds[e] = seed
    this.#lengths[e] = 0
    this.#returns[e] = 0
    return seed
  }

  /** Counts a step, and enters in row `e` of the batch what came of it. */
  step(e: number, result: StepResult, { rewards, terminated, truncated }: Outcomes): StepEnd {
    this.#lengths[e]!++
    this.#returns[e]! += result.reward
    const end = endOfStep(result, this.#lengths[e]!, this.limit)
    rewards[e] = result.reward
    terminated[e] = Number(result.terminated)
    truncated[e] = Number(result.truncated || end === 'cut')
    return end
  }

  /** @param cut  whether the limit has ended it */
  finish(e: number, success: boolean | null, cut: boolean): void {
    const length = this.#lengths[e]!
    const sum = this.#returns[e]!
    this.finished.push({
      environment: e,
      seed: this.#seeds[e]!,
      length,
      return: sum,
      score: episodeScore(this.#spec, length, sum),
      success,
      cut,
    })
  }

  save(): SavedEpisodes {
    return {
      random: this.#random.save(),
      seeds: [...this.#seeds],
      lengths: [...this.#lengths],
      returns: [...this.#returns],
    }
  }

  load(saved: SavedEpisodes): void {
    this.#random.restore(saved.random)
    this.#seeds.set(saved.seeds)
    this.#lengths.set(saved.lengths)
    this.#returns.set(saved.returns)
  }
}
