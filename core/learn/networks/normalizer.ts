/**
 * Running mean and variance of observations (Welford 1962, in Chan's form for batches), as ML-Agents keeps them: the
 * count starts at 1, the variance at 1, and what is normalised is clipped to +-5. The statistics are graph inputs bound
 * to `mean` and `inverseDeviation`, so a policy uses new statistics without being built again.
 *
 * What was `take`n in counts once it is `show`n: a policy must not change under a learner that compares what it did.
 *
 * Images pass as they are, as in ML-Agents: their statistics stay at mean 0 and deviation 1, and they are not clipped.
 */
import type { EnvironmentSpec } from '../../envs/environment.ts'
import { observationSize } from '../../envs/environment.ts'
import type { Graph, Value } from '../../tensor/index.ts'
import { clip, concat, mul, slice, sub } from '../../tensor/index.ts'
import { type ObservationPart, observationParts } from './encoders.ts'

export class Normalizer {
  /** [O] */
  readonly mean: Float32Array
  /** [O], 1 / standard deviation */
  readonly inverseDeviation: Float32Array
  readonly #m2: Float64Array
  readonly #mean: Float64Array
  #count = 1
  #shown = false
  #settled = false

  readonly #name: string
  readonly #parts: readonly ObservationPart[]

  /** @param name  of its inputs in a graph; two normalisers in one graph have two names */
  constructor(spec: EnvironmentSpec, name = 'normalizer') {
    const size = observationSize(spec)
    this.#name = name
    this.#parts = observationParts(spec)
    this.mean = new Float32Array(size)
    this.inverseDeviation = new Float32Array(size).fill(1)
    this.#mean = new Float64Array(size)
    this.#m2 = new Float64Array(size).fill(1)
  }

  /** Whether what is normalised is so far left as it is. */
  get fresh(): boolean {
    return !this.#shown
  }

  /** Takes in observations and uses them. As `take`. */
  update(observations: Float32Array, rows: Int32Array | null = null): void {
    this.take(observations, rows)
    this.show()
  }

  /** From here on the statistics stay what they are: those that a policy was fitted with. */
  settle(): void {
    this.show()
    this.#settled = true
  }

  /**
   * Takes in observations, which change nothing before `show`.
   * @param observations  [n, O]
   * @param rows          those that are taken in; null: all
   */
  take(observations: Float32Array, rows: Int32Array | null = null): void {
    if (this.#settled) return
    const size = this.mean.length
    const count = rows?.length ?? observations.length / size
    for (let i = 0; i < count; i++) {
      const at = (rows === null ? i : rows[i]!) * size
      this.#count++
      for (const { from, to, image } of this.#parts) {
        if (image !== null) continue
        for (let j = from; j < to; j++) {
          const x = observations[at + j]!
          const delta = x - this.#mean[j]!
          const mean = this.#mean[j]! + delta / this.#count
          this.#mean[j] = mean
          this.#m2[j] = this.#m2[j]! + delta * (x - mean)
        }
      }
    }
  }

  /** Normalises by all that was taken in from here on. */
  show(): void {
    if (this.#settled) return
    this.#shown = true
    for (const { from, to, image } of this.#parts) {
      if (image !== null) continue
      for (let j = from; j < to; j++) {
        this.mean[j] = this.#mean[j]!
        this.inverseDeviation[j] = 1 / Math.sqrt(this.#m2[j]! / this.#count + 1e-8)
      }
    }
  }

  /** (x - mean) / deviation, clipped to +-5, for each x [B, O]. Call once per graph. */
  apply<T extends readonly Value[]>(graph: Graph, ...xs: T): { [K in keyof T]: Value } {
    const mean = graph.input(`${this.#name}/mean`, [1, this.mean.length])
    const inverse = graph.input(`${this.#name}/inverse`, [1, this.mean.length])
    const normalized = (x: Value) => {
      const parts = this.#parts.map(({ from, to, image }) => {
        const part = (value: Value) => slice(value, 1, from, to)
        return image === null ? clip(mul(sub(part(x), part(mean)), part(inverse)), -5, 5) : part(x)
      })
      return concat(parts, 1)
    }
    return xs.map(normalized) as { [K in keyof T]: Value }
  }

  bindings(): Record<string, Float32Array> {
    return { [`${this.#name}/mean`]: this.mean, [`${this.#name}/inverse`]: this.inverseDeviation }
  }

  save(): unknown {
    return {
      count: this.#count,
      mean: this.#mean.slice(),
      m2: this.#m2.slice(),
      shown: this.#shown ? { mean: this.mean.slice(), inverse: this.inverseDeviation.slice() } : null,
      settled: this.#settled,
    }
  }

  load(saved: unknown): void {
    const { count, mean, m2, shown, settled } = saved as {
      count: number
      mean: Float64Array
      m2: Float64Array
      shown?: { mean: Float32Array; inverse: Float32Array } | null
      settled?: boolean
    }
    this.#count = count
    this.#mean.set(mean)
    this.#m2.set(m2)
    this.#settled = false
    this.#shown = false
    // Runs of earlier versions have not kept what was shown, which was everything.
    if (shown === undefined ? count > 1 : shown !== null) this.show()
    if (shown != null) {
      this.mean.set(shown.mean)
      this.inverseDeviation.set(shown.inverse)
    }
    this.#settled = settled ?? false
  }
}

/** What networks see of observations [B, O]: normalised, or as they are. Call once per graph. */
export function seen<T extends readonly Value[]>(
  normalizer: Normalizer | null,
  graph: Graph,
  ...observations: T
): { [K in keyof T]: Value } {
  return normalizer === null
    ? (observations as unknown as { [K in keyof T]: Value })
    : normalizer.apply(graph, ...observations)
}
