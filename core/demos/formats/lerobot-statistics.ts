/** What LeRobot keeps of every feature to normalise by: meta/stats.json over all frames, and the same per episode. */

const QUANTILES = { q01: 0.01, q10: 0.1, q50: 0.5, q90: 0.9, q99: 0.99 }

/** Lists as long as a row of the feature; `count` holds one number. */
export type FeatureStatistics = Record<string, number[]>

/**
 * Mean and deviation over the population. LeRobot estimates the quantiles from histograms; these are exact, with linear
 * interpolation between neighbours.
 *
 * @param rows  [N, width], N > 0
 */
export function featureStatistics(rows: readonly (readonly number[])[]): FeatureStatistics {
  const width = rows[0]!.length
  const names = ['min', 'max', 'mean', 'std', 'count', ...Object.keys(QUANTILES)]
  const statistics: FeatureStatistics = Object.fromEntries(names.map((name) => [name, []]))
  for (let i = 0; i < width; i++) {
    const sorted = Float64Array.from(rows, (row) => row[i]!).sort()
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
    const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length
    statistics.min!.push(sorted[0]!)
    statistics.max!.push(sorted.at(-1)!)
    statistics.mean!.push(mean)
    statistics.std!.push(Math.sqrt(variance))
    for (const [name, q] of Object.entries(QUANTILES)) statistics[name]!.push(quantile(sorted, q))
  }
  statistics.count!.push(rows.length)
  return statistics
}

function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const [a, b] = [sorted[low]!, sorted[Math.ceil(at)]!]
  return a + (at - low) * (b - a)
}
