/** What lies on the board of grid. */
import { type EnvironmentSpec, observationOffset } from '../environment.ts'

export type GridGoal = 'plus' | 'ex'
export const GOALS: readonly GridGoal[] = ['plus', 'ex']

/** Row 0 is at the top, column 0 on the left. */
export interface GridCell {
  readonly row: number
  readonly column: number
}

export interface GridBoard {
  /** Cells in a row and in a column. */
  readonly size: number
  readonly agent: GridCell
  readonly objects: readonly (GridCell & { readonly goal: GridGoal })[]
  /** What the agent is to reach in this episode. */
  readonly goal: GridGoal
}

/** The board by what is seen of it. @param observation  [O], while the episode goes on */
export function boardOf(spec: EnvironmentSpec, observation: Float32Array): GridBoard {
  const size = spec.parameters.gridSize as number
  const cell = spec.parameters.cell_pixels as number
  const pixels = (size + 2) * cell
  let agent: GridCell = { row: 0, column: 0 }
  const objects: (GridCell & { goal: GridGoal })[] = []
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      // The middle of a cell is covered by whatever stands there, in a colour of its own: red, green or blue.
      const at = ((row + 1) * cell + (cell >> 1)) * pixels + (column + 1) * cell + (cell >> 1)
      const [red, green, blue] = [0, 1, 2].map((plane) => observation[plane * pixels ** 2 + at]! > 0.5)
      if (blue) agent = { row, column }
      else if (red || green) objects.push({ row, column, goal: green ? 'plus' : 'ex' })
    }
  }
  const signal = spec.observations.some(({ name }) => name === 'goal')
  const goal = signal ? GOALS[observation[observationOffset(spec, 'goal')] === 1 ? 0 : 1]! : 'plus'
  return { size, agent, objects, goal }
}
