/**
 * Prioritised experience replay, the proportional variant (Schaul et al. 2016, arXiv:1511.05952): transitions that
 * surprised the learner are drawn more often, and weigh less in the loss by as much.
 *
 *     P(i) = p_i^alpha / sum_k p_k^alpha,   p_i = |delta_i| + epsilon                                  (Eq. 1)
 *     w_i  = (N P(i))^-beta / max_j w_j                                                      (section 3.4)
 *
 * What is new has the greatest priority there has been, so that everything is seen at least once. A batch is drawn in as
 * many equal strata of the total as it has rows (appendix B.2.1).
 *
 * Differs from the paper: max_j is over the batch, as in most implementations. Of an n-step window the first transition
 * carries the priority.
 */

import type { StepBatch } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import { ReplayBuffer, type ReplayShape, type SampledBatch, type WindowBatch } from './replay-buffer.ts'
import { SumTree } from './sum-tree.ts'
import type { WindowSource } from './window-experience.ts'

/** Keeps transitions without error in the draw. */
const EPSILON = 1e-6

export class PrioritizedReplay implements WindowSource {
  /** [B], w of the windows drawn last; the greatest is 1, as that of rows that were not drawn here */
  readonly weights: Float32Array
  /** [B], whose priorities `learn` changes */
  readonly ids: Float64Array
  /** In [0, 1], how much of the bias of the draw the weights take back. */
  beta = (): number => 1
  #drawn = { at: 0, count: 0 }
  readonly #buffer: ReplayBuffer
  readonly #alpha: number
  readonly #tree: SumTree
  /** Greatest p^alpha so far. */
  #greatest = 1
  /** Transitions below this id have weight 0 in the tree. */
  #forgotten = 0

  /** @param size  B, windows in a batch */
  constructor(capacity: number, numEnvs: number, shape: ReplayShape, alpha: number, size: number) {
    this.weights = new Float32Array(size)
    this.ids = new Float64Array(size)
    this.#buffer = new ReplayBuffer(capacity, numEnvs, shape)
    this.#alpha = alpha
    this.#tree = new SumTree(capacity)
  }

  get size(): number {
    return this.#buffer.size
  }

  add(step: StepBatch): void {
    const { capacity } = this.#buffer
    const first = this.#buffer.end
    this.#buffer.add(step)
    const { start, end } = this.#buffer
    // What lay in these slots before is overwritten; what was forgotten otherwise is taken out of the draw.
    for (let id = first; id < end; id++) this.#tree.set(id % capacity, this.#greatest)
    for (let id = Math.max(this.#forgotten, end - capacity); id < start; id++) {
      this.#tree.set(id % capacity, 0)
    }
    this.#forgotten = start
  }

  drop(environment: number): void {
    this.#buffer.drop(environment)
  }

  /** Uniformly, for those who learn from experience as it came about. */
  sample(random: Random, batch: SampledBatch, at: number, count: number): void {
    this.#buffer.sample(random, batch, at, count)
  }

  /** Fills windows `at`..`at + count - 1`. */
  sampleWindows(random: Random, batch: WindowBatch, at: number, count: number): void {
    const { weights, ids } = this
    const { total } = this.#tree
    const beta = this.beta()
    this.#drawn = { at, count }
    weights.fill(1)
    let greatest = 0
    for (let i = 0; i < count; i++) {
      const slot = this.#draw(random, i / count, 1 / count)
      const id = this.#buffer.idAt(slot)
      this.#buffer.readWindow(id, batch, at + i)
      ids[at + i] = id
      const weight = ((this.size * this.#tree.weight(slot)) / total) ** -beta
      weights[at + i] = weight
      greatest = Math.max(greatest, weight)
    }
    for (let i = at; i < at + count; i++) weights[i] = weights[i]! / greatest
  }

  /** A slot from the stratum of `share` of the total that begins at `from` of it; from elsewhere if it is not whole. */
  #draw(random: Random, from: number, share: number): number {
    const { total } = this.#tree
    let slot = this.#tree.find((from + random.uniform() * share) * total)
    while (!this.#buffer.isWhole(this.#buffer.idAt(slot))) slot = this.#tree.find(random.uniform() * total)
    return slot
  }

  /**
   * New priorities for the windows drawn last.
   * @param errors  [B], delta of either sign
   */
  learn(errors: Float32Array): void {
    const { at, count } = this.#drawn
    for (let i = at; i < at + count; i++) {
      const priority = (Math.abs(errors[i]!) + EPSILON) ** this.#alpha
      this.#greatest = Math.max(this.#greatest, priority)
      this.#tree.set(this.ids[i]! % this.#buffer.capacity, priority)
    }
  }

  save(): unknown {
    return {
      buffer: this.#buffer.save(),
      priorities: this.#tree.save(Math.min(this.#buffer.end, this.#buffer.capacity)),
      greatest: this.#greatest,
    }
  }

  load(saved: unknown): void {
    const state = saved as { buffer: unknown; priorities: Float64Array; greatest: number }
    this.#buffer.load(state.buffer)
    this.#tree.load(state.priorities)
    this.#greatest = state.greatest
    this.#forgotten = this.#buffer.start
  }
}
