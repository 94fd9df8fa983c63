/**
 * E environments on a fixed number of worker threads, several on each. Observations, actions and results lie in shared
 * memory; commands and answers are atomic words, so no message is sent per step, and this thread's event loop lives while
 * it waits. Stepped synchronously it does exactly what the same environments do in one thread.
 *
 * A worker that throws, ends, or does not answer in time is started anew. The episodes under way on it are lost; all other
 * environments go on.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type EnvironmentSpec, observationSize, successOf } from '../envs/index.ts'
import { type EnvironmentRecipe, makeVaried, type Samplers } from '../envs/varied-environment.ts'
import type { UserError } from '../errors.ts'
import type { ActionBatch, StepBatch } from '../experience/transitions.ts'
import { loadPlugins } from '../plugins.ts'
import { type EpisodeOptions, Episodes, type FinishedEpisode } from './episodes.ts'
import { DEFAULT_RESTARTS, type RestartSettings } from './restart-limit.ts'
import type { Rollout, SavedRollout, Stepping } from './rollout.ts'
import { allocateMemory, Command, type WorkerMemory } from './worker-memory.ts'
import { WorkerThreads } from './worker-threads.ts'

export interface WorkerPoolOptions extends EpisodeOptions {
  readonly recipe: EnvironmentRecipe
  /** E, spread over the workers as evenly as can be. */
  readonly count: number
  readonly workers: number
  readonly stepping: Stepping
  /** Times the real game's speed; null: as fast as it goes. */
  readonly pace?: number | null
  /** Seconds after which a worker that does not answer counts as hanging. */
  readonly timeoutSeconds?: number
  readonly restarts?: RestartSettings
  /** Files that make further environments known, in every worker. */
  readonly plugins?: readonly string[]
}

/** ML-Agents' `timeout_wait`. */
export const DEFAULT_TIMEOUT_SECONDS = 60

/** How long environments on workers may take to let go of what they hold. */
const CLOSE_MS = 2_000

/** What an environment is at, seen from this side. */
const State = {
  /** Its worker is being started. */
  lost: 0,
  /** Its worker is ready and it has no episode yet. */
  seated: 1,
  resetting: 2,
  /** It needs an action. */
  waiting: 3,
  stepping: 4,
  /** Its step has been made and is to be received. */
  answered: 5,
} as const

export class WorkerPool implements Rollout {
  readonly spec: EnvironmentSpec
  readonly count: number
  readonly stepping: Stepping
  /** A worker may end at any time. */
  readonly fullBatches = false
  readonly maxEpisodeSteps: number
  readonly observations: Float32Array
  readonly masks: Uint8Array | null
  readonly actions: ActionBatch
  readonly finished: readonly FinishedEpisode[]
  readonly dropped: number[] = []
  readonly troubles: string[] = []

  readonly #memory: WorkerMemory
  readonly #episodes: Episodes
  readonly #threads: WorkerThreads
  readonly #timeoutMs: number
  readonly #seats: readonly { readonly first: number; readonly count: number }[]
  /** [E] a State */
  readonly #state: Uint8Array
  /** [E] the worker that hosts it */
  readonly #host: Int32Array
  /** [E] when the command that is under way was given, milliseconds */
  readonly #sentAt: Float64Array
  /** [W] 1 for workers that have commands they have not been woken for */
  readonly #toWake: Uint8Array
  /** Environments whose episode was lost since the last batch. */
  readonly #lost: number[] = []
  readonly #reasons: string[] = []
  readonly #batch: {
    readonly observations: Float32Array
    readonly actions: ActionBatch
    readonly rewards: Float32Array
    readonly nextObservations: Float32Array
    readonly terminated: Uint8Array
    readonly truncated: Uint8Array
    readonly masks: Uint8Array | null
    environments: Int32Array | null
  }
  /** Views of the first 0 to E numbers of one array each, so that no step makes a new one. */
  readonly #received: readonly Int32Array[]
  readonly #waiting: readonly Int32Array[]
  #recipe: EnvironmentRecipe
  readonly #begun: { readonly at: number; readonly busy: Float64Array }
  /** What was measured when idle shares were asked for last, by interval. */
  readonly #measured = new Map<string, { readonly at: number; readonly busy: Float64Array }>()

  /**
   * Starts the workers and begins an episode in every environment.
   * @throws UserError when a worker ends more often than it may be restarted
   */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    await loadPlugins(options.plugins ?? [])
    const pool = new WorkerPool(options)
    await pool.settle()
    if (pool.failure === null) return pool
    await pool.close()
    throw pool.failure
  }

  private constructor(options: WorkerPoolOptions) {
    const { count, workers, plugins = [], pace = null } = options
    const { spec, writeActionMask } = makeVaried(options.recipe)
    this.#recipe = options.recipe
    const masked = writeActionMask !== undefined
    const memory = allocateMemory(spec, masked, count, workers)
    this.spec = spec
    this.count = count
    this.stepping = options.stepping
    this.#memory = memory
    this.#episodes = new Episodes(spec, count, options)
    this.maxEpisodeSteps = this.#episodes.limit
    this.finished = this.#episodes.finished
    this.observations = memory.observations
    this.masks = masked ? memory.masks : null
    const { continuous, discrete } = memory
    this.actions = { continuous, discrete, raw: new Float32Array(continuous.length) }
    this.#batch = {
      observations: new Float32Array(count * observationSize(spec)),
      actions: this.actions,
      rewards: new Float32Array(count),
      nextObservations: memory.nextObservations,
      terminated: new Uint8Array(count),
      truncated: new Uint8Array(count),
      masks: masked ? new Uint8Array(memory.masks.length) : null,
      environments: null,
    }
    this.#timeoutMs = 1000 * (options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS)
    this.#state = new Uint8Array(count).fill(State.lost)
    this.#sentAt = new Float64Array(count)
    this.#toWake = new Uint8Array(workers)
    this.#received = prefixes(count)
    this.#waiting = prefixes(count)
    this.#begun = { at: performance.now(), busy: new Float64Array(count) }
    this.#seats = Array.from({ length: workers }, (_, w) => {
      const first = Math.floor((w * count) / workers)
      return { first, count: Math.floor(((w + 1) * count) / workers) - first }
    })
    this.#host = Int32Array.from({ length: count }, (_, e) =>
      this.#seats.findIndex((seat) => e < seat.first + seat.count),
    )
    const shared = { plugins, environments: count, pace, memory }
    this.#threads = new WorkerThreads(
      workers,
      (worker) => ({ ...shared, recipe: this.#recipe, worker, ...this.#seats[worker]! }),
      options.restarts ?? DEFAULT_RESTARTS,
      { ready: (worker) => this.#seat(worker), ended: (worker, reason) => this.#lose(worker, reason) },
    )
  }

  get failure(): UserError | null {
    return this.#threads.failure
  }

  /** How often a worker was started anew. */
  get restarts(): number {
    return this.#threads.restarts
  }

  get waiting(): Int32Array | null {
    const all = this.#waiting[this.count]!
    let count = 0
    for (let e = 0; e < this.count; e++) if (this.#state[e] === State.waiting) all[count++] = e
    return count === this.count ? null : this.#waiting[count]!
  }

  get settled(): boolean {
    return (
      !this.#any(State.stepping) &&
      !this.#any(State.answered) &&
      !this.#any(State.resetting) &&
      !this.#any(State.seated) &&
      !this.#awaited
    )
  }

  send(): void {
    const { observations, masks } = this.#batch
    const O = this.observations.length / this.count
    const M = (this.masks?.length ?? 0) / this.count
    for (let e = 0; e < this.count; e++) {
      if (this.#state[e] !== State.waiting) continue
      for (let i = e * O; i < (e + 1) * O; i++) observations[i] = this.observations[i]!
      if (masks !== null) for (let i = e * M; i < (e + 1) * M; i++) masks[i] = this.masks![i]!
      this.#command(e, Command.step, State.stepping)
    }
    this.#wake()
  }

  receive(): Promise<StepBatch> {
    return this.#gather(this.stepping === 'sync')
  }

  settle(): Promise<StepBatch> {
    return this.#gather(true)
  }

  async vary(samplers: Samplers): Promise<void> {
    this.#recipe = { ...this.#recipe, samplers }
    await Promise.all(this.#seats.map((_, w) => this.#ask(w, { kind: 'vary', samplers })))
  }

  idleShares(interval: string): number[] {
    const { busy } = this.#memory
    const since = this.#measured.get(interval) ?? this.#begun
    const now = performance.now()
    const shares = this.#seats.map(({ first, count }) => {
      let worked = 0
      for (let e = first; e < first + count; e++) worked += busy[e]! - since.busy[e]!
      return Math.min(1, Math.max(0, 1 - worked / (count * (now - since.at))))
    })
    this.#measured.set(interval, { at: now, busy: busy.slice() })
    return shares
  }

  async save(): Promise<SavedRollout> {
    const replies = this.#seats.map((_, w) => this.#ask(w, { kind: 'snapshot' }))
    const snapshots = (await Promise.all(replies)).flatMap((reply, w) =>
      reply?.kind === 'snapshots' ? [...reply.snapshots] : new Array<null>(this.#seats[w]!.count).fill(null),
    )
    return {
      ...this.#episodes.save(),
      snapshots,
      observations: this.observations.slice(),
      masks: this.masks?.slice() ?? null,
    }
  }

  async load(saved: SavedRollout): Promise<void> {
    if (saved.snapshots.length !== this.count) {
      throw new Error(`${saved.snapshots.length} environments were saved, and now there are ${this.count}`)
    }
    this.#episodes.load(saved)
    for (const [w, { first, count }] of this.#seats.entries()) {
      const snapshots = saved.snapshots.slice(first, first + count)
      const reply = await this.#ask(w, { kind: 'restore', snapshots })
      if (reply?.kind !== 'done') throw new Error(`environment worker ${w} ended while restoring a snapshot`)
    }
    this.observations.set(saved.observations)
    if (saved.masks !== null) this.masks?.set(saved.masks)
    for (const [e, snapshot] of saved.snapshots.entries()) if (snapshot === null) this.#reset(e)
    this.#wake()
    await this.settle()
  }

  /** Ends a worker at once, as a crash would. @returns false when it is not at work now */
  endWorker(worker: number): boolean {
    return this.#threads.startingSince(worker) === null && this.#threads.end(worker, 'it was told to')
  }

  async close(): Promise<void> {
    const closed = Promise.all(this.#seats.map((_, w) => this.#ask(w, { kind: 'close' })))
    // A worker that hangs is ended with what its environments hold.
    await Promise.race([closed, wait(CLOSE_MS, undefined, { ref: false })])
    await this.#threads.close()
  }

  /** Takes in what is answered, until something is, or all that is under way. */
  async #gather(all: boolean): Promise<StepBatch> {
    const rows = this.#received[this.count]!
    let received = 0
    this.#episodes.finished.length = 0
    for (;;) {
      const seen = Atomics.load(this.#memory.done, 0)
      this.#look()
      // In lockstep the seeds of episodes are drawn in the order of the environments, not in that of their answers.
      if (!all || !(this.#any(State.stepping) || this.#awaited)) {
        for (let e = 0; e < this.count; e++) {
          if (this.#state[e] === State.answered) {
            this.#take(e)
            rows[received++] = e
          } else if (this.#state[e] === State.seated) this.#reset(e)
        }
        this.#wake()
      }
      if (this.settled || (!all && (received > 0 || this.#any(State.waiting)))) break
      await this.#sleep(seen)
    }
    this.#received[received]!.sort()
    this.#batch.environments = received === this.count ? null : this.#received[received]!
    this.dropped.length = 0
    for (const e of this.#lost) this.dropped.push(e)
    this.#lost.length = 0
    this.troubles.splice(0, this.troubles.length, ...this.#reasons.splice(0))
    return this.#batch
  }

  /** Notes which commands have been carried out. */
  #look(): void {
    const { commands } = this.#memory
    for (let e = 0; e < this.count; e++) {
      const state = this.#state[e]!
      if (state !== State.stepping && state !== State.resetting) continue
      if (Atomics.load(commands, e) !== Command.done) continue
      this.#state[e] = state === State.stepping ? State.answered : State.waiting
    }
  }

  #take(e: number): void {
    const { rewards, terminated, truncated, succeeded } = this.#memory
    const result = { reward: rewards[e]!, terminated: terminated[e] === 1, truncated: truncated[e] === 1 }
    const end = this.#episodes.step(e, result, this.#batch)
    if (end !== 'goes on') {
      this.#episodes.finish(e, successOf(succeeded[e]!), end === 'cut')
      this.#reset(e)
    } else this.#state[e] = State.waiting
  }

  #reset(e: number): void {
    this.#memory.seeds[e] = this.#episodes.begin(e)
    this.#command(e, Command.reset, State.resetting)
  }

  #command(e: number, command: number, state: number): void {
    this.#state[e] = state
    this.#sentAt[e] = performance.now()
    Atomics.store(this.#memory.commands, e, command)
    this.#toWake[this.#host[e]!] = 1
  }

  #wake(): void {
    const { wakes } = this.#memory
    for (let w = 0; w < this.#toWake.length; w++) {
      if (this.#toWake[w] === 0) continue
      this.#toWake[w] = 0
      Atomics.add(wakes, w, 1)
      Atomics.notify(wakes, w)
    }
  }

  #ask(w: number, request: Parameters<WorkerThreads['ask']>[1]): ReturnType<WorkerThreads['ask']> {
    const reply = this.#threads.ask(w, request)
    if (reply === null) return null
    Atomics.store(this.#memory.mail, w, 1)
    this.#toWake[w] = 1
    this.#wake()
    return reply
  }

  /** Sleeps until something is done or a worker is overdue, which is then ended. */
  async #sleep(seen: number): Promise<void> {
    let earliest = Number.POSITIVE_INFINITY
    for (let w = 0; w < this.#seats.length; w++) earliest = Math.min(earliest, this.#busySince(w))
    const left = earliest + this.#timeoutMs - performance.now()
    const wait = Atomics.waitAsync(this.#memory.done, 0, seen, Math.max(1, left))
    if (wait.async && (await wait.value) === 'timed-out') this.#endOverdue()
  }

  #endOverdue(): void {
    const now = performance.now()
    for (let w = 0; w < this.#seats.length; w++) {
      if (now - this.#busySince(w) < this.#timeoutMs) continue
      this.#threads.end(w, `it did not answer within ${this.#timeoutMs / 1000} s`)
    }
  }

  /** Since when the worker has owed an answer; infinite when it owes none. */
  #busySince(w: number): number {
    const starting = this.#threads.startingSince(w)
    if (starting !== null) return starting
    const { first, count } = this.#seats[w]!
    let since = Number.POSITIVE_INFINITY
    for (let e = first; e < first + count; e++) {
      const state = this.#state[e]
      if (state !== State.stepping && state !== State.resetting) continue
      if (Atomics.load(this.#memory.commands, e) !== Command.done) since = Math.min(since, this.#sentAt[e]!)
    }
    return since
  }

  #seat(w: number): void {
    const { first, count } = this.#seats[w]!
    this.#state.fill(State.seated, first, first + count)
    this.#wakeSelf()
  }

  #lose(w: number, reason: string): void {
    if (this.failure === null) this.#reasons.push(`environment worker ${w}: ${reason}`)
    const { first, count } = this.#seats[w]!
    Atomics.store(this.#memory.mail, w, 0)
    for (let e = first; e < first + count; e++) {
      if (this.#state[e] !== State.lost && this.#state[e] !== State.seated) this.#lost.push(e)
      this.#state[e] = State.lost
      Atomics.store(this.#memory.commands, e, Command.none)
    }
    this.#wakeSelf()
  }

  #wakeSelf(): void {
    Atomics.add(this.#memory.done, 0, 1)
    Atomics.notify(this.#memory.done, 0)
  }

  /** Whether environments are lost whose worker is being started. */
  get #awaited(): boolean {
    return this.failure === null && this.#any(State.lost)
  }

  #any(state: number): boolean {
    return this.#state.includes(state)
  }
}

function prefixes(count: number): Int32Array[] {
  const whole = new Int32Array(count)
  return Array.from({ length: count + 1 }, (_, length) => whole.subarray(0, length))
}
