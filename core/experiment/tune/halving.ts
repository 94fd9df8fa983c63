/**
 * Successive halving (Jamieson and Talwalkar 2016): all trials train for a little, the better ones for longer, and so on.
 * A rung trains its trials anew for its own max_steps, so that schedules over max_steps mean the same in every rung.
 */
import { mean } from '../../evaluate/index.ts'
import type { Cell } from '../cell.ts'
import { median } from '../censored.ts'
import type { Experiment } from '../plan.ts'
import { goalOf } from '../summary.ts'

export interface Standing {
  readonly id: string
  /** Median samples to the goal over the seeds; infinite when half of the runs or more did not meet it. */
  readonly samples: number
  /** Mean score on held-out boards, over the seeds. */
  readonly score: number
}

/**
 * The best first: by samples to the goal, and where those are the same, as when nobody met it, by the held-out score.
 * Trials without cells are left out.
 */
export function rank(experiment: Experiment, cells: readonly Cell[]): Standing[] {
  const goal = goalOf(experiment)
  const better = experiment.spec.score.measure === 'length' ? 1 : -1
  const standings = experiment.columns.flatMap(({ id }): Standing[] => {
    const own = cells.filter((cell) => cell.column === id)
    if (own.length === 0) return []
    const values = own.map((cell) =>
      goal === null ? Number.POSITIVE_INFINITY : (cell[goal]?.step ?? Number.POSITIVE_INFINITY),
    )
    return [{ id, samples: median(values), score: mean(own.map((cell) => mean(cell.heldOut.scores))) }]
  })
  return standings.sort((a, b) =>
    a.samples === b.samples ? better * (a.score - b.score) : a.samples - b.samples,
  )
}
