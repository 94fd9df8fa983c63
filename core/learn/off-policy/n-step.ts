/**
 * n-step returns (Sutton 1988; as in Rainbow, Hessel et al. 2018, arXiv:1710.02298, section 2):
 *
 *     G = r_0 + gamma r_1 + ... + gamma^(m-1) r_(m-1) + gamma^m (1 - d) V(s_m),   m <= n
 *
 * A window is n consecutive steps of one environment, or fewer (m) where its episode ends or nothing newer is stored. A
 * true end (d = 1) has no value after it; an episode that was cut is bootstrapped from the observation it was cut at.
 * Learned rewards are those of the newest signal at every step of the window: all n B rows go through it.
 *
 * As in Rainbow nothing corrects for the policy having changed since the later actions of a window were chosen.
 */

import type { DemonstrationData } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import { add, div, mean, mul, reshape, slice, sum, type Value } from '../../tensor/index.ts'
import { copyDemonstration } from '../signals/reward-signal.ts'
import type { Update } from '../update.ts'
import { makeSampledBatch, type ReplayShape, type WindowBatch } from './replay-buffer.ts'

export function makeWindowBatch(size: number, steps: number, shape: ReplayShape): WindowBatch {
  return { ...makeSampledBatch(size * steps, shape), size, steps, lengths: new Int32Array(size).fill(1) }
}

/** Fills windows `at`..`at + count - 1` with demonstrations, whose first rows are drawn uniformly with replacement. */
export function sampleDemonstrationWindows(
  random: Random,
  data: DemonstrationData,
  shape: ReplayShape,
  batch: WindowBatch,
  at: number,
  count: number,
): void {
  for (let i = at; i < at + count; i++) {
    let row = random.below(data.length)
    let length = 1
    for (let step = 0; step < batch.steps; step++) {
      copyDemonstration(data, row, shape, batch, step * batch.size + i)
      const ended = data.terminated[row] === 1 || data.truncated[row] === 1 || row + 1 === data.length
      if (ended || step + 1 === batch.steps) continue
      row++
      length++
    }
    batch.lengths[i] = length
  }
}

/** The graph's side of windows: rows [n B, ..] step by step, and sums over them. */
export class Windows {
  readonly #size: number
  readonly #steps: number

  constructor(size: number, steps: number) {
    this.#size = size
    this.#steps = steps
  }

  /** n B, rows of a batch of windows. */
  get rows(): number {
    return this.#size * this.#steps
  }

  /** The first step of every window: [n B, ..] -> [B, ..]. */
  first(rows: Value): Value {
    return slice(rows, 0, 0, this.#size)
  }

  /** The last step of every window, however long it is: [n B, ..] -> [B, ..]. */
  last(rows: Value): Value {
    return slice(rows, 0, this.rows - this.#size, this.rows)
  }

  /**
   * The mean of [n B] rows over the steps that there are: a window that is shorter repeats its last one.
   * @param lengths  [B], m of every window when the update runs
   */
  mean(update: Update, lengths: Int32Array): (rows: Value) => Value {
    if (this.#steps === 1) return mean
    const B = this.#size
    const counts = update.input('counts', [this.rows], (to) => {
      for (let i = 0; i < to.length; i++) to[i] = Math.floor(i / B) < lengths[i % B]! ? 1 : 0
    })
    return (rows) => div(sum(mul(rows, counts)), sum(counts))
  }

  /**
   * G of the equation above, [B]. Of windows of several steps it declares inputs: gamma^step inside a window and 0 after it, and gamma^m.
   * @param k        index of the discount
   * @param rewards  [n B]
   * @param next     [B], (1 - d) V(s_m)
   * @param lengths  [B], m of every window when the update runs
   */
  return(update: Update, k: number, gamma: number, rewards: Value, next: Value, lengths: Int32Array): Value {
    if (this.#steps === 1) return add(rewards, mul(next, gamma))
    const [n, B] = [this.#steps, this.#size]
    const discount = update.input(`discount${k}`, [n, B], (to) => {
      for (let i = 0; i < B; i++) {
        let power = 1
        for (let step = 0; step < n; step++, power *= gamma) to[step * B + i] = step < lengths[i]! ? power : 0
      }
    })
    const bootstrap = update.input(`bootstrap${k}`, [B], (to) => {
      for (let i = 0; i < B; i++) to[i] = powerOf(gamma, lengths[i]!)
    })
    return add(sum(mul(reshape(rewards, [n, B]), discount), [0]), mul(next, bootstrap))
  }
}

/** gamma^m by multiplication, which is the same on every machine. */
function powerOf(gamma: number, m: number): number {
  let power = 1
  for (let i = 0; i < m; i++) power *= gamma
  return power
}
