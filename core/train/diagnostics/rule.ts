/**
 * What an experienced person would read from the curves of a run. A rule looks at what was measured and says at most one
 * thing, in plain words. A new rule is one file and one line in index.ts.
 */
import type { EnvironmentSpec } from '../../envs/index.ts'
import type { BehaviorSettings } from '../../learn/index.ts'

/** What is known of a run, from its configuration and its metrics. */
export interface RunFacts {
  readonly spec: EnvironmentSpec
  readonly behavior: BehaviorSettings
  readonly step: number
  readonly masteredAtStep: number | null
  /** Metric -> its values, one per summary, oldest first. */
  readonly series: ReadonlyMap<string, readonly number[]>
  /** What the run learns from; null when it needs none or the count is not known. */
  readonly demonstrations: DemonstrationFacts | null
  /** A finished run like this one whose demonstrations could not be imitated; null when there is none. */
  readonly control: ControlFacts | null
}

export interface DemonstrationFacts {
  readonly episodes: number
  readonly steps: number
  /** Versions of the environment that they were played in. */
  readonly versions: readonly number[]
}

export interface ControlFacts {
  readonly runId: string
  /** Of its last window. */
  readonly score: number
  readonly masteredAtStep: number | null
}

export interface Finding {
  /** Of the rule, stable. */
  readonly id: string
  readonly level: 'good' | 'note' | 'warning'
  /** What is the case. */
  readonly text: string
  /** What to do about it; null when there is nothing to do. */
  readonly advice: string | null
}

export type Rule = (facts: RunFacts) => Finding | null

/** Summaries that must agree before a rule speaks of a trend. */
export const PERSISTENT = 5

/** The last `count` values; null when there are fewer. */
export function last({ series }: RunFacts, name: string, count = PERSISTENT): readonly number[] | null {
  const values = series.get(name)
  return values === undefined || values.length < count ? null : values.slice(-count)
}

/** The first `count` values; null unless as many come after them. */
export function first({ series }: RunFacts, name: string, count = PERSISTENT): readonly number[] | null {
  const values = series.get(name)
  return values === undefined || values.length < 2 * count ? null : values.slice(0, count)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
