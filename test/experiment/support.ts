/** Experiments of seconds, run in this process with real training processes. */
import { join } from 'node:path'
import {
  type Cell,
  type Experiment,
  ExperimentRunner,
  planExperiment,
  type RunnerEvent,
  readCells,
} from '../../core/experiment/index.ts'

/** PPO and SAC on Basic, a second or two each. */
export const QUICK = `
name: quick
title: Basic, quickly
env: basic
seeds: [1]
until: max_steps
measure: { held_out: 5, rows_every: 200 }
settings: { checkpoint_interval: 400 }
columns:
  - { id: ppo, title: PPO, preset: ppo, max_steps: 1000 }
  - id: sac
    title: SAC
    preset: sac
    max_steps: 1400
    settings: { hyperparameters: { buffer_init_steps: 200, learning_rate: 0.0001 } }
`

export interface Attempt {
  readonly complete: boolean
  readonly events: readonly RunnerEvent[]
  readonly cells: readonly Cell[]
}

export async function runAll(
  directory: string,
  experiment: Experiment | string,
  options: { columns?: string[]; stopWhen?: (event: RunnerEvent) => boolean } = {},
): Promise<Attempt> {
  const abort = new AbortController()
  const events: RunnerEvent[] = []
  const runner = new ExperimentRunner({
    experiment:
      typeof experiment === 'string' ? planExperiment(experiment, join(directory, 'quick.yaml')) : experiment,
    directory,
    jobs: 2,
    columns: options.columns,
    version: 'test',
    signal: abort.signal,
    onEvent: (event) => {
      events.push(event)
      if (options.stopWhen?.(event)) abort.abort(new Error('asked to'))
    },
  })
  const complete = await runner.run()
  return { complete, events, cells: await readCells(directory) }
}

/** What must be the same however often a cell was interrupted: everything but the clock. */
export function course({ column, seed, steps, episodes, mastered, heldOut, curve }: Cell) {
  return { column, seed, steps, episodes, mastered, heldOut, steps_: curve.steps, scores: curve.scores }
}
