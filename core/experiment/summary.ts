/** What a report says: every column in figures, and the comparisons between columns. */
import {
  bootstrapInterval,
  type Interval,
  mean,
  SOLVED_WIN_RATE,
  standardDeviation,
} from '../evaluate/index.ts'
import type { Cell } from './cell.ts'
import { median, probabilityOfLess, ratioOfMedians } from './censored.ts'
import type { Published } from './file.ts'
import type { ColumnPlan, Experiment } from './plan.ts'

/** What was needed to meet a goal, run by run. */
export interface Needed {
  /** In the order of the seeds; infinite where the goal was not met. */
  readonly values: readonly number[]
  /** How many met it. */
  readonly met: number
  /** Infinite when half of the runs or more did not meet it. */
  readonly median: number
  readonly low: number
  readonly high: number
  /** null when a run did not meet it. */
  readonly mean: number | null
  readonly sd: number | null
}

export interface ColumnSummary {
  readonly id: string
  readonly title: string
  /** Of the runs that are there. */
  readonly seeds: readonly number[]
  readonly planned: number
  readonly maxSteps: number
  /** Environment steps to the goals; null where the runs end before or nobody looked. */
  readonly mastered: Needed | null
  readonly sustained: Needed | null
  readonly solved: Needed | null
  /** To the goal of the experiment, else over the whole run. */
  readonly seconds: Needed
  /** Median over the runs. */
  readonly stepsPerSecond: number
  /** Hours that the median samples would take at the paced rate. */
  readonly pacedRate: number | null
  readonly pacedHours: number | null
  /** The mean score on held-out boards, mean over the runs and interval over the runs. */
  readonly heldOut: {
    readonly mean: number
    readonly ci95: Interval | null
    readonly each: readonly number[]
  }
  /** Share of held-out boards won, mean over the runs; null where the environment does not say what a win is. */
  readonly winRate: number | null
  /** Runs that won 95% of them at their end; null as `winRate`. */
  readonly solvedAtEnd: number | null
  readonly published: Published | null
}

export interface ComparisonSummary {
  readonly name: string
  readonly of: string
  readonly against: string
  readonly by: 'samples' | 'paced_rate'
  /** Median of the one over median of the other; for paced rates their quotient, without interval. */
  readonly ratio: number
  readonly ci95: Interval | null
  /** Probability that a run of the one needs less than a run of the other. */
  readonly probabilityOfLess: number | null
  readonly published: number | null
}

export interface ExperimentSummary {
  /** null where runs only train for so many steps. */
  readonly goal: Goal | null
  readonly columns: readonly ColumnSummary[]
  readonly comparisons: readonly ComparisonSummary[]
}

export type Goal = 'mastered' | 'sustained' | 'solved'

/** What columns are compared by: solving where runs train until then, else mastery by the published rule. */
export function goalOf({ until, spec }: Experiment): Goal | null {
  if (until === 'solved') return 'solved'
  return spec.score.human === undefined ? null : 'mastered'
}

/** Columns without a single cell are left out, and the comparisons that need them. */
export function summarizeExperiment(experiment: Experiment, cells: readonly Cell[]): ExperimentSummary {
  const columns = experiment.columns.flatMap((column) => {
    const own = column.seeds.flatMap(
      (seed) => cells.find((cell) => cell.column === column.id && cell.seed === seed) ?? [],
    )
    return own.length === 0 ? [] : [summarizeColumn(experiment, column, own)]
  })
  const goal = goalOf(experiment)
  const comparisons = experiment.comparisons.flatMap((comparison): ComparisonSummary[] => {
    const { name, of, against, by, published = null } = comparison
    const [x, y] = [of, against].map((id) => columns.find((column) => column.id === id))
    if (x === undefined || y === undefined) return []
    const common = { name, of, against, by, published }
    if (by === 'paced_rate') {
      if (x.pacedRate === null || y.pacedRate === null) return []
      return [{ ...common, ratio: x.pacedRate / y.pacedRate, ci95: null, probabilityOfLess: null }]
    }
    const [xs, ys] = [x, y].map((column) => (goal === null ? null : column[goal]))
    if (!xs || !ys) return []
    return [
      {
        ...common,
        ...ratioOfMedians(xs.values, ys.values),
        probabilityOfLess: probabilityOfLess(xs.values, ys.values),
      },
    ]
  })
  return { goal, columns, comparisons }
}

function summarizeColumn(
  experiment: Experiment,
  { id, title, seeds, maxSteps, pacedRate, published }: ColumnPlan,
  cells: readonly Cell[],
): ColumnSummary {
  const { until, spec } = experiment
  const goal = goalOf(experiment)
  const steps = (which: Goal) => needed(cells.map((cell) => cell[which]?.step ?? Number.POSITIVE_INFINITY))
  const human = spec.score.human !== undefined
  const toGoal = goal === null ? null : steps(goal)
  const means = cells.map((cell) => mean(cell.heldOut.scores))
  const winRates = cells.flatMap(({ heldOut: { won, scores } }) => (won === null ? [] : won / scores.length))
  return {
    id,
    title,
    seeds: cells.map((cell) => cell.seed),
    planned: seeds.length,
    maxSteps,
    mastered: human ? steps('mastered') : null,
    sustained: human && until !== 'mastered' ? steps('sustained') : null,
    solved: until === 'solved' ? steps('solved') : null,
    seconds: needed(
      cells.map((cell) => (goal === null ? cell.seconds : (cell[goal]?.seconds ?? Number.POSITIVE_INFINITY))),
    ),
    stepsPerSecond: median(cells.map((cell) => cell.steps / cell.seconds)),
    pacedRate,
    pacedHours: pacedRate === null || toGoal === null ? null : toGoal.median / pacedRate / 3600,
    heldOut: { mean: mean(means), ci95: bootstrapInterval(means, mean), each: means },
    winRate: winRates.length === 0 ? null : mean(winRates),
    solvedAtEnd: winRates.length === 0 ? null : winRates.filter((rate) => rate >= SOLVED_WIN_RATE).length,
    published,
  }
}

/** @param values  [n], n > 0, infinite where the goal was not met */
function needed(values: readonly number[]): Needed {
  const met = values.filter(Number.isFinite)
  const all = met.length === values.length
  return {
    values,
    met: met.length,
    median: median(values),
    low: Math.min(...values),
    high: Math.max(...values),
    mean: all ? mean(values) : null,
    sd: all ? standardDeviation(values) : null,
  }
}
