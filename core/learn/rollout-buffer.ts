/** What an on-policy learner gathers between two updates: T steps of E environments, row t * E + e. */
import type { ReplayShape } from './replay-buffer.ts'
import type { StepBatch } from './transitions.ts'

/** A row after which the trajectory ends or is cut: what was seen then stands in no other row. */
export interface Cut {
  readonly row: number
  /** [O] */
  readonly observation: Float32Array
  /** [S], filled in when the buffer is judged and the episode went on */
  readonly values: Float32Array
}

export class RolloutBuffer {
  /** Steps per environment gathered so far. */
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
  readonly #cutAt = new Map<number, Cut>()
  readonly logPi: Float32Array
  readonly advantages: Float32Array
  /** [N, S] each, S reward signals */
  readonly values: Float32Array
  readonly returns: Float32Array
  readonly signalRewards: Float32Array
  readonly #E: number
  readonly #shape: ReplayShape
  readonly #signals: number

  constructor(T: number, E: number, shape: ReplayShape, signals: number) {
    const N = T * E
    this.#E = E
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

  /** Takes in environment `e` of one step; `raw` [E, C]. Raise `length` once all environments are in. */
  addRow(step: StepBatch, e: number, raw: Float32Array, cut: boolean): void {
    const { observation: O, continuous: C, branches: D, mask } = this.#shape
    const row = this.length * this.#E + e
    this.observations.set(step.observations.subarray(e * O, (e + 1) * O), row * O)
    for (let k = 0; k < C; k++) {
      this.continuous[row * C + k] = step.actions.continuous[e * C + k]!
      this.raw[row * C + k] = raw[e * C + k]!
    }
    for (let k = 0; k < D; k++) this.discrete[row * D + k] = step.actions.discrete[e * D + k]!
    this.rewards[row] = step.rewards[e]!
    this.terminated[row] = step.terminated[e]!
    this.cut[row] = cut ? 1 : 0
    if (step.masks === null) this.masks.fill(1, row * mask, (row + 1) * mask)
    else this.masks.set(step.masks.subarray(e * mask, (e + 1) * mask), row * mask)
    if (cut) this.#addCut(row, step.nextObservations.slice(e * O, (e + 1) * O))
  }

  /** [O], what was seen after the action of `row`. */
  nextObservation(row: number): Float32Array {
    const O = this.#shape.observation
    const cut = this.#cutAt.get(row)
    return cut?.observation ?? this.observations.subarray((row + this.#E) * O, (row + this.#E + 1) * O)
  }

  #addCut(row: number, observation: Float32Array): void {
    const cut = { row, observation, values: new Float32Array(this.#signals) }
    this.cuts.push(cut)
    this.#cutAt.set(row, cut)
  }

  clear(): void {
    this.length = 0
    this.cuts.length = 0
    this.#cutAt.clear()
  }

  save(): unknown {
    const { observations, continuous, raw, discrete, rewards, terminated, cut, masks } = this
    return {
      length: this.length,
      columns: [observations, continuous, raw, discrete, rewards, terminated, cut, masks],
      cuts: this.cuts.map(({ row, observation }) => ({ row, observation })),
    }
  }

  load(saved: unknown): void {
    const state = saved as {
      length: number
      columns: Float32Array[]
      cuts: { row: number; observation: Float32Array }[]
    }
    const { observations, continuous, raw, discrete, rewards, terminated, cut, masks } = this
    const columns = [observations, continuous, raw, discrete, rewards, terminated, cut, masks]
    columns.forEach((column, i) => {
      column.set(state.columns[i]!)
    })
    this.clear()
    this.length = state.length
    for (const { row, observation } of state.cuts) this.#addCut(row, observation)
  }
}
