/** Scores as a sample with its interval. */
import { type Summary, summarize, winRate } from '../evaluate/index.ts'
import type { Sample } from './protocol.ts'

export interface Scored {
  readonly score: number
  /** Null when nobody knows it. */
  readonly success: boolean | null
}

/** @param summary  of these very scores, when it is at hand */
export function toSample(
  scores: readonly Scored[],
  fewerIsBetter: boolean,
  summary: Summary = summarize(scores.map(({ score }) => score)),
): Sample {
  const values = scores.map(({ score }) => score)
  const { n, mean, sd, ci95 } = summary
  return {
    n,
    mean,
    sd,
    low: ci95?.[0] ?? null,
    high: ci95?.[1] ?? null,
    best: fewerIsBetter ? Math.min(...values) : Math.max(...values),
    successRate: winRate(scores),
  }
}
