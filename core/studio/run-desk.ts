/** The runs of this library: those that this host trains, and those that it only knows of. */
import { UserError } from '../errors.ts'
import type { RunRow } from '../store/index.ts'
import {
  deleteRun,
  type ForkTraining,
  isRunId,
  type RunHandle,
  recoverRuns,
  requireRun,
  resolveConfig,
  resumeRun,
  runProblem,
  startRun,
} from '../train/index.ts'
import type { HostContext } from './context.ts'
import { readEvaluation, readMeta, writeMeta } from './meta.ts'
import type { Progress, Run } from './protocol.ts'

/** What a training process is given to write its last checkpoint before it is ended. */
const stopMs = 20_000

interface Desk {
  readonly handle: RunHandle
  /** The newest value of every metric. */
  readonly metrics: Map<string, number>
}

export class RunDesk {
  readonly #context: HostContext
  readonly #fork: ForkTraining | undefined
  readonly #onActive: (ids: string[]) => void
  readonly #active = new Map<string, Desk>()

  /** @param onActive  told which runs this host trains whenever that changes */
  constructor(context: HostContext, fork: ForkTraining | undefined, onActive: (ids: string[]) => void) {
    this.#context = context
    this.#fork = fork
    this.#onActive = onActive
  }

  /** Runs whose owner died are put in order before anything is shown. */
  async recover(): Promise<void> {
    await recoverRuns(this.#context.library)
  }

  activeIds(): string[] {
    return [...this.#active.keys()]
  }

  async list(): Promise<Run[]> {
    const { library } = this.#context
    // Nothing in a page can name another.
    const rows = library.listRuns().filter(({ id }) => isRunId(id))
    return Promise.all(rows.map((row) => this.#inspect(row)))
  }

  /** As `get`, with what is damaged. */
  async inspect(id: string): Promise<Run> {
    return this.#inspect(requireRun(this.#context.library, id))
  }

  get(id: string): Run {
    return this.#toRun(requireRun(this.#context.library, id))
  }

  async start(yaml: string, runId: string | undefined, name: string | undefined, demonstrations: number[]) {
    const config = resolveConfig(yaml, runId === undefined ? {} : { runId })
    if (config.runId !== null && this.#context.library.getRun(config.runId) !== undefined) {
      throw new UserError(`there is a run "${config.runId}" already`, { remedy: 'choose another name' })
    }
    const { library } = this.#context
    const handle = await startRun({ library, config, demonstrations, ...this.#forking() })
    if (name) writeMeta(library, 'run-name', handle.id, name)
    return this.#follow(handle)
  }

  async resume(id: string): Promise<Run> {
    const { library } = this.#context
    return this.#follow(await resumeRun({ library, runId: id, ...this.#forking() }))
  }

  /** Asks for an orderly end and does not wait for it. A run whose owner died is put in order. */
  async stop(id: string): Promise<Run> {
    const desk = this.#active.get(id)
    if (desk === undefined) await this.#stopForeign(id)
    else desk.handle.stop()
    return this.get(id)
  }

  async #stopForeign(id: string): Promise<void> {
    const { library } = this.#context
    const { owner, standing } = library.getRunClaim(id) ?? {}
    if (requireRun(library, id).state !== 'running') throw new UserError(`run "${id}" is not active`)
    if (standing === 'ending') {
      throw new UserError(`run "${id}" is writing its last checkpoint`, {
        remedy: 'try again in a few seconds',
      })
    }
    if (owner !== undefined && standing !== 'gone') {
      throw new UserError(
        `run "${id}" was started outside the studio (process ${owner.pid} on ${owner.host})`,
        {
          remedy: 'stop it where it was started',
        },
      )
    }
    for (const { id: recovered } of await recoverRuns(library)) {
      this.#context.emit('run.state', this.get(recovered))
    }
  }

  async rename(id: string, name: string): Promise<Run> {
    requireRun(this.#context.library, id)
    writeMeta(this.#context.library, 'run-name', id, name)
    const run = await this.inspect(id)
    this.#context.emit('run.state', run)
    this.#context.emit('library.changed', { what: 'agents' })
    return run
  }

  async delete(id: string): Promise<void> {
    if (this.#active.has(id)) throw new UserError(`run "${id}" is active`, { remedy: 'stop it first' })
    await deleteRun(this.#context.library, id)
    writeMeta(this.#context.library, 'run-name', id, '')
    writeMeta(this.#context.library, 'evaluation', id, '')
    this.#context.emit('library.changed', { what: 'runs' })
    this.#context.emit('library.changed', { what: 'agents' })
  }

  /** The newest progress of a run that this host trains. */
  progress(id: string): Progress | null {
    const desk = this.#active.get(id)
    return desk === undefined ? null : this.#progressOf(desk)
  }

  /** Every active run ends with a checkpoint, from which it can be resumed. */
  async close(): Promise<void> {
    const desks = [...this.#active.values()]
    const timer = setTimeout(() => {
      for (const { handle } of desks) handle.kill()
    }, stopMs)
    await Promise.all(desks.map(({ handle }) => handle.stop()))
    clearTimeout(timer)
  }

  #forking(): { fork?: ForkTraining } {
    return this.#fork === undefined ? {} : { fork: this.#fork }
  }

  #follow(handle: RunHandle): Run {
    const desk: Desk = { handle, metrics: new Map() }
    this.#active.set(handle.id, desk)
    this.#onActive(this.activeIds())
    const tell = () => {
      const progress = this.#progressOf(desk)
      if (progress !== null) this.#context.emit('run.progress', progress)
    }
    handle.on('progress', tell)
    handle.on('metrics', (rows) => {
      for (const { name, value } of rows) desk.metrics.set(name, value)
      tell()
    })
    handle.on('checkpoint', () => this.#context.emit('library.changed', { what: 'agents' }))
    handle.on('state', (row) => {
      if (row.state !== 'running' && this.#active.delete(row.id)) this.#onActive(this.activeIds())
      this.#context.emit('run.state', this.#toRun(row))
    })
    const run = this.#toRun(handle.row)
    this.#context.emit('run.state', run)
    // Lists that pages hold do not have a run that has just begun.
    this.#context.emit('library.changed', { what: 'runs' })
    return run
  }

  async #inspect(row: RunRow): Promise<Run> {
    return this.#toRun(row, await runProblem(this.#context.library, row))
  }

  /** @param problem  as `runProblem` says; a run that this host trains has none */
  #toRun(row: RunRow, problem: string | null = null): Run {
    const { pid, damage, ...rest } = row
    return {
      ...rest,
      problem,
      name: readMeta(this.#context.library, 'run-name', row.id) ?? row.id,
      evaluation: readEvaluation(this.#context.library, row.id),
      signals: [...row.signals],
      demonstrations: [...row.demonstrations],
      stopping: this.#active.get(row.id)?.handle.stopping ?? false,
    }
  }

  #progressOf({ handle, metrics }: Desk): Progress | null {
    const { progress, row } = handle
    if (progress === null) return null
    const { type, ...rest } = progress
    return { ...rest, runId: row.id, metrics: Object.fromEntries(metrics) }
  }
}
