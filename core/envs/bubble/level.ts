import type { ScoreSpec } from '../environment.ts'
import { COLOURS, LAST_ROW, rowLength } from './lattice.ts'

/** The numbers that make a level. Everything else about bubble is the same in all of them. */
export interface BubbleLevel {
  /** Its number or name, ASCII; the environment is called `bubble/<name>`. */
  readonly name: string
  readonly description: string
  /** Rows that are full at the start. */
  readonly filledRows: number
  /** Colours in play, at most 4. */
  readonly colours: number
  /** Probability that a bubble of the starting board copies the colour of a neighbour instead of drawing its own. */
  readonly copyProbability: number
  /** Captives, none beside another, in the first `captiveRows` rows. The level is won when all are free. */
  readonly captives: number
  readonly captiveRows: number
  /** Shots after which the level is truncated, at most 255. */
  readonly maxShots: number
  readonly reward: {
    readonly shot: number
    /** For each bubble popped or dropped, up to `clearedLimit` in one shot. */
    readonly cleared: number
    readonly clearedLimit: number
    /** For each captive freed. */
    readonly freed: number
    readonly won: number
  }
  readonly human?: ScoreSpec['human']
}

/** @throws Error when the numbers contradict each other, so that a bad level fails where it is registered */
export function checkLevel(level: BubbleLevel): void {
  const within = (name: keyof BubbleLevel, from: number, to: number): void => {
    const value = level[name]
    if (typeof value === 'number' && value >= from && value <= to) return
    throw new Error(`bubble level ${level.name}: ${name} must be ${from} to ${to}, not ${value}`)
  }
  within('filledRows', 1, LAST_ROW - 1)
  within('colours', 1, COLOURS)
  within('copyProbability', 0, 1)
  within('captiveRows', 1, level.filledRows)
  // However the first are placed, a captive spoils at most seven cells for the others; a quarter is found in few tries.
  let places = 0
  for (let row = 0; row < level.captiveRows; row++) places += rowLength(row)
  within('captives', 1, Math.floor(places / 4))
  within('maxShots', 1, 255)
}
