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
import type { Refusal } from '../remote/stdio/serve.ts'
import { type EpisodeOptions, Episodes, type FinishedEpisode } from '../rollout/episodes.ts'
import { RestartLimit, type RestartSettings } from '../rollout/restart-limit.ts'
import type { Rollout, SavedRollout } from '../rollout/rollout.ts'
import { rowOf } from '../rollout/rows.ts'
import { WorkerLost } from './driver-channel.ts'
import { listFrame, readList, WorkerKind, type WorkerOrder } from './worker-frames.ts'

/** The way to the workers. Both throw WorkerLost. */
export interface Workers {
  open(worker: number, request: Uint8Array): Promise<Uint8Array>
  call(worker: number, request: Uint8Array): Promise<Uint8Array>
  close(): void
}

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

interface Worker {
  /** Hosts environments `first` to `first + count - 1`. */
  readonly first: number
  readonly count: number
  /** Whether its environments are at play. */
  alive: boolean
  /** While it is being started; null once it is there or given up. */
  starting: Promise<void> | null
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
  failure: UserError | null = null

  readonly #channel: Workers
  readonly #options: RemoteRolloutOptions
  readonly #sizes: Sizes
  readonly #workers: readonly Worker[]
  readonly #episodes: Episodes
  readonly #limit: RestartLimit
  readonly #batch: StepBatch & { environments: Int32Array | null }
  /** Workers that have been started again and whose environments are to be begun. */
  readonly #back = new Set<number>()
  #samplers: Samplers
  #closed = false

  /** @throws UserError when a worker cannot be started, or cannot make the environment */
  static async create(channel: Workers, options: RemoteRolloutOptions): Promise<RemoteRollout> {
    const rollout = new RemoteRollout(channel, options)
    const opened = await Promise.all(rollout.#workers.map((_, w) => rollout.#open(w)))
    await rollout.#begin([...opened.keys()].filter((w) => opened[w]))
    if (rollout.#workers.every(({ alive }) => alive)) return rollout
    channel.close()
    throw new UserError(rollout.troubles[0]!)
  }

  private constructor(channel: Workers, options: RemoteRolloutOptions) {
    const { recipe, count: E, workers: W } = options
    this.#channel = channel
    this.#options = options
    this.#samplers = recipe.samplers
    this.spec = makeEnvironment(recipe.id, recipe.parameters).spec
    this.#sizes = sizesOf(this.spec)
    this.count = E
    this.#workers = Array.from({ length: W }, (_, w) => {
      const first = Math.floor((w * E) / W)
      return { first, count: Math.floor(((w + 1) * E) / W) - first, alive: false, starting: null }
    })
    this.#limit = new RestartLimit(W, options.restarts)
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

  get waiting(): Int32Array | null {
    return this.#workers.every(({ alive }) => alive) ? null : Int32Array.from(this.#rows())
  }

  /** Nothing sets off before it is received. */
  send(): void {}

  async receive(): Promise<StepBatch> {
    this.#forget()
    this.#batch.observations.set(this.observations)
    if (this.masks !== null) this.#batch.masks!.set(this.masks)
    const living = this.#workers.flatMap(({ alive }, w) => (alive ? [w] : []))
    const rows = await this.#step(living)
    await this.#welcomeBack(living.length === 0)
    this.#batch.environments = rows.length === this.count ? null : Int32Array.from(rows)
    return this.#batch
  }

  async settle(): Promise<StepBatch> {
    this.#forget()
    return { ...this.#batch, environments: new Int32Array(0) }
  }

  async vary(samplers: Samplers): Promise<void> {
    this.#samplers = { ...this.#samplers, ...samplers }
    await this.#askAll((w) => this.#call(w, jsonFrame(WorkerKind.vary, samplers)))
  }

  idleShares(): null {
    return null
  }

  async save(): Promise<SavedRollout> {
    const snapshots = new Array<Uint8Array | null>(this.count).fill(null)
    await this.#askAll(async (w) => {
      const { first } = this.#workers[w]!
      const body = await this.#call(w, emptyFrame(WorkerKind.save, 0))
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
    await this.#askAll(async (w) => {
      const { first, count } = this.#workers[w]!
      const own = saved.snapshots.slice(first, first + count).map((snapshot) => snapshot ?? new Uint8Array(0))
      await this.#call(w, listFrame(WorkerKind.restore, own))
    })
    this.observations.set(saved.observations)
    if (saved.masks !== null) this.masks?.set(saved.masks)
    const begun = saved.snapshots.flatMap((snapshot, e) => (snapshot === null ? [e] : []))
    await this.#reset(begun)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#channel.close()
  }

  /** What happened with the steps received last. */
  #forget(): void {
    this.#episodes.finished.length = 0
    this.dropped.length = 0
    this.troubles.length = 0
  }

  /** Environments of workers that are there, ascending. */
  #rows(): number[] {
    return this.#workers.flatMap(({ first, count, alive }) =>
      alive ? Array.from({ length: count }, (_, i) => first + i) : [],
    )
  }

  /** @returns environments that have made their step, ascending */
  async #step(workers: readonly number[]): Promise<number[]> {
    const answers = await Promise.all(workers.map((w) => this.#advance(w, () => Command.step)))
    const rows: number[] = []
    const ended: number[] = []
    // Seeds are drawn in the order of the environments, as in one process.
    for (const [i, w] of workers.entries()) {
      const { first, count } = this.#workers[w]!
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
    const workers = this.#workers.flatMap(({ first, count }, w) =>
      environments.some((e) => e >= first && e < first + count) ? [w] : [],
    )
    await Promise.all(
      workers.map(async (w) => {
        const { first, count } = this.#workers[w]!
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
    const { first, count } = this.#workers[w]!
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
      const answer = await this.#call(w, frame)
      return resultLayout(this.#sizes, count, answer.slice().buffer, 0)
    } catch (error) {
      this.#lose(w, error)
      return null
    }
  }

  /** @returns the body of the answer @throws WorkerLost, and UserError where the environment could not do it */
  async #call(w: number, frame: Uint8Array): Promise<Uint8Array> {
    return bodyOf(await this.#channel.call(w, frame))
  }

  /** @throws what is no loss of a worker */
  async #askAll(ask: (worker: number) => Promise<unknown>): Promise<void> {
    await Promise.all(
      this.#workers.map(async ({ alive }, w) => {
        if (!alive) return
        try {
          await ask(w)
        } catch (error) {
          this.#lose(w, error)
        }
      }),
    )
  }

  /** @throws what was no fault of a worker's or an environment's */
  #lose(w: number, error: unknown): void {
    if (!(error instanceof WorkerLost || error instanceof UserError)) throw error
    const worker = this.#workers[w]!
    if (!worker.alive) return
    worker.alive = false
    for (let e = worker.first; e < worker.first + worker.count; e++) this.dropped.push(e)
    this.dropped.sort((a, b) => a - b)
    this.troubles.push(`worker ${w} of the cluster: ${error.message}`)
    if (this.#limit.admit(w, performance.now() / 1000)) {
      worker.starting = this.#open(w).then((isThere) => {
        worker.starting = null
        if (isThere && !this.#closed) this.#back.add(w)
      })
    } else this.#giveUp(error)
  }

  /** Only when nobody is left: some workers fewer are no reason to end a run. */
  #giveUp(error: WorkerLost | UserError): void {
    if (this.#workers.some(({ alive, starting }) => alive || starting !== null) || this.#back.size > 0) return
    this.failure ??= new UserError(`no worker of the cluster is left: ${error.message}`, {
      remedy:
        'resume the run once the cluster is well; env_settings.max_lifetime_restarts and restarts_rate_limit_n let workers be replaced more often',
      cause: error,
    })
  }

  /** @returns whether it is there now */
  async #open(w: number): Promise<boolean> {
    const { recipe, plugins, admitted, pace } = this.#options
    const order: WorkerOrder = {
      recipe: { ...recipe, samplers: this.#samplers },
      plugins,
      admitted,
      environments: this.#workers[w]!.count,
      pace,
    }
    try {
      bodyOf(await this.#channel.open(w, jsonFrame(WorkerKind.open, order)))
      return true
    } catch (error) {
      if (!(error instanceof WorkerLost || error instanceof UserError)) throw error
      this.troubles.push(`worker ${w} of the cluster: ${error.message}`)
      this.#workers[w]!.starting = null
      this.#giveUp(error)
      return false
    }
  }

  async #begin(workers: readonly number[]): Promise<void> {
    for (const w of workers) this.#workers[w]!.alive = true
    await this.#reset(
      workers.flatMap((w) => {
        const { first, count } = this.#workers[w]!
        return Array.from({ length: count }, (_, i) => first + i)
      }),
    )
  }

  /** @param patient  whether there is nothing else to do than to wait for one */
  async #welcomeBack(patient: boolean): Promise<void> {
    if (patient && this.#back.size === 0) {
      await Promise.race(this.#workers.flatMap(({ starting }) => starting ?? []))
    }
    const back = [...this.#back].sort((a, b) => a - b)
    this.#back.clear()
    await this.#begin(back)
  }
}

/** @throws UserError for a refusal */
function bodyOf(frame: Uint8Array): Uint8Array {
  const body = frame.subarray(HEAD_BYTES)
  if (frame[4] !== Kind.refusal) return body
  const { message, remedy } = JSON.parse(new TextDecoder().decode(body)) as Refusal
  throw new UserError(message, remedy === undefined ? {} : { remedy })
}
