/** The scripted player of grid: it walks a shortest way to the nearest goal and around what is not the goal. */
import type { Player } from '../player.ts'
import { boardOf, type GridBoard, type GridCell } from './board.ts'

/** By action, in the order in which they are tried. */
const WAYS = [
  { action: 1, rows: -1, columns: 0 },
  { action: 2, rows: 1, columns: 0 },
  { action: 3, rows: 0, columns: -1 },
  { action: 4, rows: 0, columns: 1 },
] as const

export function shortestPathPlayer(): Player {
  return {
    name: 'scripted shortest path',
    kind: 'scripted',
    begin: () => {},
    act: ({ spec }, observation, action) => {
      action.discrete[0] = firstStep(boardOf(spec, observation))
    },
  }
}

/** The action that begins a shortest way to a goal, by breadth-first search; 0, staying, where there is no way. */
export function firstStep({ size, agent, objects, goal }: GridBoard): number {
  const at = ({ row, column }: GridCell) => objects.find((o) => o.row === row && o.column === column)
  const seen = new Set([agent.row * size + agent.column])
  let front: { cell: GridCell; first: number }[] = [{ cell: agent, first: 0 }]
  while (front.length > 0) {
    const next: typeof front = []
    for (const { cell, first } of front) {
      for (const { action, rows, columns } of WAYS) {
        const to = { row: cell.row + rows, column: cell.column + columns }
        const inside = to.row >= 0 && to.row < size && to.column >= 0 && to.column < size
        if (!inside || seen.has(to.row * size + to.column)) continue
        seen.add(to.row * size + to.column)
        const begun = first === 0 ? action : first
        const object = at(to)
        if (object?.goal === goal) return begun
        if (object === undefined) next.push({ cell: to, first: begun })
      }
    }
    front = next
  }
  return 0
}
