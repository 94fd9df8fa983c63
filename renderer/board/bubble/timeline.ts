/** When each thing happens in a step: the flight, then pops along the group, drops and captives that fly off. */
import type { BubbleEvent, SceneEvent } from '../../../core/studio/protocol.ts'
import { CAPTIVE, centre } from './layout.ts'

const FLIGHT_CELLS_PER_SECOND = 17
const SHORTEST_FLIGHT_MS = 90
export const POP_MS = 160
const POP_STAGGER_MS = 26
export const DROP_MS = 760
const DROP_STAGGER_MS = 14
export const FREE_MS = 900

export type Piece = {
  readonly kind: 'pop' | 'drop' | 'free'
  readonly row: number
  readonly column: number
  readonly colour: number
  /** Milliseconds from the start of the step. */
  readonly start: number
}

export interface Timeline {
  readonly shot: Extract<BubbleEvent, { kind: 'shot' }> | undefined
  readonly flightMs: number
  readonly pieces: readonly Piece[]
  /** Cells that leave the board in this step, by row * 11 + column. */
  readonly leaving: ReadonlySet<number>
  readonly totalMs: number
}

const built = new WeakMap<readonly SceneEvent[], Timeline>()

export function timelineOf(events: readonly SceneEvent[]): Timeline {
  const known = built.get(events)
  if (known !== undefined) return known
  const timeline = build(events as unknown as readonly BubbleEvent[])
  built.set(events, timeline)
  return timeline
}

function build(events: readonly BubbleEvent[]): Timeline {
  const shot = events.find((event) => event.kind === 'shot')
  const flightMs =
    shot === undefined
      ? 0
      : Math.max(SHORTEST_FLIGHT_MS, (1000 * pathLength(shot.path)) / FLIGHT_CELLS_PER_SECOND)
  const origin = shot === undefined ? { x: 0, y: 0 } : { x: shot.path.at(-2) ?? 0, y: shot.path.at(-1) ?? 0 }
  const freed = new Set(events.flatMap((event) => (event.kind === 'free' ? event.cells.map(cellOf) : [])))
  const pieces: Piece[] = []
  for (const event of events) {
    if (event.kind === 'pop') {
      for (const cell of event.cells) {
        const at = centre(cell.row, cell.column)
        const distance = Math.hypot(at.x - origin.x, at.y - origin.y)
        pieces.push({ kind: 'pop', ...cell, start: flightMs + distance * POP_STAGGER_MS })
      }
    } else if (event.kind === 'drop') {
      const supported = event.cells.filter((cell) => !freed.has(cellOf(cell)))
      supported.sort((a, b) => b.row - a.row)
      supported.forEach((cell, index) => {
        pieces.push({ kind: 'drop', ...cell, start: flightMs + POP_MS + index * DROP_STAGGER_MS })
      })
    } else if (event.kind === 'free') {
      event.cells.forEach((cell, index) => {
        pieces.push({ kind: 'free', ...cell, colour: CAPTIVE, start: flightMs + POP_MS / 2 + index * 70 })
      })
    }
  }
  const lasts = { pop: POP_MS, drop: DROP_MS, free: FREE_MS }
  return {
    shot,
    flightMs,
    pieces,
    leaving: new Set(pieces.map(cellOf)),
    totalMs: pieces.reduce((end, piece) => Math.max(end, piece.start + lasts[piece.kind]), flightMs),
  }
}

function cellOf(cell: { row: number; column: number }): number {
  return cell.row * 11 + cell.column
}

function pathLength(path: readonly number[]): number {
  let length = 0
  for (let i = 2; i + 1 < path.length; i += 2) {
    length += Math.hypot(path[i]! - path[i - 2]!, path[i + 1]! - path[i - 1]!)
  }
  return length
}

/** The point at `share` in [0, 1] of the way along a path x0, y0, x1, y1, ... */
export function pointAlong(path: readonly number[], share: number): { x: number; y: number } {
  let left = Math.min(Math.max(share, 0), 1) * pathLength(path)
  for (let i = 2; i + 1 < path.length; i += 2) {
    const [x0, y0, x1, y1] = [path[i - 2]!, path[i - 1]!, path[i]!, path[i + 1]!]
    const length = Math.hypot(x1 - x0, y1 - y0)
    if (left <= length && length > 0) {
      return { x: x0 + ((x1 - x0) * left) / length, y: y0 + ((y1 - y0) * left) / length }
    }
    left -= length
  }
  return { x: path.at(-2) ?? 0, y: path.at(-1) ?? 0 }
}
