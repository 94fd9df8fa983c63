/**
 * Statistics of samples of scores, after Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical
 * Precipice": interquartile mean, percentile bootstrap intervals, probability of improvement (here on pairs). Intervals
 * are seeded, so the same scores give the same interval.
 */
import { Random } from '../random.ts'

export type Interval = readonly [low: number, high: number]

export interface BootstrapOptions {
  /** 2,000 unless given. */
  readonly resamples?: number
  /** 0.95 unless given. */
  readonly confidence?: number
  readonly seed?: number
}

export interface Summary {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation, divided by n - 1; 0 for one value. */
  readonly sd: number
  readonly iqm: number
  /** Of the mean; null for one value, which bounds nothing. */
  readonly ci95: Interval | null
}

/** @param values  [n], n > 0 */
export function summarize(values: readonly number[], options: BootstrapOptions = {}): Summary {
  return {
    n: values.length,
    mean: mean(values),
    sd: standardDeviation(values),
    iqm: interquartileMean(values),
    ci95: bootstrapInterval(values, mean, options),
  }
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new Error('the mean of no values')
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Sample standard deviation, divided by n - 1; 0 for one value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

/** Mean of what is left when a quarter of the values, rounded down, is cut off at either end. */
export function interquartileMean(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const cut = Math.floor(sorted.length / 4)
  return mean([...sorted.subarray(cut, sorted.length - cut)])
}

/**
 * Percentile bootstrap: the middle `confidence` of the statistic over resamples with replacement.
 * @returns null for fewer than two values: all resamples of one are that one, which says nothing of others
 */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (resample: readonly number[]) => number,
  options: BootstrapOptions = {},
): Interval | null {
  if (values.length < 2) return null
  const { resamples = 2_000, confidence = 0.95, seed = 0 } = options
  const random = new Random(seed)
  const resample = new Array<number>(values.length)
  const results = new Float64Array(resamples)
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < values.length; i++) resample[i] = values[random.below(values.length)]!
    results[r] = statistic(resample)
  }
  results.sort()
  const tail = (1 - confidence) / 2
  return [quantile(results, tail), quantile(results, 1 - tail)]
}

/** Linear interpolation between order statistics. @param sorted  [n], ascending, n > 0 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = q * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.ceil(position)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}

/** Share of the episodes that reached the goal, among those of which it is known; null where it is known of none. */
export function winRate(episodes: readonly { readonly success: boolean | null }[]): number | null {
  const known = episodes.filter(({ success }) => success !== null)
  return known.length === 0 ? null : mean(known.map(({ success }) => Number(success)))
}

/** 1 where `a` is better than `b`, 1/2 for a tie, 0 where it is worse. */
export function wins(a: number, b: number, fewerIsBetter: boolean): number {
  if (a === b) return 0.5
  return a < b === fewerIsBetter ? 1 : 0
}

export interface PairedComparison {
  /** Pairs. */
  readonly n: number
  /** Mean of x - y over the pairs, and its interval; null of one pair. */
  readonly difference: number
  readonly differenceCi95: Interval | null
  /** Share of the pairs in which x is better, ties counted half, and its interval. */
  readonly probabilityBetter: number
  readonly probabilityCi95: Interval | null
}

/** Compares on the same boards: pairs are resampled, not scores. @param pairs  [n] of [x, y], n > 0 */
export function comparePaired(
  pairs: readonly (readonly [x: number, y: number])[],
  fewerIsBetter: boolean,
  options: BootstrapOptions = {},
): PairedComparison {
  const differences = pairs.map(([x, y]) => x - y)
  const better = pairs.map(([x, y]) => wins(x, y, fewerIsBetter))
  return {
    n: pairs.length,
    difference: mean(differences),
    differenceCi95: bootstrapInterval(differences, mean, options),
    probabilityBetter: mean(better),
    probabilityCi95: bootstrapInterval(better, mean, options),
  }
}
