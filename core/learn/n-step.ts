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
import type { Random } from '../random.ts'
import { add, type Graph, mul, reshape, slice, sum, type Value } from '../tensor/index.ts'
import { makeSampledBatch, type ReplayShape, type WindowBatch } from './replay-buffer.ts'
import { copyDemonstration } from './reward-signal.ts'
import type { DemonstrationData } from './transitions.ts'

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
   * G of the equation above. Adds the inputs `discount<k>` [n, B] and `bootstrap<k>` [B] when n is above 1.
   * @param k        index of the discount
   * @param rewards  [n B]
   * @param next     [B], (1 - d) V(s_m)
   */
  return(graph: Graph, k: number, gamma: number, rewards: Value, next: Value): Value {
    if (this.#steps === 1) return add(rewards, mul(next, gamma))
    const [n, B] = [this.#steps, this.#size]
    const discounted = mul(reshape(rewards, [n, B]), graph.input(`discount${k}`, [n, B]))
    return add(sum(discounted, [0]), mul(next, graph.input(`bootstrap${k}`, [B])))
  }

  /** Feeds what `return` has added: gamma^step inside a window and 0 after it, and gamma^m. */
  feed(inputs: Readonly<Record<string, Float32Array>>, gammas: readonly number[], lengths: Int32Array): void {
    if (this.#steps === 1) return
    gammas.forEach((gamma, k) => {
      const discount = inputs[`discount${k}`]!
      const bootstrap = inputs[`bootstrap${k}`]!
      for (let i = 0; i < this.#size; i++) {
        let power = 1
        for (let step = 0; step < this.#steps; step++) {
          const inside = step < lengths[i]!
          discount[step * this.#size + i] = inside ? power : 0
          if (inside) power *= gamma
        }
        bootstrap[i] = power
      }
    })
  }
}
