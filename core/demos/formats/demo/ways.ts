/** A `.demo` as it is read where a record holds its own action, and where it holds the one before. */

import type { ActionAlignment } from '../format.ts'
import type { Play } from './plays.ts'
import type { DemoRecord } from './record.ts'

/** The file as it would be one way and the other: where an episode ends may depend on it. */
export type Ways = Readonly<Record<ActionAlignment, readonly Play[]>>

export interface Evidence {
  /** Above 0 for 'previous', below for 'same'. */
  readonly weight: number
  /** In words for people, as the end of a sentence. */
  readonly because: string
}

/** The record that holds the action of step `step`. */
export function actionRecord(play: Play, step: number, actions: ActionAlignment): DemoRecord {
  return play.records[actions === 'same' ? step : step + 1]!
}

export interface Step {
  readonly play: Play
  readonly step: number
}

export function steps(plays: readonly Play[]): Step[] {
  return plays.flatMap((play) =>
    Array.from({ length: play.records.length - 1 }, (_, step) => ({ play, step })),
  )
}

export function bounded(weight: number, bound: number): number {
  return Math.min(bound, Math.max(-bound, weight))
}
