/**
 * E environments of one kind that step together in this process, in lockstep and so reproducibly. Observations, actions
 * and results lie in shared arrays, one row per environment; a step allocates nothing.
 */
import { type Action, type Environment, type EnvironmentSpec, observationSize } from '../envs/index.ts'
import type { ActionBatch, StepBatch } from '../learn/transitions.ts'
import { Random } from '../random.ts'
import { episodeScore } from './score.ts'
import { type Samplers, VariedEnvironment } from './varied-environment.ts'

/** Where an environment sets no limit, a policy that dithers would never end its episode (basic: "stay" for ever). */
export const DEFAULT_EPISODE_LIMIT = 200

/** Seeds of training episodes begin here, far above the held-out ones. */
export const FIRST_TRAINING_SEED = 2 ** 30

export interface VectorOptions {
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

export interface SavedVector {
  readonly random: readonly number[]
  readonly snapshots: readonly Uint8Array[]
  readonly observations: Float32Array
  readonly masks: Uint8Array | null
  readonly seeds: readonly number[]
  readonly lengths: readonly number[]
  readonly returns: readonly number[]
}

export class VectorEnvironment {
  readonly spec: EnvironmentSpec
  /** E */
  readonly count: number
  readonly maxEpisodeSteps: number
  /** [E, O], what the next action is chosen from. */
  readonly observations: Float32Array
  /** [E, sum of branches], 1 = allowed next; null when the environment masks nothing. */
  readonly masks: Uint8Array | null
  /** To be filled before `step`. */
  readonly actions: ActionBatch
  /** Episodes that ended with the last step. */
  readonly finished: FinishedEpisode[] = []

  readonly #environments: readonly Environment[]
  readonly #batch: {
    readonly observations: Float32Array
    readonly actions: ActionBatch
    readonly rewards: Float32Array
    readonly nextObservations: Float32Array
    readonly terminated: Uint8Array
    readonly truncated: Uint8Array
    readonly masks: Uint8Array | null
  }
  readonly #rows: readonly {
    readonly current: Float32Array
    readonly next: Float32Array
    readonly mask: Uint8Array | null
    readonly action: Action
  }[]
  readonly #random: Random
  readonly #seeds: number[]
  readonly #lengths: number[]
  readonly #returns: number[]

  constructor(make: () => Environment, count: number, options: VectorOptions) {
    this.#environments = Array.from({ length: count }, make)
    const { spec } = this.#environments[0]!
    const size = observationSize(spec)
    const { continuous, discrete } = spec.action
    const branches = discrete.reduce((sum, branch) => sum + branch, 0)
    const masked = this.#environments[0]!.writeActionMask !== undefined
    this.spec = spec
    this.count = count
    this.maxEpisodeSteps = options.maxEpisodeSteps ?? spec.maxEpisodeSteps ?? DEFAULT_EPISODE_LIMIT
    this.observations = new Float32Array(count * size)
    this.masks = masked ? new Uint8Array(count * branches) : null
    this.actions = {
      continuous: new Float32Array(count * continuous),
      discrete: new Int32Array(count * discrete.length),
    }
    this.#batch = {
      observations: new Float32Array(count * size),
      actions: this.actions,
      rewards: new Float32Array(count),
      nextObservations: new Float32Array(count * size),
      terminated: new Uint8Array(count),
      truncated: new Uint8Array(count),
      masks: masked ? new Uint8Array(count * branches) : null,
    }
    const row = <T extends Float32Array | Int32Array | Uint8Array>(array: T, e: number) =>
      array.subarray((e * array.length) / count, ((e + 1) * array.length) / count) as T
    this.#rows = this.#environments.map((_, e) => ({
      current: row(this.observations, e),
      next: row(this.#batch.nextObservations, e),
      mask: this.masks === null ? null : row(this.masks, e),
      action: { continuous: row(this.actions.continuous, e), discrete: row(this.actions.discrete, e) },
    }))
    this.#random = new Random(options.seed)
    this.#seeds = new Array<number>(count).fill(0)
    this.#lengths = new Array<number>(count).fill(0)
    this.#returns = new Array<number>(count).fill(0)
    for (let e = 0; e < count; e++) this.#reset(e)
  }

  /** Takes `actions`; environments whose episode ended begin the next one. The batch is overwritten by the next step. */
  step(): StepBatch {
    const batch = this.#batch
    batch.observations.set(this.observations)
    batch.masks?.set(this.masks!)
    this.finished.length = 0
    for (let e = 0; e < this.count; e++) {
      const environment = this.#environments[e]!
      const row = this.#rows[e]!
      const result = environment.step(row.action, row.next)
      this.#lengths[e]!++
      this.#returns[e]! += result.reward
      const truncated = result.truncated || (!result.terminated && this.#lengths[e]! >= this.maxEpisodeSteps)
      batch.rewards[e] = result.reward
      batch.terminated[e] = Number(result.terminated)
      batch.truncated[e] = Number(truncated)
      if (result.terminated || truncated) {
        this.#finish(e, environment)
        this.#reset(e)
      } else {
        row.current.set(row.next)
        if (row.mask !== null) environment.writeActionMask!(row.mask)
      }
    }
    return batch
  }

  /** How the parameters of episodes to come are drawn, where the environments were made to vary. */
  vary(samplers: Samplers): void {
    for (const environment of this.#environments) {
      if (environment instanceof VariedEnvironment) environment.vary(samplers)
    }
  }

  /** Everything that determines the steps to come. */
  save(): SavedVector {
    return {
      random: this.#random.save(),
      snapshots: this.#environments.map((environment) => environment.snapshot()),
      observations: this.observations.slice(),
      masks: this.masks?.slice() ?? null,
      seeds: [...this.#seeds],
      lengths: [...this.#lengths],
      returns: [...this.#returns],
    }
  }

  /** @throws Error when it was saved from another number of environments */
  load(saved: SavedVector): void {
    if (saved.snapshots.length !== this.count) {
      throw new Error(`${saved.snapshots.length} environments were saved, there are ${this.count}`)
    }
    this.#random.restore(saved.random)
    for (const [e, environment] of this.#environments.entries()) {
      environment.restore(saved.snapshots[e]!)
      this.#seeds[e] = saved.seeds[e]!
      this.#lengths[e] = saved.lengths[e]!
      this.#returns[e] = saved.returns[e]!
    }
    this.observations.set(saved.observations)
    if (saved.masks !== null) this.masks?.set(saved.masks)
  }

  #reset(e: number): void {
    const seed = FIRST_TRAINING_SEED + this.#random.below(2 ** 31)
    const { current, mask } = this.#rows[e]!
    this.#environments[e]!.reset(seed, current)
    if (mask !== null) this.#environments[e]!.writeActionMask!(mask)
    this.#seeds[e] = seed
    this.#lengths[e] = 0
    this.#returns[e] = 0
  }

  #finish(e: number, environment: Environment): void {
    const [length, sum] = [this.#lengths[e]!, this.#returns[e]!]
    this.finished.push({
      environment: e,
      seed: this.#seeds[e]!,
      length,
      return: sum,
      score: episodeScore(this.spec, length, sum),
      success: environment.succeeded,
    })
  }
}
