/**
 * What a screen draws of bubble. Coordinates are bubble diameters: x from 0 to 11 (centres 0.5 to 10.5), y downwards, row
 * r at y = 0.5 + 0.866 r, the launcher at the bottom centre.
 */
import { NOTCHES, notchAngle, notchLean } from './aim.ts'
import type { Board } from './board.ts'
import { emptyFlight, flyNotch, pathOf } from './flight.ts'
import { CELLS, COLUMNS, columnOf, LAUNCHER, ROWS, rowOf } from './lattice.ts'

export interface BubbleScene {
  kind: 'bubble'
  rows: 14
  columns: 11
  /** [154] row-major: 0 empty, 1 to 4 a colour, 5 a captive; odd rows use 10 columns and are shifted by half */
  cells: number[]
  /** Colour in the launcher, 1 to 4. */
  current: number
  next: number
  shots: number
  maxShots: number
  captivesFreed: number
  /** Captives at the start of the level, the free ones included. */
  captives: number
  launcher: { x: number; y: number }
  /** [41] what a shot in each notch would do; null when the caller wanted none */
  aims: BubbleAim[] | null
}

export interface BubbleAim {
  /** Counter-clockwise from the right: notch 0 is 12 (far right), notch 40 is 168 (far left). */
  angleDeg: number
  /** x0, y0, x1, y1, ...: launcher, reflections, point of contact, centre of the resting cell */
  path: number[]
  row: number
  column: number
}

export interface CellPlace {
  row: number
  column: number
}

/** In the order in which they happen. */
export type BubbleEvent =
  /** `row` and `column` are -1 when the bubble vanished in the last row. */
  | { kind: 'shot'; colour: number; swapped: boolean; path: number[]; row: number; column: number }
  | { kind: 'pop'; cells: (CellPlace & { colour: number })[] }
  /** Captives freed by a pop beside them. */
  | { kind: 'free'; cells: CellPlace[] }
  /** What lost its support; colour 5 is a captive, free by its fall. */
  | { kind: 'drop'; cells: (CellPlace & { colour: number })[] }
  | { kind: 'won' }

export function bubbleScene(
  board: Board,
  state: { current: number; next: number; shots: number; maxShots: number; captives: number },
  withAims: boolean,
): BubbleScene {
  return {
    kind: 'bubble',
    rows: ROWS,
    columns: COLUMNS,
    cells: Array.from(board.cells.subarray(0, CELLS)),
    current: state.current,
    next: state.next,
    shots: state.shots,
    maxShots: state.maxShots,
    captivesFreed: state.captives - board.captives,
    captives: state.captives,
    launcher: { ...LAUNCHER },
    aims: withAims ? Array.from({ length: NOTCHES }, (_, notch) => aim(board, notch)) : null,
  }
}

function aim(board: Board, notch: number): BubbleAim {
  const flight = emptyFlight()
  flyNotch(board.cells, notch, flight)
  return {
    angleDeg: notchAngle(notch),
    path: pathOf(notchLean(notch), flight.distance, flight.landing),
    ...place(flight.landing),
  }
}

/** The last shot, as the game remembers it. */
export interface Shot {
  colour: number
  swapped: boolean
  lean: number
  distance: number
  landing: number
}

export function bubbleEvents(board: Board, shot: Shot): BubbleEvent[] {
  const { popped, freed, dropped } = board
  const path = pathOf(shot.lean, shot.distance, shot.landing)
  const rest = board.vanished ? { row: -1, column: -1 } : place(shot.landing)
  const events: BubbleEvent[] = [{ kind: 'shot', colour: shot.colour, swapped: shot.swapped, path, ...rest }]
  const coloured = (list: typeof popped) =>
    Array.from({ length: list.count }, (_, k) => ({ ...place(list.cells[k]!), colour: list.held[k]! }))
  if (popped.count > 0) events.push({ kind: 'pop', cells: coloured(popped) })
  if (freed.count > 0) {
    events.push({ kind: 'free', cells: Array.from(freed.cells.subarray(0, freed.count), place) })
  }
  if (dropped.count > 0) events.push({ kind: 'drop', cells: coloured(dropped) })
  if (board.captives === 0) events.push({ kind: 'won' })
  return events
}

function place(cell: number): CellPlace {
  return { row: rowOf(cell), column: columnOf(cell) }
}
