/**
 * The hexagonal lattice: 14 rows, even rows hold 11 bubbles and odd rows 10, shifted by half a diameter. Lengths are in
 * bubble diameters, x to the right, y downwards.
 */

export const ROWS = 14
export const COLUMNS = 11
/** Row-major cells; column 10 of an odd row is no cell and stays empty. */
export const CELLS = ROWS * COLUMNS

/** Index of a neighbour that does not exist. A board keeps 0 there, so loops over neighbours need no test. */
export const OUTSIDE = CELLS
/** Index that stands for the ceiling. A board keeps `CEILING` there, so a flight always meets something. */
export const CEILING_CELL = CELLS + 1
/** Length of a board's cell array: the cells and the two above. */
export const BOARD_LENGTH = CELLS + 2

/** What a cell holds: 0 nothing, 1 to 4 a colour. */
export const EMPTY = 0
export const COLOURS = 4
export const CAPTIVE = 5
export const CEILING = 6

export const ROW_PITCH = 0.866
/** Bubble centres stay between these and reflect there. */
export const LEFT_WALL = 0.5
export const RIGHT_WALL = 10.5
/** Height at which a bubble's centre has reached the ceiling: that of row 0. */
export const CEILING_Y = 0.5
/** Where every shot starts: bottom centre, one row below the last. */
export const LAUNCHER = { x: 5.5, y: CEILING_Y + ROWS * ROW_PITCH } as const

/** A shot that would rest in this row without popping vanishes. */
export const LAST_ROW = ROWS - 1

export function rowLength(row: number): number {
  return row % 2 === 0 ? COLUMNS : COLUMNS - 1
}

export function rowOf(cell: number): number {
  return Math.floor(cell / COLUMNS)
}

export function columnOf(cell: number): number {
  return cell % COLUMNS
}

/** [154] */
export const centreX = new Float64Array(CELLS)
/** [154] */
export const centreY = new Float64Array(CELLS)
/** Every real cell, row by row: 11, 10, 11, ... */
export const realCells: Uint8Array = Uint8Array.from(
  Array.from({ length: CELLS }, (_, cell) => cell).filter((cell) => columnOf(cell) < rowLength(rowOf(cell))),
)
/** [154, 6]: left, right, upper left, upper right, lower left, lower right; `OUTSIDE` where there is none. */
export const neighbours = new Uint8Array(CELLS * 6).fill(OUTSIDE)

for (const cell of realCells) {
  const row = rowOf(cell)
  const column = columnOf(cell)
  const shifted = row % 2
  centreX[cell] = 0.5 + column + 0.5 * shifted
  centreY[cell] = CEILING_Y + row * ROW_PITCH
  const around = [
    [row, column - 1],
    [row, column + 1],
    [row - 1, column - 1 + shifted],
    [row - 1, column + shifted],
    [row + 1, column - 1 + shifted],
    [row + 1, column + shifted],
  ] as const
  around.forEach(([r, c], side) => {
    if (r >= 0 && r < ROWS && c >= 0 && c < rowLength(r)) neighbours[cell * 6 + side] = r * COLUMNS + c
  })
}
