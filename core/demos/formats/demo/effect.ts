/** Whether what comes of a step goes with the action that it would have one way, or the other. */
import { createHash } from 'node:crypto'
import { littleEndianBytes } from '../../../store/index.ts'
import type { ActionAlignment } from '../format.ts'
import type { Play } from './plays.ts'
import type { ActionLayout, DemoRecord } from './record.ts'
import { explained } from './regression.ts'
import { actionRecord, bounded, type Evidence, type Step, steps, type Ways } from './ways.ts'

/** Looked at, evenly over the file. */
const MOST_STEPS = 5000
/** Of observations and of actions. */
const MOST_COLUMNS = 64
/** Shares explained that lie closer together say nothing. */
const MARGIN = 0.1

/** What comes of a step, in words for people. */
const OUTCOMES = {
  change: 'what is seen next changes with the action',
  reward: 'the reward that follows goes with the action',
} as const

/** @param bound  of the weight, where one way explains everything */
export function byOutcome(
  ways: Ways,
  layout: ActionLayout,
  outcome: keyof typeof OUTCOMES,
  bound: number,
): Evidence {
  const columns = variedColumns(ways.same)
  /** Undefined where it was not recorded. */
  const outcomes = ({ play, step }: Step): number[] | undefined => {
    const [before, after] = [play.records[step]!, play.records[step + 1]!]
    if (outcome === 'reward') return [after.reward]
    if (!play.ownEnd && step === play.records.length - 2) return undefined
    return columns.map((i) => after.observation[i]! - before.observation[i]!)
  }
  const shares = (actions: ActionAlignment): { n: number; shares: number[] } => {
    const known = sample(laterSteps(ways[actions])).flatMap((step) => {
      const values = outcomes(step)
      return values === undefined ? [] : [{ values, record: actionRecord(step.play, step.step, actions) }]
    })
    const width = known[0]?.values.length ?? 0
    const columns = Array.from({ length: width }, (_, i) =>
      Float64Array.from(known, ({ values }) => values[i]!),
    )
    const taken = actionColumns(
      known.map(({ record }) => record),
      layout,
    )
    return { n: known.length, shares: explained(taken, columns) }
  }
  const [same, previous] = [shares('same'), shares('previous')]
  const gain = same.shares.map((share, i) =>
    Math.log((1.001 - share) / (1.001 - (previous.shares[i] ?? share))),
  )
  const most = gain.reduce((best, value, i) => (Math.abs(value) > Math.abs(gain[best]!) ? i : best), 0)
  const [a, b] = [same.shares[most] ?? 0, previous.shares[most] ?? 0]
  const weight = (same.n / 2) * gain.reduce((sum, value) => sum + value, 0)
  const [more, less] = [Math.max(a, b), Math.min(a, b)].map((share) => Math.sqrt(share).toFixed(2))
  return {
    // What explains little may have other reasons, however many steps there are.
    weight: Math.abs(a - b) < MARGIN ? 0 : bounded(weight, bound * Math.max(a, b)),
    because: `${OUTCOMES[outcome]} (correlation ${more} against ${less})`,
  }
}

/**
 * But the first ones of episodes, whose cleared actions would go with how the beginnings change; of plays that are equal those of
 * one, as the others only repeat what it says.
 */
function laterSteps(plays: readonly Play[]): Step[] {
  const distinct = new Map(plays.map((play) => [contentOf(play), play]))
  return steps([...distinct.values()]).filter(({ step }) => step > 0)
}

function contentOf({ records }: Play): string {
  const hash = createHash('sha256')
  for (const { observation, continuous, discrete } of records) {
    for (const values of [observation, continuous, discrete]) hash.update(littleEndianBytes(values))
  }
  return hash.digest('hex')
}

function sample(all: readonly Step[]): readonly Step[] {
  const stride = Math.ceil(all.length / MOST_STEPS)
  return stride <= 1 ? all : all.filter((_, i) => i % stride === 0)
}

/** The numbers of an observation that change most. */
function variedColumns(plays: readonly Play[]): number[] {
  const [first] = plays
  const size = first === undefined ? 0 : first.records[0]!.observation.length
  const power = new Float64Array(size)
  for (const { play, step } of sample(steps(plays))) {
    const [before, after] = [play.records[step]!.observation, play.records[step + 1]!.observation]
    for (let i = 0; i < size; i++) power[i]! += (after[i]! - before[i]!) ** 2
  }
  return [...power.keys()].sort((a, b) => power[b]! - power[a]!).slice(0, MOST_COLUMNS)
}

/** Continuous values and their squares, with which costs go; each choice but the first of its branch as one that is 1 where taken. */
function actionColumns(records: readonly DemoRecord[], layout: ActionLayout): Float64Array[] {
  const columns: Float64Array[] = []
  const add = (of: (record: DemoRecord) => number): void => {
    if (columns.length < MOST_COLUMNS) columns.push(Float64Array.from(records, of))
  }
  for (let i = 0; i < layout.continuous; i++) {
    add(({ continuous }) => continuous[i]!)
    add(({ continuous }) => continuous[i]! ** 2)
  }
  for (const [branch, size] of layout.discrete.entries()) {
    for (let value = 1; value < size; value++) add(({ discrete }) => Number(discrete[branch] === value))
  }
  return columns
}
