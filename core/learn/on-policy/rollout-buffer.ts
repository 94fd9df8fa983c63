/**
 * What an on-policy learner gathers between two updates: N = T * E steps of E environments, in the order in which they are
 * made. Of environments that step together, row t * E + e is step t of environment e; otherwise each has made as many of
 * the steps as it could.
 */

import { allRows, copyRow, type StepBatch } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import type { ReplayShape, SampledBatch } from '../off-policy/replay-buffer.ts'

/** A row after which the trajectory ends or is cut: what was seen then stands in no other row. */
export interface Cut {
  row: number
  /** [O] */
  readonly observation: Float32Array
  /** [S], filled in when the buffer is judged and the episode went on */
  readonly values: Float32Array
}

export class RolloutBuffer {
  /** Rows gathered so far. */
  length = 0
  readonly observations: Float32Array
  readonly continuous: Float32Array
  /** [N, C] continuous actions before clipping */
  readonly raw: Float32Array
  readonly discrete: Int32Array
  readonly rewards: Float32Array
  readonly terminated: Uint8Array
  /** [N], 1 where the trajectory ends after the row */
  readonly cut: Uint8Array
  readonly masks: Uint8Array
  readonly cuts: Cut[] = []
  /** Cuts of earlier rounds, to be used again. */
  readonly #spare: Cut[] = []
  readonly #cutAt = new Map<number, Cut>()
  /** [N], log pi of whoever acted; NaN until somebody says */
  readonly logPi: Float32Array
  readonly advantages: Float32Array
  /** [N, S] each, S reward signals */
  readonly values: Float32Array
  readonly returns: Float32Array
  readonly signalRewards: Float32Array
  readonly #N: number
  readonly #all: Int32Array
  /** [N], whose step it is */
  readonly #environment: Int32Array
  /** [N], the row of the same environment's next step; -1 when there is none yet */
  readonly #next: Int32Array
  /** [E], the row of each environment's newest step; -1 before its first */
  readonly #newest: Int32Array
  /** [E, O], what was seen after it */
  readonly #after: Float32Array
  readonly #shape: ReplayShape
  readonly #signals: number

  constructor(T: number, E: number, shape: ReplayShape, signals: number) {
    const N = T * E
    this.#N = N
    this.#all = allRows(E)
    this.#environment = new Int32Array(N)
    this.#next = new Int32Array(N).fill(-1)
    this.#newest = new Int32Array(E).fill(-1)
    this.#after = new Float32Array(E * shape.observation)
    this.#shape = shape
    this.#signals = signals
    this.observations = new Float32Array(N * shape.observation)
    this.continuous = new Float32Array(N * shape.continuous)
    this.raw = new Float32Array(N * shape.continuous)
    this.discrete = new Int32Array(N * shape.branches)
    this.rewards = new Float32Array(N)
    this.terminated = new Uint8Array(N)
    this.cut = new Uint8Array(N)
    this.masks = new Uint8Array(N * shape.mask)
    this.logPi = new Float32Array(N)
    this.advantages = new Float32Array(N)
    this.values = new Float32Array(N * signals)
    this.returns = new Float32Array(N * signals)
    this.signalRewards = new Float32Array(N * signals)
  }

  /** N */
  get capacity(): number {
    return this.#N
  }

  get full(): boolean {
    return this.length === this.#N
  }

  /**
   * Takes in environment `e` of one step, unless the buffer is full: of a batch that fills it, the rest is lost.
   * @param cut  whether the trajectory ends here
   */
  addRow(step: StepBatch, e: number, cut: boolean): void {
    if (this.full) return
    const { raw, logPi } = step.actions
    const { observation: O, continuous: C, branches: D, mask } = this.#shape
    const row = this.length++
    const before = this.#newest[e]!
    if (before >= 0) this.#next[before] = row
    this.#newest[e] = row
    this.#next[row] = -1
    this.#environment[row] = e
    copyRow(step.nextObservations, e * O, this.#after, e * O, O)
    copyRow(step.observations, e * O, this.observations, row * O, O)
    for (let k = 0; k < C; k++) {
      this.continuous[row * C + k] = step.actions.continuous[e * C + k]!
      if (raw === undefined) throw new Error('what was drawn has not come with the step')
      this.raw[row * C + k] = raw[e * C + k]!
    }
    for (let k = 0; k < D; k++) this.discrete[row * D + k] = step.actions.discrete[e * D + k]!
    this.logPi[row] = logPi === undefined ? Number.NaN : logPi[e]!
    this.rewards[row] = step.rewards[e]!
    this.terminated[row] = step.terminated[e]!
    this.cut[row] = cut ? 1 : 0
    if (step.masks === null) this.masks.fill(1, row * mask, (row + 1) * mask)
    else copyRow(step.masks, e * mask, this.masks, row * mask, mask)
    if (cut) this.#addCut(row, step.nextObservations, e * O)
  }

  /** Cuts the trajectory of environment `e` after its newest row. */
  cutAfterNewest(e: number): void {
    const O = this.#shape.observation
    const row = this.#newest[e]!
    if (row < 0 || this.cut[row] === 1) return
    this.cut[row] = 1
    this.#addCut(row, this.#after, e * O)
  }

  /** What the present policy gives the rows from `at` on: it is who acted where nobody else has said so. */
  judge(at: number, logPi: Float32Array): void {
    for (let i = 0; i < logPi.length; i++) {
      if (Number.isNaN(this.logPi[at + i]!)) this.logPi[at + i] = logPi[i]!
    }
  }

  /** Cuts every trajectory that is under way, so that the rows can be judged. */
  close(): void {
    for (const e of this.#all) this.cutAfterNewest(e)
    this.cuts.sort((a, b) => a.row - b.row)
  }

  /** The rows of environment `e`, in order. */
  rowsOf(e: number): number[] {
    const rows: number[] = []
    for (let row = 0; row < this.length; row++) if (this.#environment[row] === e) rows.push(row)
    return rows
  }

  /** [O], what was seen after the action of `row`. */
  nextObservation(row: number): Float32Array {
    const O = this.#shape.observation
    const next = this.#next[row]!
    return this.#cutAt.get(row)?.observation ?? this.observations.subarray(next * O, (next + 1) * O)
  }

  /** Fills `batch` with transitions drawn uniformly with replacement; masks are left out. */
  sample(random: Random, batch: SampledBatch): void {
    for (let i = 0; i < batch.rewards.length; i++) this.copy(random.below(this.length), batch, i)
  }

  /** The transition of `row` becomes row i of the batch; masks are left out. */
  copy(row: number, batch: SampledBatch, i: number): void {
    const { observation: O, continuous: C, branches: D } = this.#shape
    batch.observations.set(this.observations.subarray(row * O, (row + 1) * O), i * O)
    batch.nextObservations.set(this.nextObservation(row), i * O)
    for (let k = 0; k < D; k++) batch.discrete[i * D + k] = this.discrete[row * D + k]!
    for (let k = 0; k < C; k++) batch.continuous[i * C + k] = this.continuous[row * C + k]!
    batch.rewards[i] = this.rewards[row]!
    batch.terminated[i] = this.terminated[row]!
  }

  /** @param from  where the observation that followed lies, at `at` */
  #addCut(row: number, from: Float32Array, at: number): void {
    const O = this.#shape.observation
    const cut = this.#spare.pop() ?? {
      row,
      observation: new Float32Array(O),
      values: new Float32Array(this.#signals),
    }
    cut.row = row
    copyRow(from, at, cut.observation, 0, O)
    this.cuts.push(cut)
    this.#cutAt.set(row, cut)
  }

  clear(): void {
    this.length = 0
    this.#spare.push(...this.cuts)
    this.cuts.length = 0
    this.#cutAt.clear()
    this.#newest.fill(-1)
  }

  save(): unknown {
    return {
      length: this.length,
      columns: this.#columns(),
      cuts: this.cuts.map(({ row, observation }) => ({ row, observation })),
    }
  }

  load(saved: unknown): void {
    const state = saved as {
      length: number
      columns: Float32Array[]
      cuts: { row: number; observation: Float32Array }[]
    }
    this.clear()
    this.logPi.fill(Number.NaN)
    // Runs of earlier versions have no log pi, which is judged then.
    this.#columns().forEach((column, i) => {
      if (column !== this.logPi || state.columns[i] !== undefined) column.set(state.columns[i]!)
    })
    this.length = state.length
    for (const { row, observation } of state.cuts) this.#addCut(row, observation, 0)
  }

  #columns(): (Float32Array | Int32Array | Uint8Array)[] {
    const { observations, continuous, raw, discrete, rewards, terminated, cut, masks } = this
    const links = [this.#environment, this.#next, this.#newest, this.#after]
    return [observations, continuous, raw, discrete, rewards, terminated, cut, masks, ...links, this.logPi]
  }
}
