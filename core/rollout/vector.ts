/**
 * E environments of one kind that step together in this process, in lockstep and so reproducibly. Observations, actions
 * and results lie in shared arrays, one row per environment; a step allocates nothing.
 *
 * An environment that cannot make its step loses its episode and begins another, as often as a worker may be started anew; the
 * others go on.
 */
import { type Action, type Environment, type EnvironmentSpec, observationSize } from '../envs/index.ts'
import { type Samplers, VariedEnvironment } from '../envs/varied-environment.ts'
import { PluginError, UserError } from '../errors.ts'
import { type ActionBatch, makeActionBatch, type StepBatch } from '../experience/transitions.ts'
import { type EpisodeOptions, Episodes, type FinishedEpisode } from './episodes.ts'
import { DEFAULT_RESTARTS, RestartLimit, type RestartSettings } from './restart-limit.ts'
import type { Rollout, SavedRollout } from './rollout.ts'
import { rowOf } from './rows.ts'

export interface VectorOptions extends EpisodeOptions {
  readonly restarts?: RestartSettings
}

export class VectorEnvironment implements Rollout {
  readonly spec: EnvironmentSpec
  readonly count: number
  readonly stepping = 'sync'
  readonly fullBatches = true
  readonly maxEpisodeSteps: number
  readonly observations: Float32Array
  readonly masks: Uint8Array | null
  readonly actions: ActionBatch
  readonly waiting = null
  readonly settled = true
  readonly finished: readonly FinishedEpisode[]
  readonly dropped: number[] = []
  readonly troubles: string[] = []
  failure: UserError | null = null

  readonly #environments: readonly Environment[]
  readonly #episodes: Episodes
  readonly #limit: RestartLimit
  /** Environments that have no episode any more. */
  readonly #broken = new Set<number>()
  readonly #batch: StepBatch & { environments: Int32Array | null }
  readonly #rows: readonly {
    readonly current: Float32Array
    readonly next: Float32Array
    readonly mask: Uint8Array | null
    readonly action: Action
  }[]

  constructor(make: () => Environment, count: number, options: VectorOptions) {
    this.#environments = Array.from({ length: count }, make)
    const { spec } = this.#environments[0]!
    const size = observationSize(spec)
    const { continuous, discrete } = spec.action
    const branches = discrete.reduce((sum, branch) => sum + branch, 0)
    const masked = this.#environments[0]!.writeActionMask !== undefined
    this.spec = spec
    this.count = count
    this.#episodes = new Episodes(spec, count, options)
    this.#limit = new RestartLimit(count, options.restarts ?? DEFAULT_RESTARTS)
    this.maxEpisodeSteps = this.#episodes.limit
    this.finished = this.#episodes.finished
    this.observations = new Float32Array(count * size)
    this.masks = masked ? new Uint8Array(count * branches) : null
    this.actions = makeActionBatch(count, continuous, discrete.length)
    this.#batch = {
      observations: new Float32Array(count * size),
      actions: this.actions,
      rewards: new Float32Array(count),
      nextObservations: new Float32Array(count * size),
      terminated: new Uint8Array(count),
      truncated: new Uint8Array(count),
      masks: masked ? new Uint8Array(count * branches) : null,
      environments: null,
    }
    this.#rows = this.#environments.map((_, e) => ({
      current: rowOf(this.observations, count, e),
      next: rowOf(this.#batch.nextObservations, count, e),
      mask: this.masks === null ? null : rowOf(this.masks, count, e),
      action: {
        continuous: rowOf(this.actions.continuous, count, e),
        discrete: rowOf(this.actions.discrete, count, e),
      },
    }))
    for (let e = 0; e < count; e++) this.#reset(e)
  }

  /** Takes `actions`; environments whose episode ended begin the next one. The batch is overwritten by the next step. */
  step(): StepBatch {
    const batch = this.#batch
    batch.observations.set(this.observations)
    batch.masks?.set(this.masks!)
    this.#episodes.finished.length = 0
    this.dropped.length = 0
    this.troubles.length = 0
    for (let e = 0; e < this.count; e++) {
      try {
        this.#environments[e]!.announce?.(this.#rows[e]!.action)
      } catch (error) {
        this.#lose(e, error)
      }
    }
    for (let e = 0; e < this.count; e++) {
      if (this.dropped.includes(e)) continue
      try {
        this.#step(e)
      } catch (error) {
        this.#lose(e, error)
      }
    }
    batch.environments = this.dropped.length === 0 ? null : this.#others()
    return batch
  }

  /** Nothing sets off before it is received. */
  send(): void {}

  async receive(): Promise<StepBatch> {
    return this.step()
  }

  async settle(): Promise<StepBatch> {
    this.dropped.length = 0
    this.troubles.length = 0
    return { ...this.#batch, environments: new Int32Array(0) }
  }

  async vary(samplers: Samplers): Promise<void> {
    for (const environment of this.#environments) {
      if (environment instanceof VariedEnvironment) environment.vary(samplers)
    }
  }

  idleShares(): null {
    return null
  }

  async save(): Promise<SavedRollout> {
    return {
      ...this.#episodes.save(),
      snapshots: this.#environments.map((environment, e) =>
        this.#broken.has(e) ? null : environment.snapshot(),
      ),
      observations: this.observations.slice(),
      masks: this.masks?.slice() ?? null,
    }
  }

  async load(saved: SavedRollout): Promise<void> {
    if (saved.snapshots.length !== this.count) {
      throw new Error(`${saved.snapshots.length} environments were saved, and now there are ${this.count}`)
    }
    this.#episodes.load(saved)
    this.observations.set(saved.observations)
    if (saved.masks !== null) this.masks?.set(saved.masks)
    for (const [e, environment] of this.#environments.entries()) {
      const snapshot = saved.snapshots[e]!
      if (snapshot === null) this.#reset(e)
      else environment.restore(snapshot)
    }
  }

  async close(): Promise<void> {
    for (const environment of this.#environments) environment.close?.()
  }

  #step(e: number): void {
    const environment = this.#environments[e]!
    const row = this.#rows[e]!
    const result = environment.step(row.action, row.next)
    const end = this.#episodes.step(e, result, this.#batch)
    if (end !== 'goes on') {
      this.#episodes.finish(e, environment.succeeded, end === 'cut')
      this.#reset(e)
    } else {
      row.current.set(row.next)
      if (row.mask !== null) environment.writeActionMask!(row.mask)
    }
  }

  /** @throws what is no fault of the environment's */
  #lose(e: number, error: unknown): void {
    if (!(error instanceof UserError)) throw error
    this.dropped.push(e)
    this.#broken.add(e)
    if (!this.#limit.admit(e, performance.now() / 1000)) {
      this.failure ??= lostOnceMore(error)
      return
    }
    this.troubles.push(error.message)
    try {
      this.#reset(e)
    } catch (again) {
      if (!(again instanceof UserError)) throw again
      this.failure ??= again
    }
  }

  /** Those that made their step. */
  #others(): Int32Array {
    const all = Array.from({ length: this.count }, (_, e) => e)
    return Int32Array.from(all.filter((e) => !this.dropped.includes(e)))
  }

  #reset(e: number): void {
    const { current, mask } = this.#rows[e]!
    this.#environments[e]!.reset(this.#episodes.begin(e), current)
    if (mask !== null) this.#environments[e]!.writeActionMask!(mask)
    this.#broken.delete(e)
  }
}

/** Where it happened in a plugin is in the error itself. */
function lostOnceMore(error: UserError): UserError {
  if (error instanceof PluginError) return error
  return new UserError(error.message, {
    remedy:
      'fix the environment and resume the run; env_settings.max_lifetime_restarts and restarts_rate_limit_n let more episodes be dropped',
    cause: error,
  })
}
