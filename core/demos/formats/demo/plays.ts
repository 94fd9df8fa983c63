/** The records of a `.demo`, put in order: which of them are one episode, and how it ended. */

import type { ActionAlignment } from '../format.ts'
import { type DemoRecord, isCleared } from './record.ts'

/** So much larger than the others' a share of records without an action is no chance. */
const TELLING = 0.4

/** One episode: N+1 records, of which each but the first ends a step. */
export interface Play {
  readonly records: readonly DemoRecord[]
  readonly ending: 'terminated' | 'truncated' | 'cut off'
  /** Whether the first record was made before any action: its action is no earlier one. */
  readonly fresh: boolean
  /** Whether the last record shows how the episode ended, and not how the next one begins. */
  readonly ownEnd: boolean
}

export interface Plays {
  /** In the order in which they begin. */
  readonly plays: readonly Play[]
  /** Episodes of a single record, without any step. */
  readonly empty: number
}

/**
 * Episodes are told apart by the id of the agent, so that several agents may be mixed, and by `done`.
 *
 * Releases before 0.14.1 did not record how an episode ended: the record with `done` shows how the next one begins, and
 * stands for its first record as well; the id stays the same.
 * @param actions  which action a record holds
 */
export function splitPlays(records: readonly DemoRecord[], actions: ActionAlignment): Plays {
  const streams = new Map<number, DemoRecord[]>()
  for (const record of records) {
    const stream = streams.get(record.id)
    if (stream === undefined) streams.set(record.id, [record])
    else stream.push(record)
  }
  const all = [...streams.values()].flatMap((stream) =>
    splitStream(stream, endsAreBeginnings(stream, actions)),
  )
  all.sort((a, b) => a.records[0]!.index - b.records[0]!.index)
  const plays = all.filter((play) => play.records.length > 1)
  return { plays, empty: all.length - plays.length }
}

function splitStream(stream: readonly DemoRecord[], shared: boolean): Play[] {
  const plays: Play[] = []
  let start = 0
  for (const [i, record] of stream.entries()) {
    const last = i === stream.length - 1
    if (!record.done && !last) continue
    // A shared end at the end of the file begins an episode of which nothing is left.
    if (i > start || !shared || !record.done) {
      plays.push({
        records: stream.slice(start, i + 1),
        ending: !record.done ? 'cut off' : record.maxStepReached ? 'truncated' : 'terminated',
        fresh: !shared || start === 0,
        ownEnd: !shared || !record.done,
      })
    }
    start = shared && record.done ? i : i + 1
  }
  return plays
}

/**
 * Whether the records with `done` of one agent begin its next episode, where its id goes on after them. They do not where a
 * record has the action before it and those behind `done` have none, as the first ones of episodes. Else a reward right after
 * shows that a step lies between, or they are beginnings if they resemble the first record more than the next ones do.
 */
function endsAreBeginnings(stream: readonly DemoRecord[], actions: ActionAlignment): boolean {
  const first = stream[0]!
  const pairs = stream.slice(0, -1).flatMap((end, i) => (end.done ? [{ end, next: stream[i + 1]! }] : []))
  if (pairs.length === 0) return false
  const nexts = pairs.map(({ next }) => next)
  if (actions === 'previous') {
    const others = stream.filter((record) => record !== first && !nexts.includes(record))
    if (clearedShare(nexts) - clearedShare(others) > TELLING) return false
  }
  const rewarded = nexts.filter(({ reward }) => reward !== 0).length
  const nearer = pairs.reduce(
    (sum, { end, next }) => sum + Math.sign(distance(next, first) - distance(end, first)),
    0,
  )
  return rewarded > pairs.length / 2 || nearer > 0
}

/** How many of the records have no action, 0 to 1. */
function clearedShare(records: readonly DemoRecord[]): number {
  return records.filter(isCleared).length / Math.max(1, records.length)
}

function distance(a: DemoRecord, b: DemoRecord): number {
  let sum = 0
  for (let i = 0; i < a.observation.length; i++) sum += (a.observation[i]! - b.observation[i]!) ** 2
  return sum
}
