/**
 * Experience replay (Lin 1992): the newest `capacity` transitions, sampled uniformly with replacement.
 *
 * An observation that ends one step begins the next, so each is kept once, as a row in a ring of rows; a transition names
 * the rows before and after it, and the transition that its environment made next. The ring grows with what is stored, up
 * to its final size.
 */

import { allRows, copyRow, type StepBatch } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'

export interface ReplayShape {
  /** O, floats of one observation */
  readonly observation: number
  readonly continuous: number
  readonly branches: number
  /** Sum of branch sizes when the environment masks actions, else 0. */
  readonly mask: number
}

/** B sampled transitions; the arrays are the caller's and are filled from `at` on. */
export interface SampledBatch {
  readonly observations: Float32Array
  readonly nextObservations: Float32Array
  readonly continuous: Float32Array
  readonly discrete: Int32Array
  readonly rewards: Float32Array
  readonly terminated: Float32Array
  readonly masks: Uint8Array
  readonly nextMasks: Uint8Array
}

/**
 * B windows of up to n consecutive transitions of one episode, step by step: row `step * B + i` is a step of window i. After
 * the end of a shorter window its last transition is repeated, so the last B rows hold what every window ended with.
 */
export interface WindowBatch extends SampledBatch {
  /** B */
  readonly size: number
  /** n */
  readonly steps: number
  /** [B], how many steps a window really has, 1 to n */
  readonly lengths: Int32Array
}

export function makeSampledBatch(size: number, shape: ReplayShape): SampledBatch {
  return {
    observations: new Float32Array(size * shape.observation),
    nextObservations: new Float32Array(size * shape.observation),
    continuous: new Float32Array(size * shape.continuous),
    discrete: new Int32Array(size * shape.branches),
    rewards: new Float32Array(size),
    terminated: new Float32Array(size),
    masks: new Uint8Array(size * shape.mask).fill(1),
    nextMasks: new Uint8Array(size * shape.mask).fill(1),
  }
}

export class ReplayBuffer {
  readonly capacity: number
  readonly #shape: ReplayShape
  readonly #maxRows: number
  #rows: Float32Array
  #rowMasks: Uint8Array
  /** Rows written so far; row id r lies at r % maxRows. */
  #rowHead = 0
  /** Transitions written so far; transition id t lies at t % capacity. */
  #head = 0
  #tail = 0
  readonly #from: Float64Array
  readonly #to: Float64Array
  readonly #continuous: Float32Array
  readonly #discrete: Int32Array
  readonly #rewards: Float32Array
  readonly #terminated: Uint8Array
  /** The transition that continues this one's episode; -1 where that ended or goes on in the future. */
  readonly #next: Float64Array
  /** [E], the newest transition of the episode under way; -1 before its first. */
  readonly #latest: Float64Array
  /** [E], the row that each environment stands on; -1 when its next step begins an episode. */
  readonly #current: Float64Array
  readonly #all: Int32Array

  constructor(capacity: number, numEnvs: number, shape: ReplayShape) {
    this.capacity = capacity
    this.#shape = shape
    // An episode adds one row more than it has steps. A quarter on top holds episodes of four steps and longer without
    // loss; shorter ones shorten the memory a little, see #evict.
    this.#maxRows = Math.ceil(capacity * 1.25) + 2 * numEnvs
    const first = Math.min(this.#maxRows, 4096)
    this.#rows = new Float32Array(first * shape.observation)
    this.#rowMasks = new Uint8Array(first * shape.mask)
    this.#from = new Float64Array(capacity)
    this.#to = new Float64Array(capacity)
    this.#continuous = new Float32Array(capacity * shape.continuous)
    this.#discrete = new Int32Array(capacity * shape.branches)
    this.#rewards = new Float32Array(capacity)
    this.#terminated = new Uint8Array(capacity)
    this.#next = new Float64Array(capacity).fill(-1)
    this.#latest = new Float64Array(numEnvs).fill(-1)
    this.#current = new Float64Array(numEnvs).fill(-1)
    this.#all = allRows(numEnvs)
  }

  /** Transitions that can be sampled now. */
  get size(): number {
    return this.#head - this.#tail
  }

  /** Takes in one step of all environments, or of those that made one. */
  add(step: StepBatch): void {
    const { observation: O, continuous: C, branches: D } = this.#shape
    for (const e of step.environments ?? this.#all) {
      if (this.#current[e]! < 0) this.#current[e] = this.#addRow(step.observations, e, O)
      const from = this.#current[e]!
      if (step.masks !== null) this.#setMask(from, step.masks, e)
      // What is allowed there is told with the step that follows; of the newest one everything counts as allowed.
      const to = this.#addRow(step.nextObservations, e, O)
      const at = this.#head % this.capacity
      this.#from[at] = from
      this.#to[at] = to
      for (let i = 0; i < C; i++) this.#continuous[at * C + i] = step.actions.continuous[e * C + i]!
      for (let i = 0; i < D; i++) this.#discrete[at * D + i] = step.actions.discrete[e * D + i]!
      this.#rewards[at] = step.rewards[e]!
      this.#terminated[at] = step.terminated[e]!
      this.#next[at] = -1
      const before = this.#latest[e]!
      if (before >= 0 && before > this.#head - this.capacity) this.#next[before % this.capacity] = this.#head
      const ended = step.terminated[e] === 1 || step.truncated[e] === 1
      this.#latest[e] = ended ? -1 : this.#head
      this.#current[e] = ended ? -1 : to
      this.#head++
    }
    this.#evict()
  }

  /** The episode under way in `environment` is lost: what is added next does not continue it. */
  drop(environment: number): void {
    this.#latest[environment] = -1
    this.#current[environment] = -1
  }

  /**
   * Fills `count` rows of `batch` from row `at` on with transitions drawn uniformly with replacement.
   * Nothing may be drawn from an empty buffer.
   */
  sample(random: Random, batch: SampledBatch, at: number, count: number): void {
    for (let i = at; i < at + count; i++) this.#copy(this.#draw(random), batch, i)
  }

  /** Fills windows `at`..`at + count - 1`, whose first transitions are drawn uniformly with replacement. */
  sampleWindows(random: Random, batch: WindowBatch, at: number, count: number): void {
    for (let i = at; i < at + count; i++) this.readWindow(this.#draw(random), batch, i)
  }

  /** Ids of the transitions that can be sampled: `start`, .., `end - 1`, those that are whole. */
  get start(): number {
    return this.#tail
  }

  get end(): number {
    return this.#head
  }

  /** Id of the newest transition in a slot, 0 to capacity - 1, that has been written to. */
  idAt(slot: number): number {
    const last = this.#head - 1
    return last - ((last - slot) % this.capacity)
  }

  /** Whether the rows of a transition are still there: some begin on older rows than their neighbours do. */
  isWhole(id: number): boolean {
    return this.#from[id % this.capacity]! >= this.#rowHead - this.#maxRows
  }

  #draw(random: Random): number {
    let id: number
    do id = this.#tail + random.below(this.size)
    while (!this.isWhole(id))
    return id
  }

  /** The window that begins with transition `first` becomes window i of the batch. */
  readWindow(first: number, batch: WindowBatch, i: number): void {
    let id = first
    let length = 1
    for (let step = 0; step < batch.steps; step++) {
      this.#copy(id, batch, step * batch.size + i)
      const next = this.#next[id % this.capacity]!
      if (next < 0 || step + 1 === batch.steps) continue
      id = next
      length++
    }
    batch.lengths[i] = length
  }

  /** Transition `id` becomes row i of the batch. */
  #copy(id: number, batch: SampledBatch, i: number): void {
    const { observation: O, continuous: C, branches: D, mask: M } = this.#shape
    const t = id % this.capacity
    const from = (this.#from[t]! % this.#maxRows) * O
    const to = (this.#to[t]! % this.#maxRows) * O
    batch.observations.set(this.#rows.subarray(from, from + O), i * O)
    batch.nextObservations.set(this.#rows.subarray(to, to + O), i * O)
    for (let k = 0; k < C; k++) batch.continuous[i * C + k] = this.#continuous[t * C + k]!
    for (let k = 0; k < D; k++) batch.discrete[i * D + k] = this.#discrete[t * D + k]!
    batch.rewards[i] = this.#rewards[t]!
    batch.terminated[i] = this.#terminated[t]!
    if (M === 0) return
    const fromMask = (this.#from[t]! % this.#maxRows) * M
    const toMask = (this.#to[t]! % this.#maxRows) * M
    batch.masks.set(this.#rowMasks.subarray(fromMask, fromMask + M), i * M)
    batch.nextMasks.set(this.#rowMasks.subarray(toMask, toMask + M), i * M)
  }

  /** Plain data: what is stored, without the unused part of the rings. */
  save(): unknown {
    const { observation: O, continuous: C, branches: D, mask: M } = this.#shape
    const rows = Math.min(this.#rowHead, this.#maxRows)
    const stored = Math.min(this.#head, this.capacity)
    return {
      rowHead: this.#rowHead,
      head: this.#head,
      tail: this.#tail,
      current: this.#current.slice(),
      rows: this.#rows.subarray(0, rows * O),
      rowMasks: this.#rowMasks.subarray(0, rows * M),
      from: this.#from.subarray(0, stored),
      to: this.#to.subarray(0, stored),
      continuous: this.#continuous.subarray(0, stored * C),
      discrete: this.#discrete.subarray(0, stored * D),
      rewards: this.#rewards.subarray(0, stored),
      terminated: this.#terminated.subarray(0, stored),
    }
  }

  load(saved: unknown): void {
    const state = saved as {
      rowHead: number
      head: number
      tail: number
      current: Float64Array
      rows: Float32Array
      rowMasks: Uint8Array
      from: Float64Array
      to: Float64Array
      continuous: Float32Array
      discrete: Int32Array
      rewards: Float32Array
      terminated: Uint8Array
    }
    if (state.current.length !== this.#current.length || state.from.length > this.capacity) {
      throw new Error('the saved replay buffer has another number of environments or another capacity')
    }
    this.#grow(Math.min(state.rowHead, this.#maxRows))
    this.#rowHead = state.rowHead
    this.#head = state.head
    this.#tail = state.tail
    this.#current.set(state.current)
    this.#rows.set(state.rows)
    this.#rowMasks.set(state.rowMasks)
    this.#from.set(state.from)
    this.#to.set(state.to)
    this.#continuous.set(state.continuous)
    this.#discrete.set(state.discrete)
    this.#rewards.set(state.rewards)
    this.#terminated.set(state.terminated)
    this.#link()
  }

  /** Finds out again what follows what: the row that one transition ends on is the row that the next begins on. */
  #link(): void {
    this.#next.fill(-1)
    this.#latest.fill(-1)
    const endingOn = new Map<number, number>()
    for (let id = Math.max(0, this.#head - this.capacity); id < this.#head; id++) {
      const at = id % this.capacity
      const before = endingOn.get(this.#from[at]!)
      if (before !== undefined) this.#next[before % this.capacity] = id
      endingOn.set(this.#to[at]!, id)
    }
    this.#current.forEach((row, e) => {
      this.#latest[e] = endingOn.get(row) ?? -1
    })
  }

  #addRow(observations: Float32Array, e: number, O: number): number {
    const id = this.#rowHead++
    this.#grow(Math.min(this.#rowHead, this.#maxRows))
    const slot = id % this.#maxRows
    copyRow(observations, e * O, this.#rows, slot * O, O)
    const M = this.#shape.mask
    if (M > 0) this.#rowMasks.fill(1, slot * M, (slot + 1) * M)
    return id
  }

  #setMask(row: number, masks: Uint8Array, e: number): void {
    const M = this.#shape.mask
    copyRow(masks, e * M, this.#rowMasks, (row % this.#maxRows) * M, M)
  }

  #grow(rows: number): void {
    const { observation: O, mask: M } = this.#shape
    let held = this.#rows.length / O
    if (rows <= held) return
    while (held < rows) held = Math.min(this.#maxRows, held * 2)
    const grown = new Float32Array(held * O)
    grown.set(this.#rows)
    this.#rows = grown
    const grownMasks = new Uint8Array(held * M)
    grownMasks.set(this.#rowMasks)
    this.#rowMasks = grownMasks
  }

  /** Forgets transitions beyond the capacity and those whose first row has been overwritten. */
  #evict(): void {
    this.#tail = Math.max(this.#tail, this.#head - this.capacity)
    const oldestRow = this.#rowHead - this.#maxRows
    while (this.#tail < this.#head && this.#from[this.#tail % this.capacity]! < oldestRow) this.#tail++
  }
}
