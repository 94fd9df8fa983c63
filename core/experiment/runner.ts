/**
 * Trains the cells of an experiment in processes of their own, several at once. What is finished stays; what was
 * interrupted goes on; what was made with other settings is made again.
 */
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ensureBundledDemonstrations, environmentStamp, importDemonstrations } from '../demos/index.ts'
import { UserError } from '../errors.ts'
import { refuseForeignPath } from '../paths.ts'
import { type Library, openLibrary } from '../store/index.ts'
import {
  needsDemonstrations,
  type Progress,
  type RunConfig,
  type RunHandle,
  recoverRuns,
  selectDemonstrations,
} from '../train/index.ts'
import { type Cell, cellFile, changes, readCells, writeCell } from './cell.ts'
import { type Place, thisMachine } from './machine.ts'
import { type ColumnPlan, type Experiment, requireColumn } from './plan.ts'
import { type CellContext, cellIdentity, digestOf, runCell } from './run-cell.ts'

export interface RunnerOptions {
  readonly experiment: Experiment
  /** Everything is kept below it: cells/ and, in library/, a library with the runs. */
  readonly directory: string
  /** Cells at once; as many as cores allow when absent. */
  readonly jobs?: number | undefined
  /** Ids of columns; all when absent. */
  readonly columns?: readonly string[] | undefined
  readonly seeds?: readonly number[] | undefined
  /** Version of the program. */
  readonly version: string
  /** Stops after saving. */
  readonly signal: AbortSignal
  /** This machine when absent. */
  readonly place?: Place | undefined
  readonly onEvent?: (event: RunnerEvent) => void
}

export type RunnerEvent =
  | { readonly event: 'plan'; readonly cells: number; readonly kept: number; readonly jobs: number }
  /** Figures of an earlier call are put aside. */
  | { readonly event: 'changed'; readonly cell: string; readonly changes: readonly string[] }
  | { readonly event: 'started'; readonly cell: string; readonly step: number }
  | ({ readonly event: 'progress'; readonly cell: string } & Omit<Progress, 'type'>)
  | {
      readonly event: 'checkpoint'
      readonly cell: string
      readonly step: number
      readonly score: number | null
    }
  | { readonly event: 'finished'; readonly cell: string; readonly result: Cell }
  | { readonly event: 'failed'; readonly cell: string; readonly error: Error }

interface Work {
  readonly column: ColumnPlan
  readonly seed: number
}

export class ExperimentRunner {
  readonly #options: RunnerOptions
  readonly #active = new Set<RunHandle>()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /**
   * Trains and measures what is missing. A cell that fails does not keep the others from being made.
   * @returns whether all are there now; false after an interruption or a failure
   */
  async run(): Promise<boolean> {
    const { experiment, directory, signal } = this.#options
    const library = openLibrary(join(directory, 'library'))
    try {
      await recoverRuns(library)
      const context = await this.#context(library)
      const wanted = this.#wanted()
      const missing = await this.#missing(context, wanted)
      const jobs = context.made.jobs
      this.#emit({ event: 'plan', cells: wanted.length, kept: wanted.length - missing.length, jobs })
      const queue = missing.values()
      const results = await Promise.all(Array.from({ length: jobs }, () => this.#work(context, queue)))
      return results.every(Boolean) && !signal.aborted && experiment.columns.length > 0
    } finally {
      library.close()
    }
  }

  /** Ends all training processes at once; what they learned since their last checkpoints is lost. */
  kill(): void {
    for (const run of this.#active) run.kill()
  }

  async #context(library: Library): Promise<Omit<CellContext, 'onRun'>> {
    const { experiment, signal, version, place } = this.#options
    const cpus = Math.max(
      ...experiment.columns.map((column) => cpusOf(column.config(column.seeds[0]!), place)),
    )
    const machine = place?.machine ?? thisMachine()
    const jobs = this.#options.jobs ?? Math.max(1, Math.floor(machine.cores / cpus))
    return {
      experiment,
      library,
      demonstrations: await this.#demonstrations(library),
      made: { ...machine, understudy: version, jobs },
      signal,
      place,
    }
  }

  async #demonstrations(library: Library): Promise<CellContext['demonstrations']> {
    const { spec, columns, file, directory, demonstrations } = this.#options.experiment
    const learner = columns.find((column) => needsDemonstrations(column.config(column.seeds[0]!)))
    if (learner === undefined) return { ids: [], digest: null }
    let rows = []
    if (demonstrations === null) {
      ensureBundledDemonstrations(library)
      if (library.listEpisodes({ environmentId: spec.id }).every((row) => !row.bundled)) {
        throw new UserError(
          `${file}: ${learner.id} learns from demonstrations, but ${spec.id} comes with none`,
          {
            remedy: 'list some files: demonstrations: [mine.understudy]',
          },
        )
      }
      rows = selectDemonstrations(library, spec, 'bundled')
    } else {
      const ids: number[] = []
      const { signal } = this.#options
      for (const path of demonstrations) {
        refuseForeignPath(path, 'demonstrations:')
        const { added, known } = await importDemonstrations(library, resolve(directory, path), {
          environment: environmentStamp(spec),
          signal,
        })
        ids.push(...added, ...known)
      }
      rows = [...new Set(ids)].map((id) => library.getEpisode(id))
    }
    return { ids: rows.map((row) => row.id), digest: digestOf(rows) }
  }

  /** Seed by seed, so that all columns have come equally far whenever somebody looks. */
  #wanted(): Work[] {
    const { experiment, columns, seeds } = this.#options
    const ids = experiment.columns.map((column) => column.id)
    for (const id of columns ?? []) requireColumn(ids, id, '--columns')
    const chosen = experiment.columns.filter((column) => columns?.includes(column.id) ?? true)
    const most = Math.max(0, ...chosen.map((column) => column.seeds.length))
    const cells = Array.from({ length: most }, (_, i) =>
      chosen.flatMap((column) => (i < column.seeds.length ? [{ column, seed: column.seeds[i]! }] : [])),
    ).flat()
    return cells.filter(({ seed }) => seeds?.includes(seed) ?? true)
  }

  async #missing(context: Omit<CellContext, 'onRun'>, wanted: readonly Work[]): Promise<Work[]> {
    const { directory } = this.#options
    const cells = new Map((await readCells(directory)).map((cell) => [`${cell.column}-${cell.seed}`, cell]))
    const missing: Work[] = []
    for (const work of wanted) {
      const { column, seed } = work
      const cell = cells.get(nameOf(work))
      const differences =
        cell === undefined
          ? []
          : changes(cell.identity, cellIdentity(context, column.config(seed)), column.written)
      if (differences.length > 0) {
        this.#emit({ event: 'changed', cell: nameOf(work), changes: differences })
        await rm(cellFile(directory, column.id, seed))
      }
      if (cell === undefined || differences.length > 0) missing.push(work)
    }
    return missing
  }

  async #work(context: Omit<CellContext, 'onRun'>, queue: Iterable<Work>): Promise<boolean> {
    let complete = true
    for (const work of queue) {
      if (this.#options.signal.aborted) return false
      complete = (await this.#make(context, work)) && complete
    }
    return complete
  }

  async #make(shared: Omit<CellContext, 'onRun'>, { column, seed }: Work): Promise<boolean> {
    const cell = nameOf({ column, seed })
    const onRun = (run: RunHandle) => {
      this.#active.add(run)
      void run.ended.then(() => this.#active.delete(run))
      this.#emit({ event: 'started', cell, step: run.row.step })
      run.on('progress', ({ type: _, ...progress }) => this.#emit({ event: 'progress', cell, ...progress }))
      run.on('checkpoint', ({ step, score }) => this.#emit({ event: 'checkpoint', cell, step, score }))
    }
    try {
      const result = await runCell({ ...shared, onRun }, column, seed)
      if (result === null) return false
      await writeCell(this.#options.directory, result)
      this.#emit({ event: 'finished', cell, result })
      return true
    } catch (error) {
      if (this.#options.signal.aborted) return false
      this.#emit({ event: 'failed', cell, error: error as Error })
      return false
    }
  }

  #emit(event: RunnerEvent): void {
    this.#options.onEvent?.(event)
  }
}

function nameOf({ column, seed }: Work): string {
  return `${column.id}-${seed}`
}

/** Workers of a cluster have a CPU each; threads of this machine share what there is. */
function cpusOf({ threads, rollout }: RunConfig, place: Place | undefined): number {
  return place === undefined ? threads : threads + rollout.workers
}
