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
  within('captives', 1, mostCaptives(level))
  within('maxShots', 1, 255)
}

/** However the first are placed, a captive spoils at most seven cells for the others; a quarter is found in few tries. */
function mostCaptives({ captiveRows }: BubbleLevel): number {
  let places = 0
  for (let row = 0; row < captiveRows; row++) places += rowLength(row)
  return Math.floor(places / 4)
}

/** The numbers of a level that may be changed, for lessons and variety: parameter -> the level's field. */
const FIELDS = {
  colours: 'colours',
  captives: 'captives',
  rows: 'filledRows',
  copy_chance: 'copyProbability',
} as const satisfies Record<string, keyof BubbleLevel>

type LevelNumbers = Record<keyof typeof FIELDS, number>

/** What each may be; by default it is the level's own. */
export function levelRules(level: BubbleLevel) {
  return {
    colours: { from: 1, to: COLOURS, initial: level.colours },
    captives: { from: 1, to: mostCaptives(level), initial: level.captives },
    rows: { from: level.captiveRows, to: LAST_ROW - 1, initial: level.filledRows },
    copy_chance: { from: 0, to: 1, initial: level.copyProbability, real: true },
  } as const
}

/** Those that are not the level's own; what an unchanged level records stays as it was before they could be changed. */
export function changedNumbers(level: BubbleLevel, numbers: LevelNumbers): Partial<LevelNumbers> {
  const names = Object.keys(FIELDS) as (keyof LevelNumbers)[]
  return Object.fromEntries(
    names.filter((name) => numbers[name] !== level[FIELDS[name]]).map((name) => [name, numbers[name]]),
  )
}

/** The level with these numbers. No human average is known of a changed level. */
export function changeLevel(level: BubbleLevel, changed: Partial<LevelNumbers>): BubbleLevel {
  if (Object.keys(changed).length === 0) return level
  const { human: _, ...rest } = level
  const entries = Object.entries(changed) as [keyof LevelNumbers, number][]
  return { ...rest, ...Object.fromEntries(entries.map(([name, value]) => [FIELDS[name], value])) }
}
