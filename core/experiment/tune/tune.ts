/**
 * Searches a space of settings on some seeds and verifies what it finds on fresh ones, against the default. Every rung is
 * an experiment of its own, so a search goes on where it was interrupted.
 */
import { join } from 'node:path'
import { type Cell, readCells } from '../cell.ts'
import type { Experiment } from '../plan.ts'
import { ExperimentRunner, type RunnerOptions } from '../runner.ts'
import { DEFAULT_TRIAL, type Trial, type TunePlan } from './file.ts'
import { rank, type Standing } from './halving.ts'

export interface TuneOptions extends Omit<RunnerOptions, 'experiment' | 'columns' | 'seeds'> {
  readonly plan: TunePlan
  /** Called before a rung and the verification. */
  readonly onPart?: (experiment: Experiment) => void
  /** Called with every runner that begins, for ending its processes at once. */
  readonly onRunner?: (runner: ExperimentRunner) => void
}

export interface TuneResult {
  /** In the order of the rungs; the best first. */
  readonly rungs: readonly { readonly experiment: Experiment; readonly standings: readonly Standing[] }[]
  readonly verification: { readonly experiment: Experiment; readonly cells: readonly Cell[] }
  /** The best of the verification, the default among them. */
  readonly best: Trial
}

/** @returns null after an interruption or when a run failed; the same call goes on then */
export async function tune(options: TuneOptions): Promise<TuneResult | null> {
  const { plan, directory } = options
  let trials = plan.trials
  const rungs: { experiment: Experiment; standings: Standing[] }[] = []
  for (const [i, { plan: planRung, keep }] of plan.rungs.entries()) {
    const experiment = planRung(trials)
    const cells = await make(options, experiment, join(directory, `rung-${i + 1}`))
    if (cells === null) return null
    const standings = rank(experiment, cells)
    rungs.push({ experiment, standings })
    const kept = new Set(standings.slice(0, keep).map(({ id }) => id))
    trials = trials.filter(({ id }) => kept.has(id))
  }
  const reference = plan.trials[0]!
  const candidates = [reference, ...trials.filter(({ id }) => id !== DEFAULT_TRIAL)]
  const experiment = plan.verification(candidates)
  const cells = await make(options, experiment, join(directory, 'verification'))
  if (cells === null) return null
  const [first] = rank(experiment, cells)
  return {
    rungs,
    verification: { experiment, cells },
    best: candidates.find(({ id }) => id === first!.id)!,
  }
}

async function make(
  { plan: _, onPart, onRunner, ...options }: TuneOptions,
  experiment: Experiment,
  directory: string,
): Promise<Cell[] | null> {
  onPart?.(experiment)
  const runner = new ExperimentRunner({ ...options, experiment, directory })
  onRunner?.(runner)
  if (!(await runner.run())) return null
  const seeds = new Set(experiment.columns.flatMap((column) => column.seeds))
  const ids = new Set(experiment.columns.map((column) => column.id))
  return (await readCells(directory)).filter((cell) => ids.has(cell.column) && seeds.has(cell.seed))
}
