/** What a screen draws of grid: a square board with an agent, green pluses and red exes. */
export type GridGoal = 'plus' | 'ex'

/** Row 0 is at the top, column 0 on the left. */
export interface GridCell {
  row: number
  column: number
}

export interface GridScene {
  kind: 'grid'
  /** Cells in a row and in a column. */
  size: number
  agent: GridCell
  objects: (GridCell & { goal: GridGoal })[]
  /** What the agent is to reach in this episode. */
  goal: GridGoal
}

export type GridEvent =
  | { kind: 'move'; from: GridCell; to: GridCell }
  | { kind: 'stay' }
  /** The way was blocked by the wall. */
  | { kind: 'bump'; direction: 'up' | 'down' | 'left' | 'right' }
  | { kind: 'reach'; goal: GridGoal; right: boolean }
