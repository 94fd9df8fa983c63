/** The episodes under way in E environments: their seeds, lengths and returns, and those that have ended. */
import type { EnvironmentSpec } from '../envs/index.ts'
import { Random } from '../random.ts'
import { episodeScore } from './score.ts'

/** Where an environment sets no limit, a policy that dithers would never end its episode (basic: "stay" for ever). */
export const DEFAULT_EPISODE_LIMIT = 200

/** Seeds of training episodes begin here, far above the held-out ones. */
export const FIRST_TRAINING_SEED = 2 ** 30

export interface EpisodeOptions {
  /** Seeds the stream from which the episodes' seeds are drawn. */
  readonly seed: number
  /** Steps after which an episode is truncated; the environment's own limit, else DEFAULT_EPISODE_LIMIT. */
  readonly maxEpisodeSteps?: number | null
}

export interface FinishedEpisode {
  readonly environment: number
  readonly seed: number
  readonly length: number
  /** Sum of rewards. */
  readonly return: number
  readonly score: number
  readonly success: boolean
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
    this.limit = options.maxEpisodeSteps ?? spec.maxEpisodeSteps ?? DEFAULT_EPISODE_LIMIT
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

  /** Counts a step. @returns whether the episode has reached its limit */
  add(e: number, reward: number): boolean {
    this.#lengths[e]!++
    this.#returns[e]! += reward
    return this.#lengths[e]! >= this.limit
  }

  finish(e: number, success: boolean): void {
    const length = this.#lengths[e]!
    const sum = this.#returns[e]!
    this.finished.push({
      environment: e,
      seed: this.#seeds[e]!,
      length,
      return: sum,
      score: episodeScore(this.#spec, length, sum),
      success,
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
