/** What a player is told. Layouts are in docs/environments.md. */
import type { ObservationSpec } from '../environment.ts'
import { NOTCHES } from './aim.ts'
import type { Board } from './board.ts'
import { table } from './flight.ts'
import { CAPTIVE, CELLS, COLOURS, COLUMNS, ROWS, realCells, rowOf } from './lattice.ts'

/** Features of a ray that a person sees along the aim line; the two group sizes come behind them. */
const SIGHT_COLUMNS = 8
export const RAY_COLUMNS = 10
export const BOARD_SIZE = 2 * COLOURS + COLUMNS + 4
const GRID_CHANNELS = 6
/** The longest path is 4.2 times the height of the board, and 255 shots, the most that a level may have, are 4.25 times 60. */
const RANGE = [0, 5] as const

const LARGEST_GROUP = 6
const MOST_BOUNCES = 3

/** What an observation needs to know of the game besides the board. */
export interface Hand {
  current: number
  next: number
  shots: number
}

export type ObservationKind = 'rays' | 'sight' | 'grid'

export function observationSpecs(kind: ObservationKind): ObservationSpec[] {
  const board: ObservationSpec = {
    name: 'board',
    shape: [BOARD_SIZE],
    description:
      'current and next colour one-hot (8); lowest filled row of each column / 14, 0 = empty (11); bubbles / 100; ' +
      'captives / 8; shots / 60; 1',
    range: RANGE,
  }
  const seen =
    'what a shot meets one-hot (4 colours, captive, ceiling); path length / 14; bounces / 3, at most 1'
  if (kind === 'grid') {
    const description = '4 colours and captives one-hot; 1 in the shifted rows'
    return [{ name: 'grid', shape: [GRID_CHANNELS, ROWS, COLUMNS], description, range: [0, 1] }, board]
  }
  if (kind === 'sight') {
    return [{ name: 'rays', shape: [NOTCHES, SIGHT_COLUMNS], description: seen, range: RANGE }, board]
  }
  const description = `${seen}; (size - 1) / 3 of the group that the current and the next bubble would join, size at most 6`
  return [{ name: 'rays', shape: [NOTCHES, RAY_COLUMNS], description, range: RANGE }, board]
}

/** @param observation  [O], receives everything from its beginning */
export function writeObservation(
  kind: ObservationKind,
  board: Board,
  hand: Hand,
  observation: Float32Array,
): void {
  const offset =
    kind === 'grid'
      ? writeGrid(board, observation)
      : writeRays(board, hand, observation, kind === 'rays' ? RAY_COLUMNS : SIGHT_COLUMNS)
  writeBoard(board, hand, observation, offset)
}

// The table as the observation has it.
const pathLengths = Float32Array.from(table.distance, (distance) => distance / ROWS)
const bounceShares = Float32Array.from(
  table.bounces,
  (bounces) => Math.min(bounces, MOST_BOUNCES) / MOST_BOUNCES,
)
const groupShares = Float32Array.from({ length: CELLS + 1 }, (_, size) =>
  size === 0 ? 0 : (Math.min(size, LARGEST_GROUP) - 1) / 3,
)

// Many aims end in the same cell; each is sized once per observation.
const sized = new Uint8Array(CELLS)
const currentShare = new Float32Array(CELLS)
const nextShare = new Float32Array(CELLS)

function writeRays(board: Board, hand: Hand, observation: Float32Array, columns: number): number {
  const { cells } = board
  const { offsets, hit, landing } = table
  const { current, next } = hand
  observation.fill(0, 0, NOTCHES * columns)
  sized.fill(0)
  let row = 0
  for (let notch = 0; notch < NOTCHES; notch++, row += columns) {
    let entry = offsets[notch]!
    while (cells[hit[entry]!] === 0) entry++
    observation[row + cells[hit[entry]!]! - 1] = 1
    observation[row + 6] = pathLengths[entry]!
    observation[row + 7] = bounceShares[entry]!
    if (columns === SIGHT_COLUMNS) continue
    const cell = landing[entry]!
    if (sized[cell] === 0) {
      sized[cell] = 1
      currentShare[cell] = groupShares[board.joinedSize(cell, current)]!
      nextShare[cell] = next === current ? currentShare[cell]! : groupShares[board.joinedSize(cell, next)]!
    }
    observation[row + 8] = currentShare[cell]!
    observation[row + 9] = nextShare[cell]!
  }
  return row
}

function writeGrid(board: Board, observation: Float32Array): number {
  observation.fill(0, 0, GRID_CHANNELS * CELLS)
  for (let k = 0; k < realCells.length; k++) {
    const cell = realCells[k]!
    const held = board.cells[cell]!
    if (held !== 0) observation[(held - 1) * CELLS + cell] = 1
    if (rowOf(cell) % 2 === 1) observation[CAPTIVE * CELLS + cell] = 1
  }
  return GRID_CHANNELS * CELLS
}

function writeBoard(board: Board, hand: Hand, observation: Float32Array, offset: number): void {
  const { cells } = board
  const end = offset + BOARD_SIZE
  observation.fill(0, offset, end)
  observation[offset + hand.current - 1] = 1
  observation[offset + COLOURS + hand.next - 1] = 1
  const lowest = offset + 2 * COLOURS
  for (let column = 0; column < COLUMNS; column++) {
    let cell = CELLS - COLUMNS + column
    while (cell >= 0 && cells[cell] === 0) cell -= COLUMNS
    if (cell >= 0) observation[lowest + column] = (rowOf(cell) + 1) / ROWS
  }
  observation[end - 4] = board.bubbles / 100
  observation[end - 3] = board.captives / 8
  observation[end - 2] = hand.shots / 60
  observation[end - 1] = 1
}
