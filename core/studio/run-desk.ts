/** The runs of this library: those that this host trains, and those that it only knows of. */
import { connect } from '../cluster/connect.ts'
import { requireFit } from '../cluster/fit.ts'
import { trainOnRay } from '../cluster/ray-training.ts'
import { requireCluster } from '../cluster/saved-clusters.ts'
import { UserError } from '../errors.ts'
import type { Library, RunRow } from '../store/index.ts'
import {
  type ForkTraining,
  forgetRemoved,
  isRunId,
  putBack,
  type RemovedRun,
  type RunConfig,
  type RunHandle,
  recoverRuns,
  removeRun,
  requireRun,
  resolveConfig,
  resumeRun,
  runProblem,
  savedConfig,
  startRun,
  withLoadedPlugins,
} from '../train/index.ts'
import { readEvaluation, readMeta, writeMeta } from './meta.ts'
import { freeName, requireFreeName } from './names.ts'
import type { EventData, EventName, Progress, Run } from './protocol.ts'
import { RunsElsewhere } from './runs-elsewhere.ts'

/** What a training process is given to write its last checkpoint before it is ended. */
const stopMs = 20_000
/** For how long a deleted run can be taken back. */
const UNDO_MS = 10 * 60_000

interface Desk {
  readonly handle: RunHandle
  /** The saved cluster that it is trained on; null here. */
  readonly cluster: string | null
  /** Null when this host has followed it from the beginning. */
  readonly rejoinedAtUs: number | null
  /** The newest value of every metric. */
  readonly metrics: Map<string, number>
}

/** A run that was deleted and can be taken back, with what was kept about it. */
interface Deleted {
  readonly run: RemovedRun
  readonly name: string | undefined
  readonly evaluation: string | undefined
  readonly timer: NodeJS.Timeout
}

/** What it needs of the host. */
export interface DeskHost {
  readonly library: Library
  emit<E extends EventName>(event: E, data: EventData<E>): void
}

export class RunDesk {
  readonly #context: DeskHost
  readonly #fork: ForkTraining | undefined
  readonly #onActive: (ids: string[]) => void
  readonly #active = new Map<string, Desk>()
  readonly #deleted = new Map<string, Deleted>()
  readonly #elsewhere: RunsElsewhere
  readonly #closing = new AbortController()

  /** @param onActive  told which runs this host trains whenever that changes */
  constructor(context: DeskHost, fork: ForkTraining | undefined, onActive: (ids: string[]) => void) {
    this.#context = context
    this.#fork = fork
    this.#onActive = onActive
    this.#elsewhere = new RunsElsewhere(context.library, (id) => context.emit('run.state', this.get(id)))
  }

  /** Runs whose owner died are put in order before anything is shown. */
  async recover(): Promise<void> {
    await recoverRuns(this.#context.library)
    await forgetRemoved(this.#context.library)
  }

  /** Goes back to the runs that were left on saved clusters; what is in the way is said with each of them. */
  rejoin(): void {
    for (const id of this.#elsewhere.left()) {
      this.attach(id).catch((error) => {
        if (!(error instanceof UserError) && !this.#closing.signal.aborted) throw error
      })
    }
  }

  /** Follows a run again that is trained on a cluster. @throws UserError when there is no way back */
  async attach(id: string): Promise<Run> {
    const { signal } = this.#closing
    try {
      const handle = await this.#elsewhere.join(id, signal)
      return this.#follow(handle, this.#elsewhere.where(handle.row)?.cluster ?? null, Date.now() * 1000)
    } catch (error) {
      if (!signal.aborted) this.#context.emit('run.state', this.get(id))
      throw error
    }
  }

  /** @throws UserError while somebody follows it */
  async abandon(id: string): Promise<Run> {
    this.#elsewhere.abandon(id)
    const run = await this.inspect(id)
    this.#context.emit('run.state', run)
    return run
  }

  /** Those that end with this host. */
  activeIds(): string[] {
    return [...this.#active].flatMap(([id, { cluster }]) => (cluster === null ? [id] : []))
  }

  /** Those that go on without it, on clusters. */
  lastingIds(): string[] {
    return [...this.#active].flatMap(([id, { cluster }]) => (cluster === null ? [] : [id]))
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

  /** @param cluster  a saved one; undefined here */
  async start(
    yaml: string,
    runId: string | undefined,
    name: string | undefined,
    demonstrations: number[],
    cluster: string | undefined,
  ) {
    const config = resolveConfig(yaml, runId === undefined ? {} : { runId })
    if (config.runId !== null && this.#context.library.getRun(config.runId) !== undefined) {
      throw new UserError(`run "${config.runId}" already exists`, { remedy: 'choose another name' })
    }
    const fork = await this.#forkAt(cluster, withLoadedPlugins(config))
    const { library } = this.#context
    const free = freeName(this.#context, name || config.runId || '')
    const handle = await startRun({ library, config, demonstrations, fork })
    writeMeta(library, 'run-name', handle.id, free)
    return this.#follow(handle, cluster ?? null)
  }

  /** @param maxSteps  for one that has finished: how far it is to go on, whatever rule ended it before */
  async resume(id: string, maxSteps?: number, cluster?: string): Promise<Run> {
    const { library } = this.#context
    const row = requireRun(library, id)
    const { state, step } = row
    if (maxSteps !== undefined && maxSteps <= step) {
      throw new UserError(`run "${id}" has made ${step.toLocaleString('en')} steps already`, {
        remedy: 'give it more steps',
      })
    }
    const further = maxSteps !== undefined && state === 'finished'
    const stop = further ? ({ at: 'none', max_seconds: null } as const) : undefined
    const fork = await this.#forkAt(cluster, savedConfig(row))
    return this.#follow(await resumeRun({ library, runId: id, maxSteps, stop, fork }), cluster ?? null)
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
    requireFreeName(this.#context, name, id)
    writeMeta(this.#context.library, 'run-name', id, name)
    const run = await this.inspect(id)
    this.#context.emit('run.state', run)
    this.#context.emit('library.changed', { what: 'agents' })
    return run
  }

  /** It can be taken back by `restore` for a while. */
  async delete(id: string): Promise<void> {
    if (this.#active.has(id)) throw new UserError(`run "${id}" is active`, { remedy: 'stop it first' })
    const { library } = this.#context
    // An earlier one of this name.
    await this.#forget(id)
    const run = removeRun(library, id)
    const timer = setTimeout(() => void this.#forgetInTime(id), UNDO_MS).unref()
    const [name, evaluation] = [readMeta(library, 'run-name', id), readMeta(library, 'evaluation', id)]
    this.#deleted.set(id, { run, name, evaluation, timer })
    writeMeta(library, 'run-name', id, '')
    writeMeta(library, 'evaluation', id, '')
    this.#tellChanged()
  }

  /** @throws UserError when it is gone for good, or its name is another's by now */
  async restore(id: string): Promise<Run> {
    const deleted = this.#deleted.get(id)
    if (deleted === undefined) throw new UserError(`run "${id}" is gone for good`)
    const { library } = this.#context
    putBack(library, deleted.run)
    clearTimeout(deleted.timer)
    this.#deleted.delete(id)
    writeMeta(library, 'run-name', id, freeName(this.#context, deleted.name ?? id))
    writeMeta(library, 'evaluation', id, deleted.evaluation ?? '')
    this.#tellChanged()
    return this.inspect(id)
  }

  /** Those that could be taken back are gone for good, and the disk has their space. */
  async forgetDeleted(): Promise<void> {
    for (const id of [...this.#deleted.keys()]) await this.#forget(id)
  }

  /** What cannot be removed then is removed at the next start. */
  async #forgetInTime(id: string): Promise<void> {
    await this.#forget(id).catch((error) => {
      if (!(error instanceof UserError)) throw error
    })
  }

  async #forget(id: string): Promise<void> {
    const deleted = this.#deleted.get(id)
    if (deleted === undefined) return
    clearTimeout(deleted.timer)
    this.#deleted.delete(id)
    await forgetRemoved(this.#context.library, deleted.run)
    this.#context.emit('library.changed', { what: 'runs' })
  }

  #tellChanged(): void {
    this.#context.emit('library.changed', { what: 'runs' })
    this.#context.emit('library.changed', { what: 'agents' })
  }

  /** The newest progress of a run that this host trains. */
  progress(id: string): Progress | null {
    const desk = this.#active.get(id)
    return desk === undefined ? null : this.#progressOf(desk)
  }

  /** What is trained on a cluster goes on there; every other run ends with a checkpoint, from which it can be resumed. */
  async close(): Promise<void> {
    this.#closing.abort()
    const desks = [...this.#active.values()]
    const timer = setTimeout(() => {
      for (const { handle } of desks) if (!handle.leave()) handle.kill()
    }, stopMs)
    const end = async ({ handle }: Desk) => {
      if (!handle.stopping && handle.leave()) await handle.ended
      else await handle.stop()
    }
    await Promise.all(desks.map(end))
    clearTimeout(timer)
    await this.forgetDeleted()
  }

  /** @throws UserError before there is a run, when it could not be trained there */
  async #forkAt(cluster: string | undefined, config: RunConfig): Promise<ForkTraining | undefined> {
    if (cluster === undefined) return this.#fork
    const client = await connect(requireCluster(cluster).address)
    await requireFit(client, config)
    return trainOnRay(client)
  }

  #follow(handle: RunHandle, cluster: string | null, rejoinedAtUs: number | null = null): Run {
    const desk: Desk = { handle, cluster, rejoinedAtUs, metrics: new Map() }
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
    const { cluster = null, rejoinedAtUs = null } = this.#active.get(row.id) ?? {}
    return {
      ...rest,
      problem,
      elsewhere:
        cluster === null
          ? this.#elsewhere.where(row)
          : { cluster, state: 'followed', problem: null, rejoinedAtUs },
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
