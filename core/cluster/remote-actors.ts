/**
 * E environments on workers of a cluster that carry the policy: each plays its own by itself, with the weights that it was given last,
 * and sends chunks of steps, which are handed on here step by step. Nobody waits for a network between two steps; what is played
 * depends on who was how fast, so a run cannot be repeated exactly.
 *
 * A worker has up to two chunks under way or unread, so it can go on while one travels and is learned from, and rests when the learner
 * does not keep up. Where age matters, what is older than the algorithm can bear is dropped, and the trajectories are cut.
 */
import { type EnvironmentSpec, makeEnvironment, observationSize } from '../envs/index.ts'
import type { Samplers } from '../envs/varied-environment.ts'
import type { UserError } from '../errors.ts'
import { type ActingPart, CHUNKS_UNDER_WAY } from '../experience/acting.ts'
import { type ActionBatch, allRows, makeActionBatch, type StepBatch } from '../experience/transitions.ts'
import { jsonFrame } from '../remote/stdio/frames.ts'
import { type Sizes, sizesOf } from '../remote/stdio/layout.ts'
import { Episodes, type FinishedEpisode } from '../rollout/episodes.ts'
import type { Rollout, SavedRollout } from '../rollout/rollout.ts'
import { type Chunk, ChunkReader } from './chunk.ts'
import { Crew, type Workers } from './crew.ts'
import type { RemoteRolloutOptions } from './remote-rollout.ts'
import { type ActorOrder, dataFrame, type PlayOrder, readData, WorkerKind } from './worker-frames.ts'

export interface RemoteActorsOptions extends RemoteRolloutOptions, Pick<ActorOrder, 'behavior' | 'engine'> {}

/** What has come, in its order: a chunk, or the news that episodes are lost. */
type Arrival =
  | { readonly worker: number; readonly state: WorkerState; readonly reader: ChunkReader }
  | { readonly dropped: number[]; readonly troubles: string[]; readonly reader: null }

/** Anew for each process that is the worker. */
interface WorkerState {
  /** Chunks that were asked for and have not been read to their end. */
  chunks: number
  /** The weights it has; null for none. */
  version: number | null
  /** Whether its environments have episodes. */
  hasBegun: boolean
}

export class RemoteActors implements Rollout {
  readonly spec: EnvironmentSpec
  readonly count: number
  readonly stepping = 'async'
  readonly fullBatches = false
  readonly maxEpisodeSteps: number
  readonly observations: Float32Array
  readonly masks: Uint8Array | null
  readonly actions: ActionBatch
  /** Decisions are made where the environments are. */
  readonly waiting = new Int32Array(0)
  settled = true
  readonly finished: FinishedEpisode[] = []
  readonly dropped: number[] = []
  readonly troubles: string[] = []

  readonly #crew: Crew
  readonly #sizes: Sizes
  /** Draws the seeds that the workers' own streams begin with. */
  readonly #episodes: Episodes
  readonly #batch: StepBatch & { environments: Int32Array }
  readonly #workers: WorkerState[]
  /** Seconds that each worker has played. */
  readonly #busy: number[]
  readonly #arrivals: Arrival[] = []
  #samplers: Samplers
  #acting: ActingPart | undefined
  /** The version that was shared last; null where what it says has changed meanwhile. */
  #shared: number | null = null
  #wake: () => void = () => {}
  #fault: { readonly error: unknown } | null = null
  #metrics = { rows: 0, sum: 0, most: 0, dropped: 0 }
  readonly #began = performance.now()
  readonly #measured = new Map<string, { readonly at: number; readonly busy: readonly number[] }>()

  /** @throws UserError when a worker cannot be started, or cannot make the environment */
  static async create(channel: Workers, options: RemoteActorsOptions): Promise<RemoteActors> {
    const actors = new RemoteActors(channel, options)
    await actors.#crew.open()
    return actors
  }

  private constructor(channel: Workers, options: RemoteActorsOptions) {
    const { recipe, plugins, admitted, pace, count: E, workers, restarts, behavior, engine } = options
    const { maxEpisodeSteps = null } = options
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
        actor: { behavior, engine, allEnvs: E, maxEpisodeSteps, restarts },
      }),
      onChange: () => this.#changed(),
    })
    this.#workers = Array.from({ length: workers }, fresh)
    this.#busy = new Array<number>(workers).fill(0)
    this.spec = makeEnvironment(recipe.id, recipe.parameters).spec
    this.#sizes = sizesOf(this.spec)
    this.count = E
    this.#episodes = new Episodes(this.spec, E, options)
    this.maxEpisodeSteps = this.#episodes.limit
    const O = observationSize(this.spec)
    const { continuous, branches, mask: M } = this.#sizes
    this.observations = new Float32Array(E * O)
    this.masks = M === 0 ? null : new Uint8Array(E * M)
    this.actions = { ...makeActionBatch(E, continuous, branches), logPi: new Float32Array(E) }
    this.#batch = {
      observations: this.observations,
      actions: this.actions,
      rewards: new Float32Array(E),
      nextObservations: new Float32Array(E * O),
      terminated: new Uint8Array(E),
      truncated: new Uint8Array(E),
      masks: this.masks,
      environments: new Int32Array(0),
    }
  }

  get failure(): UserError | null {
    return this.#crew.failure
  }

  follow(acting: ActingPart | undefined): void {
    this.#acting = acting
  }

  /** Nobody waits for an action. */
  send(): void {}

  /** A step of one worker's environments, or none where episodes are lost. */
  async receive(): Promise<StepBatch> {
    this.#forget()
    for (;;) {
      if (this.#fault !== null) throw this.#fault.error
      this.#ask()
      const arrival = this.#arrivals[0]
      if (arrival !== undefined) {
        this.#takeIn(arrival)
        return this.#batch
      }
      if (this.failure !== null) return this.#batch
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /**
   * What is under way goes on, as it is of episodes that nobody continues who begins with what is saved now. Their trajectories are cut
   * for that reason.
   */
  async settle(): Promise<StepBatch> {
    this.#forget()
    this.settled = true
    this.dropped.push(...allRows(this.count))
    return this.#batch
  }

  async vary(samplers: Samplers): Promise<void> {
    this.#samplers = { ...this.#samplers, ...samplers }
    await this.#crew.askAll((w) => this.#crew.call(w, jsonFrame(WorkerKind.vary, this.#samplers)))
  }

  idleShares(interval: string): number[] {
    const since = this.#measured.get(interval) ?? { at: this.#began, busy: this.#busy.map(() => 0) }
    const now = { at: performance.now(), busy: [...this.#busy] }
    this.#measured.set(interval, now)
    return now.busy.map((busy, w) => {
      const share = (1_000 * (busy - since.busy[w]!)) / (now.at - since.at)
      return Math.min(1, Math.max(0, 1 - share))
    })
  }

  drainMetrics(): Record<string, number> {
    const { rows, sum, most, dropped } = this.#metrics
    this.#metrics = { rows: 0, sum: 0, most: 0, dropped: 0 }
    const counted = { 'actors/dropped': dropped }
    return rows === 0 ? counted : { ...counted, 'actors/staleness': sum / rows, 'actors/staleness_max': most }
  }

  /** Episodes that are under way belong to the workers: whoever goes on with this begins others, with seeds not drawn yet. */
  async save(): Promise<SavedRollout> {
    return {
      ...this.#episodes.save(),
      snapshots: new Array<null>(this.count).fill(null),
      observations: new Float32Array(this.observations.length),
      masks: this.masks === null ? null : new Uint8Array(this.masks.length).fill(1),
    }
  }

  async load(saved: SavedRollout): Promise<void> {
    if (saved.snapshots.length !== this.count) {
      throw new Error(`${saved.snapshots.length} environments were saved, and now there are ${this.count}`)
    }
    this.#episodes.load(saved)
    // Episodes that were saved in lockstep are not gone on with here.
    this.#arrivals.push({ dropped: [...allRows(this.count)], troubles: [], reader: null })
  }

  async close(): Promise<void> {
    this.#crew.close()
  }

  /** Asks for as many chunks as may be under way, with the newest weights. */
  #ask(): void {
    for (const w of this.#crew.takeBack()) {
      this.#workers[w] = fresh()
      // What is left of random play has become less, and a new worker has to know.
      this.#shared = null
    }
    for (const w of this.#crew.living) {
      while (this.#workers[w]!.chunks < CHUNKS_UNDER_WAY) this.#askFor(w, this.#workers[w]!)
    }
  }

  #askFor(w: number, state: WorkerState): void {
    const { first } = this.#crew.seat(w)
    const { version, chunkSteps } = this.#policy
    if (this.#shared !== version) {
      this.#crew.share(dataFrame(WorkerKind.weights, { version, state: this.#policy.save() }))
      this.#shared = version
    }
    const hasNewest = state.version === version
    const seed = state.hasBegun ? null : this.#episodes.begin(first)
    const order: PlayOrder = { steps: chunkSteps, seed }
    Object.assign(state, { chunks: state.chunks + 1, version, hasBegun: true })
    this.#crew
      .call(w, jsonFrame(WorkerKind.play, order), !hasNewest)
      .then(
        (body) => {
          const chunk = readData(body) as Chunk
          this.#busy[w] = this.#busy[w]! + chunk.seconds
          this.#arrivals.push({ worker: w, state, reader: new ChunkReader(chunk, this.#sizes, first) })
        },
        (error: unknown) => this.#crew.lose(w, error),
      )
      .catch((error: unknown) => {
        this.#fault = { error }
      })
      .finally(() => this.#wake())
  }

  get #policy(): ActingPart {
    if (this.#acting === undefined) throw new Error('workers are to act, and nobody has said by what')
    return this.#acting
  }

  /** Those who are lost are told of behind what they have still sent. */
  #changed(): void {
    const lost = { dropped: [], troubles: [], reader: null }
    this.#crew.tell(lost.dropped, lost.troubles)
    if (lost.troubles.length > 0) this.#arrivals.push(lost)
    this.#wake()
  }

  #takeIn(arrival: Arrival): void {
    if (arrival.reader === null) {
      this.#arrivals.shift()
      this.dropped.push(...arrival.dropped)
      this.troubles.push(...arrival.troubles)
      return
    }
    const { worker, state, reader } = arrival
    const behind = this.#policy.version - reader.chunk.version
    const isTooOld = behind > this.#policy.mostBehind
    if (isTooOld) {
      this.#metrics.dropped += reader.left
      this.dropped.push(...this.#crew.environmentsOf(worker))
    } else this.#read(reader, behind)
    if (!isTooOld && !reader.isRead) return
    this.#arrivals.shift()
    state.chunks--
  }

  #read(reader: ChunkReader, behind: number): void {
    const { environments, finished, dropped, troubles } = reader.read(this.#batch)
    this.#batch.environments = environments
    this.finished.push(...finished)
    this.dropped.push(...dropped)
    this.troubles.push(...troubles)
    this.#metrics.rows += environments.length
    this.#metrics.sum += behind * environments.length
    this.#metrics.most = Math.max(this.#metrics.most, behind)
    if (environments.length > 0) this.settled = false
  }

  #forget(): void {
    this.finished.length = 0
    this.dropped.length = 0
    this.troubles.length = 0
    this.#batch.environments = new Int32Array(0)
  }
}

function fresh(): WorkerState {
  return { chunks: 0, version: null, hasBegun: false }
}
