/** Scores as a sample with its interval. */
import type { Sample } from './protocol.ts'

export function toSample(
  scores: readonly { score: number; success: boolean }[],
  higherIsBetter: boolean,
): Sample {
  const values = scores.map(({ score }) => score)
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(n - 1, 1)
  return {
    n,
    mean,
    sd: Math.sqrt(variance),
    low: null,
    high: null,
    best: higherIsBetter ? Math.max(...values) : Math.min(...values),
    successRate: scores.filter(({ success }) => success).length / n,
  }
}
