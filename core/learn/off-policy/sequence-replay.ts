/**
 * Experience replay of sequences. What every environment has seen is one stream of rows, episode behind episode; a sequence
 * is a window of a stream, drawn uniformly, whatever episodes begin and end in it.
 *
 * A row is an observation and what was done then. The last observation of an episode is a row too, where nothing was done;
 * so is the newest row of a stream until its step is made. Row i + 1 is what followed the action of row i.
 */

import { allRows, type StepBatch } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import type { ReplayShape, SampledBatch } from './replay-buffer.ts'

/** B sequences of W rows, time by time: row t * B + i is step t of sequence i. */
export interface SequenceBatch {
  readonly observations: Float32Array
  readonly continuous: Float32Array
  readonly discrete: Int32Array
  readonly rewards: Float32Array
  /** 1 where the rules ended the episode after the row's action */
  readonly terminated: Float32Array
  /** 1 where something was done; the rest of such a row means something only then */
  readonly acted: Float32Array
  /** 0 where the row begins an episode, else 1 */
  readonly kept: Float32Array
  readonly masks: Uint8Array
}

export function makeSequenceBatch(rows: number, shape: ReplayShape): SequenceBatch {
  return {
    observations: new Float32Array(rows * shape.observation),
    continuous: new Float32Array(rows * shape.continuous),
    discrete: new Int32Array(rows * shape.branches),
    rewards: new Float32Array(rows),
    terminated: new Float32Array(rows),
    acted: new Float32Array(rows),
    kept: new Float32Array(rows),
    masks: new Uint8Array(rows * shape.mask).fill(1),
  }
}

export class SequenceReplay {
  readonly #shape: ReplayShape
  readonly #streams: Stream[]
  readonly #window: number
  readonly #all: Int32Array

  /**
   * @param capacity  rows of all streams together
   * @param window    W, rows of one sequence
   */
  constructor(capacity: number, numEnvs: number, shape: ReplayShape, window: number) {
    this.#shape = shape
    this.#window = window
    this.#all = allRows(numEnvs)
    const each = Math.max(window, Math.ceil(capacity / numEnvs))
    this.#streams = Array.from({ length: numEnvs }, () => new Stream(each, shape))
  }

  /** Takes in one step of all environments, or of those that made one. */
  add(step: StepBatch): void {
    for (const e of step.environments ?? this.#all) this.#streams[e]!.add(step, e)
  }

  /** The next step of this environment begins another episode. */
  drop(environment: number): void {
    this.#streams[environment]!.close()
  }

  /** How many different sequences there are to draw from. */
  get sequences(): number {
    return this.#streams.reduce((all, { size }) => all + Math.max(0, size - this.#window + 1), 0)
  }

  /** Fills `batch` with `count` sequences drawn uniformly with replacement; there must be one. */
  sample(random: Random, batch: SequenceBatch, count: number): void {
    for (let i = 0; i < count; i++) {
      let place = random.below(this.sequences)
      for (const stream of this.#streams) {
        const here = Math.max(0, stream.size - this.#window + 1)
        if (place < here) {
          for (let t = 0; t < this.#window; t++) stream.copy(place + t, batch, t * count + i)
          break
        }
        place -= here
      }
    }
  }

  /** Fills the first `count` rows of `batch` with single transitions drawn uniformly with replacement. */
  sampleTransitions(random: Random, batch: SampledBatch, count: number): void {
    const { observation: O, continuous: C, branches: D } = this.#shape
    const rows = this.#streams.reduce((all, { size }) => all + size, 0)
    for (let i = 0; i < count; ) {
      let place = random.below(rows)
      const stream = this.#streams.find(({ size }) => {
        if (place < size) return true
        place -= size
        return false
      })!
      const row = stream.at(place)
      if (stream.acted[row] === 0) continue
      const next = stream.at(place + 1)
      batch.observations.set(stream.observations.subarray(row * O, (row + 1) * O), i * O)
      batch.nextObservations.set(stream.observations.subarray(next * O, (next + 1) * O), i * O)
      batch.continuous.set(stream.continuous.subarray(row * C, (row + 1) * C), i * C)
      batch.discrete.set(stream.discrete.subarray(row * D, (row + 1) * D), i * D)
      batch.rewards[i] = stream.rewards[row]!
      batch.terminated[i] = stream.terminated[row]!
      i++
    }
  }

  save(): unknown {
    return this.#streams.map((stream) => stream.save())
  }

  load(saved: unknown): void {
    const streams = saved as unknown[]
    if (streams.length !== this.#streams.length) {
      throw new Error('the saved replay buffer has another number of environments')
    }
    this.#streams.forEach((stream, e) => {
      stream.load(streams[e])
    })
  }
}

/** The newest rows of one environment, in a ring that grows with what is stored, up to its final size. */
class Stream {
  observations: Float32Array
  continuous: Float32Array
  discrete: Int32Array
  rewards: Float32Array
  terminated: Uint8Array
  acted: Uint8Array
  kept: Uint8Array
  masks: Uint8Array
  readonly #capacity: number
  readonly #shape: ReplayShape
  /** Rows written so far. */
  #head = 0
  /** Whether the newest row waits for its step. */
  #open = false

  constructor(capacity: number, shape: ReplayShape) {
    this.#capacity = capacity
    this.#shape = shape
    this.observations = new Float32Array(0)
    this.continuous = new Float32Array(0)
    this.discrete = new Int32Array(0)
    this.rewards = new Float32Array(0)
    this.terminated = new Uint8Array(0)
    this.acted = new Uint8Array(0)
    this.kept = new Uint8Array(0)
    this.masks = new Uint8Array(0)
    this.#grow(Math.min(capacity, 1024))
  }

  get size(): number {
    return Math.min(this.#head, this.#capacity)
  }

  /** Where the row lies that is `place` rows younger than the oldest. */
  at(place: number): number {
    return (this.#head - this.size + place) % this.#capacity
  }

  add(step: StepBatch, e: number): void {
    const { observation: O, continuous: C, branches: D, mask: M } = this.#shape
    if (!this.#open) this.#push(step.observations.subarray(e * O, (e + 1) * O), 0)
    const row = (this.#head - 1) % this.#capacity
    this.continuous.set(step.actions.continuous.subarray(e * C, (e + 1) * C), row * C)
    this.discrete.set(step.actions.discrete.subarray(e * D, (e + 1) * D), row * D)
    this.rewards[row] = step.rewards[e]!
    this.terminated[row] = step.terminated[e]!
    this.acted[row] = 1
    if (step.masks !== null) this.masks.set(step.masks.subarray(e * M, (e + 1) * M), row * M)
    this.#push(step.nextObservations.subarray(e * O, (e + 1) * O), 1)
    this.#open = step.terminated[e] === 0 && step.truncated[e] === 0
  }

  close(): void {
    this.#open = false
  }

  copy(place: number, batch: SequenceBatch, i: number): void {
    const { observation: O, continuous: C, branches: D, mask: M } = this.#shape
    const row = this.at(place)
    batch.observations.set(this.observations.subarray(row * O, (row + 1) * O), i * O)
    batch.continuous.set(this.continuous.subarray(row * C, (row + 1) * C), i * C)
    batch.discrete.set(this.discrete.subarray(row * D, (row + 1) * D), i * D)
    batch.rewards[i] = this.rewards[row]!
    batch.terminated[i] = this.terminated[row]!
    batch.acted[i] = this.acted[row]!
    batch.kept[i] = this.kept[row]!
    batch.masks.set(this.masks.subarray(row * M, (row + 1) * M), i * M)
  }

  save(): unknown {
    const size = this.size
    const columns = this.#columns().map(([column, width]) => column.subarray(0, size * width))
    return { head: this.#head, open: this.#open, columns }
  }

  load(saved: unknown): void {
    const { head, open, columns } = saved as { head: number; open: boolean; columns: Float32Array[] }
    if (columns[3]!.length > this.#capacity) throw new Error('the saved replay buffer has another capacity')
    this.#head = head
    this.#open = open
    while (this.rewards.length < this.size) this.#grow(Math.min(this.#capacity, this.rewards.length * 2))
    this.#columns().forEach(([column], i) => {
      column.set(columns[i]!)
    })
  }

  #push(observation: Float32Array, kept: number): void {
    const { observation: O, continuous: C, branches: D, mask: M } = this.#shape
    if (this.#head === this.rewards.length && this.#head < this.#capacity) {
      this.#grow(Math.min(this.#capacity, this.#head * 2))
    }
    const row = this.#head++ % this.#capacity
    this.observations.set(observation, row * O)
    this.continuous.fill(0, row * C, (row + 1) * C)
    this.discrete.fill(0, row * D, (row + 1) * D)
    this.rewards[row] = 0
    this.terminated[row] = 0
    this.acted[row] = 0
    this.kept[row] = kept
    this.masks.fill(1, row * M, (row + 1) * M)
  }

  #columns(): [column: Float32Array | Int32Array | Uint8Array, width: number][] {
    const { observation: O, continuous: C, branches: D, mask: M } = this.#shape
    return [
      [this.observations, O],
      [this.continuous, C],
      [this.discrete, D],
      [this.rewards, 1],
      [this.terminated, 1],
      [this.acted, 1],
      [this.kept, 1],
      [this.masks, M],
    ]
  }

  #grow(rows: number): void {
    const { observation: O, continuous: C, branches: D, mask: M } = this.#shape
    const floats = (old: Float32Array, width: number) => enlarged(new Float32Array(rows * width), old)
    const bytes = (old: Uint8Array, width: number) => enlarged(new Uint8Array(rows * width), old)
    this.observations = floats(this.observations, O)
    this.continuous = floats(this.continuous, C)
    this.discrete = enlarged(new Int32Array(rows * D), this.discrete)
    this.rewards = floats(this.rewards, 1)
    this.terminated = bytes(this.terminated, 1)
    this.acted = bytes(this.acted, 1)
    this.kept = bytes(this.kept, 1)
    this.masks = bytes(this.masks, M)
  }
}

function enlarged<T extends Float32Array | Int32Array | Uint8Array>(fresh: T, old: T): T {
  fresh.set(old)
  return fresh
}
