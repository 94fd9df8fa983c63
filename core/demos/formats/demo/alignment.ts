/**
 * Which action a record of a `.demo` holds. Unity's recorder writes a record before the new action is decided, so current
 * ones hold the action that led there; the oldest ones, and files written for ML-Agents' trainer, hold the one taken next,
 * which is how that trainer reads all of them. No field says which, so everything that speaks for one or the other is weighed,
 * over the whole file. Weights are logarithms of how much likelier it is one way than the other; each kind of evidence has a
 * bound, as none of them is beyond doubt.
 */
import type { BrainParameters } from '../../../remote/mlagents/messages.ts'
import type { ActionAlignment } from '../format.ts'
import { byOutcome } from './effect.ts'
import type { Play } from './plays.ts'
import { type ActionLayout, isCleared } from './record.ts'
import { actionRecord, bounded, type Evidence, steps, type Ways } from './ways.ts'

export interface Alignment {
  readonly actions: ActionAlignment
  /** How sure that is, as the beginning of a sentence. */
  readonly certainty: string
  /** What speaks for it and against it, as the end of one. */
  readonly because: string
}

/** The most that one kind of evidence counts. */
const BOUNDS = { masks: 24, effect: 24, firsts: 10, rewards: 4 } as const
/** What weighs less is not worth a word. */
const LEAST = 0.7
/** How often Unity takes an action that the mask forbids: a heuristic may. */
const HEEDLESS = 0.005
/** How often a recording that begins in the middle of a game has an action in its first record, and one that does not. */
const MIDWAY = 0.3
const UNCLEARED = 0.02

/** @param more  what is known besides */
export function findAlignment(
  ways: Ways,
  layout: ActionLayout,
  brain: BrainParameters,
  more: readonly Evidence[] = [],
): Alignment {
  const evidence = [
    ...more,
    byMasks(ways, layout),
    byOutcome(ways, layout, 'change', BOUNDS.effect),
    byFirstActions(ways.previous),
    byOutcome(ways, layout, 'reward', BOUNDS.rewards),
    byAge(brain),
  ].filter(({ weight }) => Math.abs(weight) >= LEAST)
  const total = evidence.reduce((sum, { weight }) => sum + weight, 0)
  const sign = total > 0 ? 1 : -1
  const [pro, contra] = [sign, -sign].map((side) =>
    evidence
      .filter(({ weight }) => weight * side > 0)
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
      .map(({ because }) => because),
  ) as [string[], string[]]
  const against = contra.length === 0 ? '' : `; in favour of the other way: ${contra.join(', and ')}`
  return {
    actions: sign > 0 ? 'previous' : 'same',
    certainty: certainty(Math.abs(total)),
    because: `${pro.join(', and ')}${against}`,
  }
}

function certainty(weight: number): string {
  return weight > 4.6 ? 'almost certainly' : weight > 2.2 ? 'probably' : 'perhaps'
}

/** An action that was forbidden when it would have been taken. */
function byMasks(ways: Ways, layout: ActionLayout): Evidence {
  const forbidden = (actions: ActionAlignment): number =>
    steps(ways[actions]).filter(({ play, step }) => {
      const { mask } = play.records[step]!
      return mask !== undefined && isForbidden(actionRecord(play, step, actions).discrete, mask, layout)
    }).length
  const masked = steps(ways.same).filter(({ play, step }) => play.records[step]!.mask !== undefined).length
  const [same, previous] = [forbidden('same'), forbidden('previous')]
  const rate = Math.min(0.5, Math.max(2 * HEEDLESS, Math.max(same, previous) / Math.max(1, masked)))
  return {
    weight: bounded((same - previous) * Math.log(rate / HEEDLESS), BOUNDS.masks),
    because: `fewer forbidden actions were taken (${Math.min(same, previous)} against ${Math.max(same, previous)})`,
  }
}

export function isForbidden(discrete: ArrayLike<number>, mask: Uint8Array, layout: ActionLayout): boolean {
  let offset = 0
  for (const [branch, size] of layout.discrete.entries()) {
    if (mask[offset + discrete[branch]!] === 0) return true
    offset += size
  }
  return false
}

/**
 * Before the first record of an episode there is no action: where it is the previous one, it is all zeros. Not where the
 * recording began in the middle of a game, as it may for all that begin before anything ends.
 */
function byFirstActions(plays: readonly Play[]): Evidence {
  const ended = plays.find(({ ending }) => ending !== 'cut off')
  const firstEnd = ended === undefined ? Number.POSITIVE_INFINITY : ended.records.at(-1)!.index
  const fresh = plays.filter((play) => play.fresh).map((play) => play.records[0]!)
  const later = plays.flatMap((play) => play.records.slice(1))
  const clear = (later.filter(isCleared).length + 1) / (later.length + 2)
  let weight = 0
  for (const record of fresh) {
    if (isCleared(record)) weight += Math.log((1 - UNCLEARED) / clear)
    else weight += Math.log((record.index < firstEnd ? MIDWAY : UNCLEARED) / (1 - clear))
  }
  const cleared = fresh.filter(isCleared).length
  return {
    weight: bounded(weight, BOUNDS.firsts),
    because:
      weight > 0
        ? cleared === fresh.length
          ? 'the first record of an episode never has an action'
          : `the first record of an episode has no action, in ${cleared} of ${fresh.length}`
        : `the first record of an episode has an action, in ${fresh.length - cleared} of ${fresh.length}`,
  }
}

/** Only the recorders of the first releases wrote the size of the observation. */
function byAge({ vectorObservationSize, actionSpec }: BrainParameters): Evidence {
  if (vectorObservationSize > 0) return { weight: -3, because: 'the first releases recorded it that way' }
  if (actionSpec === null) return { weight: -1, because: "ML-Agents' trainer reads it that way" }
  return { weight: 3, because: "Unity's recorder writes it that way" }
}
