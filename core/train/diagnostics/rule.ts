/**
 * What an experienced person would read from the curves of a run. A rule looks at what was measured and says at most one
 * thing, in plain words. A new rule is one file and one line in index.ts.
 */
import type { EnvironmentSpec } from '../../envs/index.ts'
import type { BehaviorSettings } from '../../learn/index.ts'
import { atLeastAsGood } from '../../rollout/score.ts'

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
  /** Whether it plays as well as the demonstrations that it learns from; null or absent where that is not known. */
  readonly asDemonstrated?: boolean | null
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

/** Of the human average, by which a run that has mastered it must fall back until it is no longer there. */
const LOST = 0.2
const BEGINNING_STEPS = 10_000

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

/** Of the best, by which a mean of 1,000 steps may miss it by chance. */
const CHANCE = 0.02
/** Episodes that reach their goal, of a run to which nothing is left to learn; as for `solved`. */
const SOLVED = 0.95

/**
 * Whether the agent does all that is asked of it, so that no curve of its shows a fault; null where nobody can tell. What its
 * makers or people have set is asked for first, else that its episodes reach their goal.
 */
export function isThere(facts: RunFacts): boolean | null {
  const { score } = facts.spec
  const windows = last(facts, 'rollout/window_score', 3)
  const within = (window: number, wanted: number, slack: number): boolean => {
    const allowed = slack * Math.abs(wanted)
    return atLeastAsGood(score, window, score.measure === 'length' ? wanted + allowed : wanted - allowed)
  }
  if (score.human !== undefined) {
    // The window is noisy: what has been met once is not lost by a little.
    const now = windows?.at(-1)
    return facts.masteredAtStep !== null && (now === undefined || within(now, score.human.mean, LOST))
  }
  const { goal } = score
  if (goal !== undefined && windows !== null) return windows.every((window) => within(window, goal, CHANCE))
  const success = last(facts, 'rollout/success', 3)
  if (success === null || (score.tellsSuccess === false && Math.max(...success) === 0)) return null
  return Math.min(...success) >= SOLVED
}

/** Whether so little has been played that curves tell more of the start than of the run. */
export function hasJustBegun({ step, behavior }: RunFacts): boolean {
  return step < Math.min(BEGINNING_STEPS, behavior.max_steps / 10)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
