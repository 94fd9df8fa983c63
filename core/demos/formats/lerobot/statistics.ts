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
export function featureStatistics(rows: readonly ArrayLike<number>[]): FeatureStatistics {
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

/**
 * Of pictures: one number for each channel, over all pixels of all frames. `count` counts frames.
 *
 * @param rows      [N, C * H * W], values n / 255, N > 0
 * @param channels  C
 */
export function pictureStatistics(rows: readonly ArrayLike<number>[], channels: number): FeatureStatistics {
  const area = rows[0]!.length / channels
  const names = ['min', 'max', 'mean', 'std', ...Object.keys(QUANTILES)]
  const statistics: FeatureStatistics = Object.fromEntries(names.map((name) => [name, []]))
  for (let channel = 0; channel < channels; channel++) {
    const levels = new Float64Array(256)
    for (const row of rows) {
      for (let i = channel * area; i < (channel + 1) * area; i++) levels[Math.round(255 * row[i]!)]!++
    }
    const total = rows.length * area
    const mean = levels.reduce((sum, count, level) => sum + (count * level) / 255, 0) / total
    const variance = levels.reduce((sum, count, level) => sum + count * (level / 255 - mean) ** 2, 0) / total
    statistics.min!.push(levelAt(levels, 0))
    statistics.max!.push(levelAt(levels, total - 1))
    statistics.mean!.push(mean)
    statistics.std!.push(Math.sqrt(variance))
    for (const [name, q] of Object.entries(QUANTILES)) {
      const at = q * (total - 1)
      const low = levelAt(levels, Math.floor(at))
      statistics[name]!.push(low + (at - Math.floor(at)) * (levelAt(levels, Math.ceil(at)) - low))
    }
  }
  return { ...statistics, count: [rows.length] }
}

/** The value of this rank among all of them in order. */
function levelAt(levels: Float64Array, rank: number): number {
  let seen = 0
  const level = levels.findIndex((count) => {
    seen += count
    return seen > rank
  })
  return level / 255
}
