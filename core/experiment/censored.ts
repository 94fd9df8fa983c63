/**
 * Statistics of how much was needed until something happened, where for some runs it has not happened within the limit.
 * Such a value is censored: it is greater than the limit, nobody knows by how much, and counts as infinite. Medians and
 * their ratios stay meaningful as long as less than half of the values are; means and standard deviations do not.
 * The unit that is resampled is the run, that is the training seed.
 */
import { type BootstrapOptions, type Interval, mean, quantile, wins } from '../evaluate/index.ts'
import { Random } from '../random.ts'

/** The middle value, or the mean of the two in the middle. @param values  [n], n > 0, may be infinite */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface RatioOfMedians {
  /** NaN when both medians are infinite. */
  readonly ratio: number
  /** Its end is infinite when resamples have an infinite median on top; from 0 to infinity says nothing at all. */
  readonly ci95: Interval
}

/**
 * Median of `of` over median of `against`, with the percentile bootstrap interval of the two independent samples. A resample
 * in which both medians are infinite may stand for any ratio: it counts as 0 at the low end and as infinite at the high.
 */
export function ratioOfMedians(
  of: readonly number[],
  against: readonly number[],
  options: BootstrapOptions = {},
): RatioOfMedians {
  const { resamples = 2_000, confidence = 0.95, seed = 0 } = options
  const random = new Random(seed)
  const resampled = (values: readonly number[]) =>
    median(values.map(() => values[random.below(values.length)]!))
  const ratios = Array.from({ length: resamples }, () => resampled(of) / resampled(against))
  const sorted = (unknown: number) =>
    Float64Array.from(ratios, (ratio) => (Number.isNaN(ratio) ? unknown : ratio)).sort()
  const tail = (1 - confidence) / 2
  return {
    ratio: median(of) / median(against),
    ci95: [finiteQuantile(sorted(0), tail), finiteQuantile(sorted(Number.POSITIVE_INFINITY), 1 - tail)],
  }
}

/** P(a run of `of` needs less than one of `against`): the share of all pairs, ties counted half (Agarwal et al. 2021, section 4.3). */
export function probabilityOfLess(of: readonly number[], against: readonly number[]): number {
  return mean(of.flatMap((x) => against.map((y) => wins(x, y, true))))
}

/** Between two infinities there is nothing to interpolate. */
function finiteQuantile(sorted: ArrayLike<number>, q: number): number {
  const value = quantile(sorted, q)
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value
}
