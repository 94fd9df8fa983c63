/**
 * E environments on workers of a cluster, several on each, stepped in lockstep: the same run, bit for bit, as on as many worker
 * threads of one machine (rollout/worker-pool.ts), as long as no worker is lost.
 *
 * A worker that is lost takes the episodes with it that were under way there. The run goes on with the others, and its environments
 * join again once it, or another in its place, is there.
 */
import { type EnvironmentSpec, makeEnvironment, observationSize, successOf } from '../envs/index.ts'
import type { EnvironmentRecipe, Samplers } from '../envs/varied-environment.ts'
import { UserError } from '../errors.ts'
import { type ActionBatch, makeActionBatch, type StepBatch } from '../experience/transitions.ts'
import { Command, emptyFrame, HEAD_BYTES, jsonFrame, Kind } from '../remote/stdio/frames.ts'
import { requestBytes, requestLayout, resultLayout, type Sizes, sizesOf } from '../remote/stdio/layout.ts'
import { type EpisodeOptions, Episodes, type FinishedEpisode } from '../rollout/episodes.ts'
import type { RestartSettings } from '../rollout/restart-limit.ts'
import type { Rollout, SavedRollout } from '../rollout/rollout.ts'
import { rowOf } from '../rollout/rows.ts'
import { Crew, type Workers } from './crew.ts'
import { listFrame, readList, WorkerKind, type WorkerOrder } from './worker-frames.ts'

export interface RemoteRolloutOptions extends EpisodeOptions {
  readonly recipe: EnvironmentRecipe
  readonly plugins: readonly string[]
  readonly admitted: WorkerOrder['admitted']
  /** E, spread over the workers as evenly as can be. */
  readonly count: number
  readonly workers: number
  /** Times the real game's speed; null: as fast as it goes. */
  readonly pace: number | null
  readonly restarts: RestartSettings
}

export class RemoteRollout implements Rollout {
  readonly spec: EnvironmentSpec
  readonly count: number
  readonly stepping = 'sync'
  readonly fullBatches = false
  readonly maxEpisodeSteps: number
  readonly observations: Float32Array
  readonly masks: Uint8Array | null
  readonly actions: ActionBatch
  readonly settled = true
  readonly finished: readonly FinishedEpisode[]
  readonly dropped: number[] = []
  readonly troubles: string[] = []

  readonly #crew: Crew
  readonly #sizes: Sizes
  readonly #episodes: Episodes
  readonly #batch: StepBatch & { environments: Int32Array | null }
  #samplers: Samplers

  /** @throws UserError when a worker cannot be started, or cannot make the environment */
  static async create(channel: Workers, options: RemoteRolloutOptions): Promise<RemoteRollout> {
    const rollout = new RemoteRollout(channel, options)
    await rollout.#crew.open()
    await rollout.#welcome()
    if (rollout.#crew.isComplete) return rollout
    await rollout.close()
    rollout.#crew.tell(rollout.dropped, rollout.troubles)
    throw new UserError(rollout.troubles[0]!)
  }

  private constructor(channel: Workers, options: RemoteRolloutOptions) {
    const { recipe, plugins, admitted, pace, count: E, workers, restarts } = options
    this.#samplers = recipe.samplers
    this.#crew = new Crew(channel, {
      count: E,
      workers,
      restarts,
      order: (environments) => ({
        recipe: { ...recipe, samplers: this.#samplers },
        plugins,
        admitted,
        environments,
        pace,
      }),
    })
    this.spec = makeEnvironment(recipe.id, recipe.parameters).spec
    this.#sizes = sizesOf(this.spec)
    this.count = E
    this.#episodes = new Episodes(this.spec, E, options)
    this.maxEpisodeSteps = this.#episodes.limit
    this.finished = this.#episodes.finished
    const O = observationSize(this.spec)
    const { continuous, branches, mask: M } = this.#sizes
    this.observations = new Float32Array(E * O)
    this.masks = M === 0 ? null : new Uint8Array(E * M)
    this.actions = makeActionBatch(E, continuous, branches)
    this.#batch = {
      observations: new Float32Array(E * O),
      actions: this.actions,
      rewards: new Float32Array(E),
      nextObservations: new Float32Array(E * O),
      terminated: new Uint8Array(E),
      truncated: new Uint8Array(E),
      masks: M === 0 ? null : new Uint8Array(E * M),
      environments: null,
    }
  }

  get failure(): UserError | null {
    return this.#crew.failure
  }

  get waiting(): Int32Array | null {
    if (this.#crew.isComplete) return null
    return Int32Array.from(this.#crew.living.flatMap((w) => this.#crew.environmentsOf(w)))
  }

  /** Nothing sets off before it is received. */
  send(): void {}

  async receive(): Promise<StepBatch> {
    this.#forget()
    this.#batch.observations.set(this.observations)
    if (this.masks !== null) this.#batch.masks!.set(this.masks)
    const { living } = this.#crew
    const rows = await this.#step(living)
    // Then there is nothing else to do than to wait for one.
    if (living.length === 0) await this.#crew.someoneStarts()
    await this.#welcome()
    this.#crew.tell(this.dropped, this.troubles)
    this.#batch.environments = rows.length === this.count ? null : Int32Array.from(rows)
    return this.#batch
  }

  async settle(): Promise<StepBatch> {
    this.#forget()
    return { ...this.#batch, environments: new Int32Array(0) }
  }

  async vary(samplers: Samplers): Promise<void> {
    this.#samplers = { ...this.#samplers, ...samplers }
    await this.#crew.askAll((w) => this.#crew.call(w, jsonFrame(WorkerKind.vary, samplers)))
  }

  idleShares(): null {
    return null
  }

  async save(): Promise<SavedRollout> {
    const snapshots = new Array<Uint8Array | null>(this.count).fill(null)
    await this.#crew.askAll(async (w) => {
      const { first } = this.#crew.seat(w)
      const body = await this.#crew.call(w, emptyFrame(WorkerKind.save, 0))
      readList(body).forEach((snapshot, i) => {
        snapshots[first + i] = snapshot
      })
    })
    return {
      ...this.#episodes.save(),
      snapshots,
      observations: this.observations.slice(),
      masks: this.masks?.slice() ?? null,
    }
  }

  async load(saved: SavedRollout): Promise<void> {
    if (saved.snapshots.length !== this.count) {
      throw new Error(`${saved.snapshots.length} environments were saved, there are ${this.count}`)
    }
    this.#episodes.load(saved)
    await this.#crew.askAll(async (w) => {
      const { first, count } = this.#crew.seat(w)
      const own = saved.snapshots.slice(first, first + count).map((snapshot) => snapshot ?? new Uint8Array(0))
      await this.#crew.call(w, listFrame(WorkerKind.restore, own))
    })
    this.observations.set(saved.observations)
    if (saved.masks !== null) this.masks?.set(saved.masks)
    const begun = saved.snapshots.flatMap((snapshot, e) => (snapshot === null ? [e] : []))
    await this.#reset(begun)
  }

  async close(): Promise<void> {
    this.#crew.close()
  }

  /** What happened with the steps received last. */
  #forget(): void {
    this.#episodes.finished.length = 0
    this.dropped.length = 0
    this.troubles.length = 0
  }

  /** @returns environments that have made their step, ascending */
  async #step(workers: readonly number[]): Promise<number[]> {
    const answers = await Promise.all(workers.map((w) => this.#advance(w, () => Command.step)))
    const rows: number[] = []
    const ended: number[] = []
    // Seeds are drawn in the order of the environments, as in one process.
    for (const [i, w] of workers.entries()) {
      const { first, count } = this.#crew.seat(w)
      const result = answers[i]!
      if (result === null) continue
      for (let k = 0; k < count; k++) {
        const e = first + k
        rows.push(e)
        const next = rowOf(this.#batch.nextObservations, this.count, e)
        next.set(rowOf(result.observations, count, k))
        const end = this.#episodes.step(
          e,
          {
            reward: result.rewards[k]!,
            terminated: result.terminated[k] === 1,
            truncated: result.truncated[k] === 1,
          },
          this.#batch,
        )
        if (end === 'goes on') {
          rowOf(this.observations, this.count, e).set(next)
          if (this.masks !== null) rowOf(this.masks, this.count, e).set(rowOf(result.masks, count, k))
          continue
        }
        this.#episodes.finish(e, successOf(result.succeeded[k]!), end === 'cut')
        ended.push(e)
      }
    }
    await this.#reset(ended)
    return rows
  }

  /** Begins an episode in each of these environments, ascending. */
  async #reset(environments: readonly number[]): Promise<void> {
    const seeds = new Map(environments.map((e) => [e, this.#episodes.begin(e)]))
    const workers = this.#crew.living.filter((w) => this.#crew.environmentsOf(w).some((e) => seeds.has(e)))
    await Promise.all(
      workers.map(async (w) => {
        const { first, count } = this.#crew.seat(w)
        const result = await this.#advance(w, (e) => (seeds.has(e) ? Command.reset : Command.nothing), seeds)
        if (result === null) return
        for (let k = 0; k < count; k++) {
          const e = first + k
          if (!seeds.has(e)) continue
          rowOf(this.observations, this.count, e).set(rowOf(result.observations, count, k))
          if (this.masks !== null) rowOf(this.masks, this.count, e).set(rowOf(result.masks, count, k))
        }
      }),
    )
  }

  /** @returns null when the worker was lost over it */
  async #advance(
    w: number,
    commandOf: (environment: number) => number,
    seeds: ReadonlyMap<number, number> = new Map(),
  ): Promise<ReturnType<typeof resultLayout> | null> {
    const { first, count } = this.#crew.seat(w)
    const body = new Uint8Array(requestBytes(this.#sizes, count))
    const request = requestLayout(this.#sizes, count, body.buffer)
    for (let k = 0; k < count; k++) {
      const e = first + k
      request.commands[k] = commandOf(e)
      request.seeds[k] = seeds.get(e) ?? 0
      rowOf(request.continuous, count, k).set(rowOf(this.actions.continuous, this.count, e))
      rowOf(request.discrete, count, k).set(rowOf(this.actions.discrete, this.count, e))
    }
    const frame = emptyFrame(Kind.advance, body.length)
    frame.set(body, HEAD_BYTES)
    try {
      const answer = await this.#crew.call(w, frame)
      return resultLayout(this.#sizes, count, answer.slice().buffer, 0)
    } catch (error) {
      this.#crew.lose(w, error)
      return null
    }
  }

  /** Begins episodes on workers that have become there. */
  async #welcome(): Promise<void> {
    await this.#reset(this.#crew.takeBack().flatMap((w) => this.#crew.environmentsOf(w)))
  }
}
