/**
 * Which action a record of a `.demo` holds. Unity's recorder writes a record before the new action is decided, so current
 * ones hold the action that led there; the oldest ones, and files written for ML-Agents' trainer, hold the one taken next,
 * which is how that trainer reads all of them. No field says which.
 */
import type { BrainParameters } from '../../remote/mlagents/messages.ts'
import type { Play } from './demo-plays.ts'
import type { ActionLayout, DemoRecord } from './demo-record.ts'
import type { ActionAlignment } from './format.ts'

export interface Alignment {
  readonly actions: ActionAlignment
  /** In words for people, as the end of a sentence. */
  readonly because: string
}

const MOST_STEPS = 5000
const MOST_COLUMNS = 64
/** With fewer steps a correlation says little. */
const LEAST_STEPS = 50
/** How much stronger the actions of one alignment must go with what is seen to change. */
const MARGIN = 0.1

/** The record that holds the action of step `step`. */
export function actionRecord(play: Play, step: number, actions: ActionAlignment): DemoRecord {
  return play.records[actions === 'same' ? step : step + 1]!
}

/** By what the records show, and by the age of the file where they do not. */
export function findAlignment(
  plays: readonly Play[],
  layout: ActionLayout,
  brain: BrainParameters,
): Alignment {
  return byMasks(plays, layout) ?? byFirstActions(plays) ?? byEffect(plays, layout) ?? byAge(brain)
}

/** An action that was forbidden when it would have been taken. */
function byMasks(plays: readonly Play[], layout: ActionLayout): Alignment | undefined {
  const forbidden = (actions: ActionAlignment): number =>
    sum(plays, (play, step) => {
      const { mask } = play.records[step]!
      return mask !== undefined && isForbidden(actionRecord(play, step, actions).discrete, mask, layout)
        ? 1
        : 0
    })
  const [same, previous] = [forbidden('same'), forbidden('previous')]
  if ((same === 0) === (previous === 0)) return undefined
  return { actions: same === 0 ? 'same' : 'previous', because: 'the other way forbidden actions were taken' }
}

export function isForbidden(discrete: ArrayLike<number>, mask: Uint8Array, layout: ActionLayout): boolean {
  let offset = 0
  for (const [branch, size] of layout.discrete.entries()) {
    if (mask[offset + discrete[branch]!] === 0) return true
    offset += size
  }
  return false
}

/** Before the first record of an episode there is no action: where it is the previous one, it is all zeros. */
function byFirstActions(plays: readonly Play[]): Alignment | undefined {
  const firsts = plays.filter((play) => play.fresh).map((play) => play.records[0]!)
  const zeros = firsts.filter(isZero).length
  if (zeros < 0.9 * firsts.length) {
    return { actions: 'same', because: 'the first record of an episode has an action' }
  }
  const later = plays.flatMap((play) => play.records.slice(1, -1))
  if (later.length === 0) return undefined
  const chance = (later.filter(isZero).length / later.length) ** zeros
  if (chance > 0.01) return undefined
  return { actions: 'previous', because: 'the first record of an episode never has an action' }
}

function isZero({ continuous, discrete }: DemoRecord): boolean {
  return continuous.every((value) => value === 0) && discrete.every((value) => value === 0)
}

/** What was done goes with how the observation then changes. */
function byEffect(plays: readonly Play[], layout: ActionLayout): Alignment | undefined {
  const steps: { play: Play; step: number }[] = []
  for (const play of plays) {
    const known = play.records.length - (play.ownEnd ? 1 : 2)
    for (let step = 0; step < known && steps.length < MOST_STEPS; step++) steps.push({ play, step })
  }
  if (steps.length < LEAST_STEPS) return undefined
  const changes = observationChanges(steps)
  const [same, previous] = (['same', 'previous'] as const).map((actions) =>
    strongest(
      actionColumns(
        steps.map(({ play, step }) => actionRecord(play, step, actions)),
        layout,
      ),
      changes,
    ),
  ) as [number, number]
  if (Math.abs(same - previous) < MARGIN) return undefined
  const figures = `correlation ${Math.max(same, previous).toFixed(2)} against ${Math.min(same, previous).toFixed(2)}`
  return {
    actions: same > previous ? 'same' : 'previous',
    because: `what is seen then changes with the action (${figures})`,
  }
}

/** The columns [steps] of the observation that change most. */
function observationChanges(steps: readonly { play: Play; step: number }[]): Float64Array[] {
  const change = ({ play, step }: { play: Play; step: number }, i: number): number =>
    play.records[step + 1]!.observation[i]! - play.records[step]!.observation[i]!
  const size = steps[0]!.play.records[0]!.observation.length
  const power = Float64Array.from({ length: size }, (_, i) => {
    let total = 0
    for (const step of steps) total += change(step, i) ** 2
    return total
  })
  const order = [...power.keys()].sort((a, b) => power[b]! - power[a]!).slice(0, MOST_COLUMNS)
  return order.map((i) => Float64Array.from(steps, (step) => change(step, i)))
}

/** Continuous values as they are, each discrete action as one that is 1 where it was taken. */
function actionColumns(records: readonly DemoRecord[], layout: ActionLayout): Float64Array[] {
  const columns: Float64Array[] = []
  for (let i = 0; i < layout.continuous; i++)
    columns.push(Float64Array.from(records, (record) => record.continuous[i]!))
  for (const [branch, size] of layout.discrete.entries()) {
    for (let value = 0; value < size && columns.length < MOST_COLUMNS; value++)
      columns.push(Float64Array.from(records, (record) => (record.discrete[branch] === value ? 1 : 0)))
  }
  return columns.slice(0, MOST_COLUMNS)
}

/** The mean over the actions of how strongly the best column goes with each: |correlation|, 0 to 1. */
function strongest(actions: readonly Float64Array[], changes: readonly Float64Array[]): number {
  const normalisedChanges = changes.map(normalise).filter((column) => column !== undefined)
  const best = actions.flatMap((column) => {
    const action = normalise(column)
    if (action === undefined) return []
    return Math.max(0, ...normalisedChanges.map((change) => Math.abs(dot(action, change))))
  })
  return best.reduce((total, value) => total + value, 0) / Math.max(1, best.length)
}

/** With mean 0 and length 1; undefined for a column that never changes. */
function normalise(column: Float64Array): Float64Array | undefined {
  const mean = column.reduce((total, value) => total + value, 0) / column.length
  const centred = column.map((value) => value - mean)
  const length = Math.sqrt(dot(centred, centred))
  return length < 1e-9 ? undefined : centred.map((value) => value / length)
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!
  return total
}

/** Only the recorders of the first releases wrote the size of the observation. */
function byAge({ vectorObservationSize, actionSpec }: BrainParameters): Alignment {
  if (vectorObservationSize > 0) return { actions: 'same', because: 'the first releases recorded so' }
  if (actionSpec === null) return { actions: 'same', because: "ML-Agents' trainer reads it so" }
  return { actions: 'previous', because: "Unity's recorder writes so" }
}

function sum(plays: readonly Play[], value: (play: Play, step: number) => number): number {
  let total = 0
  for (const play of plays)
    for (let step = 0; step < play.records.length - 1; step++) total += value(play, step)
  return total
}
