/** What a worker that chooses actions itself sends: up to T steps of its K environments, of which some may not have made every step. */
import { copyRow, type StepBatch } from '../experience/transitions.ts'
import type { Sizes } from '../remote/stdio/layout.ts'
import type { FinishedEpisode } from '../rollout/episodes.ts'
import type { Rollout } from '../rollout/rollout.ts'

export interface Chunk {
  /** Of the weights that it was played with. */
  readonly version: number
  /** T */
  readonly steps: number
  /** Seconds that it took. */
  readonly seconds: number
  /** [T + 1, K, O] before each step, and after the last */
  readonly observations: Float32Array
  /** [F, O], the last observations of the F episodes that ended, in their order */
  readonly finals: Float32Array
  /** [T, K, C] */
  readonly continuous: Float32Array
  /** [T, K, C] */
  readonly raw: Float32Array
  /** [T, K, D] */
  readonly discrete: Int32Array
  /** [T, K]; null from who does not tell */
  readonly logPi: Float32Array | null
  /** [T, K] */
  readonly rewards: Float32Array
  /** [T, K] */
  readonly terminated: Uint8Array
  /** [T, K] */
  readonly truncated: Uint8Array
  /** [T, K, M] */
  readonly masks: Uint8Array
  /** [T, K], 1 where the environment made the step */
  readonly made: Uint8Array
  /** [T], what else came of each step; environments are counted from the worker's first */
  readonly events: readonly StepEvents[]
}

type StepEvents = Pick<Rollout, 'finished' | 'dropped' | 'troubles'>

export class ChunkRecorder {
  readonly #sizes: Sizes
  readonly #count: number
  readonly #columns: Omit<Chunk, 'version' | 'steps' | 'seconds' | 'finals' | 'events'>
  #finals: Float32Array[] = []
  #events: StepEvents[] = []

  /** @param tells  whether log pi is recorded */
  constructor(sizes: Sizes, count: number, steps: number, tells: boolean) {
    const { observation: O, continuous: C, branches: D, mask: M } = sizes
    const N = steps * count
    this.#sizes = sizes
    this.#count = count
    this.#columns = {
      observations: new Float32Array((N + count) * O),
      continuous: new Float32Array(N * C),
      raw: new Float32Array(N * C),
      discrete: new Int32Array(N * D),
      logPi: tells ? new Float32Array(N) : null,
      rewards: new Float32Array(N),
      terminated: new Uint8Array(N),
      truncated: new Uint8Array(N),
      masks: new Uint8Array(N * M),
      made: new Uint8Array(N),
    }
  }

  get steps(): number {
    return this.#events.length
  }

  add(step: StepBatch, { finished, dropped, troubles }: StepEvents): void {
    const { observation: O } = this.#sizes
    const row = this.steps * this.#count
    const columns = this.#columns
    columns.observations.set(step.observations, row * O)
    put(columns.continuous, step.actions.continuous, row, this.#count)
    put(columns.raw, step.actions.raw!, row, this.#count)
    put(columns.discrete, step.actions.discrete, row, this.#count)
    if (columns.logPi !== null) columns.logPi.set(step.actions.logPi!, row)
    columns.rewards.set(step.rewards, row)
    columns.terminated.set(step.terminated, row)
    columns.truncated.set(step.truncated, row)
    if (step.masks !== null) put(columns.masks, step.masks, row, this.#count)
    for (let k = 0; k < this.#count; k++) {
      if (step.environments != null && !step.environments.includes(k)) continue
      columns.made[row + k] = 1
      if (step.terminated[k] === 1 || step.truncated[k] === 1) {
        this.#finals.push(step.nextObservations.slice(k * O, (k + 1) * O))
      }
    }
    this.#events.push({ finished: [...finished], dropped: [...dropped], troubles: [...troubles] })
  }

  /** @param observations  [K, O], what is seen now */
  take(version: number, seconds: number, observations: Float32Array): Chunk {
    const T = this.steps
    const { observation: O } = this.#sizes
    const columns = this.#columns
    const N = T * this.#count
    columns.observations.set(observations, N * O)
    const finals = new Float32Array(this.#finals.length * O)
    this.#finals.forEach((final, i) => {
      finals.set(final, i * O)
    })
    const [most, taken] = [
      columns.rewards.length,
      { version, steps: T, seconds, finals, events: this.#events },
    ]
    const part = <A extends Float32Array | Int32Array | Uint8Array>(column: A): A =>
      column.slice(0, (column.length * N) / most) as A
    this.#finals = []
    this.#events = []
    return {
      ...taken,
      observations: columns.observations.slice(0, (N + this.#count) * O),
      continuous: part(columns.continuous),
      raw: part(columns.raw),
      discrete: part(columns.discrete),
      logPi: columns.logPi === null ? null : part(columns.logPi),
      rewards: part(columns.rewards),
      terminated: part(columns.terminated),
      truncated: part(columns.truncated),
      masks: part(columns.masks),
      made: part(columns.made),
    }
  }
}

/** Puts the rows of one step where row `row` of the column begins. */
function put<A extends Float32Array | Int32Array | Uint8Array>(
  column: A,
  step: A,
  row: number,
  K: number,
): void {
  column.set(step, (row * step.length) / K)
}

/** Reads a chunk step by step into the rows of a batch of all environments. */
export class ChunkReader {
  readonly chunk: Chunk
  readonly #sizes: Sizes
  /** The batch's row of the worker's first environment. */
  readonly #first: number
  readonly #count: number
  #step = 0
  #final = 0

  constructor(chunk: Chunk, sizes: Sizes, first: number) {
    this.chunk = chunk
    this.#sizes = sizes
    this.#first = first
    this.#count = chunk.rewards.length / chunk.steps
  }

  get isRead(): boolean {
    return this.#step === this.chunk.steps
  }

  /** Steps of single environments that have not been read. */
  get left(): number {
    return this.chunk.made.subarray(this.#step * this.#count).reduce((sum, made) => sum + made, 0)
  }

  /** The next step becomes rows of the batch. @returns the environments that made it, and what else came of it */
  read(batch: StepBatch): StepEvents & { readonly environments: Int32Array } {
    const { observation: O, continuous: C, branches: D, mask: M } = this.#sizes
    const { chunk } = this
    const [K, first] = [this.#count, this.#first]
    const environments: number[] = []
    for (let k = 0; k < K; k++) {
      const [row, e] = [this.#step * K + k, first + k]
      if (chunk.made[row] === 0) continue
      environments.push(e)
      copyRow(chunk.observations, row * O, batch.observations, e * O, O)
      copyRow(chunk.continuous, row * C, batch.actions.continuous, e * C, C)
      copyRow(chunk.raw, row * C, batch.actions.raw!, e * C, C)
      for (let i = 0; i < D; i++) batch.actions.discrete[e * D + i] = chunk.discrete[row * D + i]!
      batch.actions.logPi![e] = chunk.logPi === null ? Number.NaN : chunk.logPi[row]!
      batch.rewards[e] = chunk.rewards[row]!
      batch.terminated[e] = chunk.terminated[row]!
      batch.truncated[e] = chunk.truncated[row]!
      if (batch.masks !== null) copyRow(chunk.masks, row * M, batch.masks, e * M, M)
      const ended = batch.terminated[e] === 1 || batch.truncated[e] === 1
      if (ended) copyRow(chunk.finals, this.#final++ * O, batch.nextObservations, e * O, O)
      else copyRow(chunk.observations, (row + K) * O, batch.nextObservations, e * O, O)
    }
    const { finished, dropped, troubles } = chunk.events[this.#step++]!
    return {
      environments: Int32Array.from(environments),
      finished: finished.map(
        (episode): FinishedEpisode => ({ ...episode, environment: first + episode.environment }),
      ),
      dropped: dropped.map((k) => first + k),
      troubles,
    }
  }
}
