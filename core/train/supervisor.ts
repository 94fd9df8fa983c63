/**
 * Starts a training process, keeps its row and metrics in the library, and tells listeners how it goes. Used by command
 * line and studio alike; the library is written by this side only.
 */
import { mkdir, rm } from 'node:fs/promises'
import { releaseEnvironments } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { loadedPlugins } from '../plugins.ts'
import type { Library, RunRow, RunState } from '../store/index.ts'
import { explainWriteError } from '../system-errors.ts'
import {
  configToYaml,
  demonstrationPath,
  needsDemonstrations,
  type RunConfig,
  signalNames,
} from './config.ts'
import { failureOf } from './failure.ts'
import { type ForkTraining, forkNode, type TrainingProcess } from './fork.ts'
import { Heartbeat } from './heartbeat.ts'
import {
  type CheckpointNotice,
  type Failed,
  type Finished,
  type MetricRow,
  type Progress,
  readMessage,
  sendMessage,
  type TrainerMessage,
  trainerMessage,
} from './messages.ts'
import { isActive, requireRun, runDirectory, savedConfig, unusedRunId } from './runs.ts'
import type { StopSettings } from './stop-rule.ts'

export interface StartRunOptions {
  readonly library: Library
  /** `runId` null takes a readable unused one; `resume` is the business of `resumeRun`. */
  readonly config: RunConfig
  /** Ids of episodes. */
  readonly demonstrations: readonly number[]
  /** How to start the process; `child_process.fork` when absent. */
  readonly fork?: ForkTraining
}

export interface ResumeRunOptions {
  readonly library: Library
  readonly runId: string
  /** A new limit, for going on after the first was reached. */
  readonly maxSteps?: number | undefined
  /** New rules for its end. */
  readonly stop?: Partial<StopSettings> | undefined
  readonly fork?: ForkTraining
}

export interface RunEvents {
  /** About twice a second. */
  progress: Progress
  /** The rows of a summary, already in the library. */
  metrics: readonly MetricRow[]
  checkpoint: CheckpointNotice
  /** The row after every change of state, of `stopping`, and every checkpoint. */
  state: RunRow
}

export interface RunEnd {
  readonly row: RunRow
  /** The trainer's last word; null when it did not come to that. */
  readonly finished: Finished | null
  /** Why the run failed; null when it did not. */
  readonly failed: Failed | null
}

export interface RunHandle {
  readonly id: string
  readonly state: RunState
  /** A stop was asked for and the last checkpoint is being written. */
  readonly stopping: boolean
  /** As it is in the library. */
  readonly row: RunRow
  /** The newest; null before the first. */
  readonly progress: Progress | null
  /** Resolves when the process has ended, whichever way; never rejects. */
  readonly ended: Promise<RunEnd>
  /** @returns a function that unsubscribes */
  on<E extends keyof RunEvents>(event: E, listener: (data: RunEvents[E]) => void): () => void
  /** Asks for a checkpoint and an orderly end; resolves when the process has ended. */
  stop(): Promise<void>
  /** Ends the process at once; what was learned since the last checkpoint is lost. */
  kill(): void
}

/** @throws UserError when the run exists already, or needs demonstrations and has none */
export async function startRun(options: StartRunOptions): Promise<RunHandle> {
  const { library, demonstrations } = options
  const id = options.config.runId ?? unusedRunId(library, options.config)
  const plugins = [...new Set([...loadedPlugins(), ...options.config.plugins])]
  const config: RunConfig = { ...options.config, plugins, runId: id, resume: false, force: false }
  const directory = runDirectory(library.dir, id)
  const demoPath = demonstrationPath(config)
  if (needsDemonstrations(config) && demonstrations.length === 0 && demoPath === undefined) {
    throw new UserError(`${config.behavior.trainer_type} with these settings needs demonstrations`, {
      remedy: 'record or import some, or choose a preset without GAIL',
    })
  }
  if (config.initializeFrom === id) {
    throw new UserError(`run "${id}" cannot begin with its own networks`, {
      remedy: 'add --resume to go on with it, or choose another --run-id',
    })
  }
  if (config.initializeFrom !== null) requireRun(library, config.initializeFrom)
  if (library.getImportedAgent(id) !== undefined) {
    throw new UserError(`"${id}" is an imported agent`, { remedy: 'choose another --run-id' })
  }
  const existing = library.getRun(id)
  if (existing !== undefined) {
    if (isActive(existing)) {
      throw new UserError(`run "${id}" is being trained by process ${existing.pid}`, {
        remedy: 'stop it first, or choose another --run-id',
      })
    }
    if (!options.config.force) {
      throw new UserError(`run "${id}" exists already`, {
        remedy: 'add --resume to go on with it, --force to overwrite it, or choose another --run-id',
      })
    }
    library.deleteRun(id)
  }
  await rm(directory, { recursive: true, force: true })
  await makeDirectory(directory)
  return new Supervisor(library, newRow(id, config, demonstrations), false, options.fork ?? forkNode)
}

/** Goes on from the newest checkpoint with the configuration and demonstrations that the run began with. */
export async function resumeRun(options: ResumeRunOptions): Promise<RunHandle> {
  const { library, runId } = options
  const row = requireRun(library, runId)
  if (isActive(row)) {
    throw new UserError(`run "${runId}" is being trained by process ${row.pid}`, { remedy: 'stop it first' })
  }
  const saved = savedConfig(row)
  const maxSteps = options.maxSteps ?? saved.behavior.max_steps
  if (row.state === 'finished' && row.step >= maxSteps) {
    throw new UserError(`run "${runId}" has made all its ${row.step} steps`, {
      remedy: 'give it more with --max-steps N',
    })
  }
  if (row.state === 'finished' && row.step < row.maxSteps && options.stop === undefined) {
    throw new UserError(`run "${runId}" has ended by its stop rule after ${row.step} steps`, {
      remedy: 'let it go on with another --stop-on (none for max_steps alone) or --max-time',
    })
  }
  await makeDirectory(runDirectory(library.dir, runId))
  const config: RunConfig = {
    ...saved,
    stop: { ...saved.stop, ...options.stop },
    behavior: { ...saved.behavior, max_steps: maxSteps },
  }
  const resumed: RunRow = {
    ...row,
    state: 'running',
    maxSteps,
    finishedAtUs: null,
    message: null,
    config: configToYaml(config),
  }
  return new Supervisor(library, resumed, true, options.fork ?? forkNode)
}

/** Milliseconds between two writes of the row on account of progress alone. */
const ROW_INTERVAL_MS = 2_000

class Supervisor implements RunHandle {
  readonly id: string
  readonly ended: Promise<RunEnd>
  readonly #library: Library
  readonly #process: TrainingProcess
  readonly #heartbeat: Heartbeat
  readonly #listeners = new Map<keyof RunEvents, Set<(data: never) => void>>()
  #row: RunRow
  #progress: Progress | null = null
  #finished: Finished | null = null
  #failed: Failed | null = null
  #stopping = false
  #rowWrittenAt = 0

  constructor(library: Library, row: RunRow, resume: boolean, fork: ForkTraining) {
    this.id = row.id
    this.#library = library
    this.#row = row
    this.#heartbeat = new Heartbeat(runDirectory(library.dir, row.id))
    // What waits here for its next use is to be had there: the port of Unity's editor, the memory of a game.
    releaseEnvironments()
    this.#process = fork()
    this.#keep(() => this.#put({ pid: this.#process.pid ?? null }))
    const { port } = this.#process
    port.onMessage((frame) => this.#keep(() => this.#receive(readMessage(trainerMessage, frame))))
    this.ended = new Promise((resolve) => {
      this.#process.onExit((exit) => {
        this.#conclude(exit)
        resolve({ row: this.#row, finished: this.#finished, failed: this.#failed })
      })
    })
    sendMessage(port, {
      type: 'start',
      runId: row.id,
      dataDirectory: library.dir,
      config: row.config,
      demonstrations: [...row.demonstrations],
      resume,
    })
  }

  get state(): RunState {
    return this.#row.state
  }

  get stopping(): boolean {
    return this.#stopping
  }

  get row(): RunRow {
    return this.#row
  }

  get progress(): Progress | null {
    return this.#progress
  }

  on<E extends keyof RunEvents>(event: E, listener: (data: RunEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  async stop(): Promise<void> {
    if (this.state === 'running' && !this.#stopping) {
      this.#stopping = true
      sendMessage(this.#process.port, { type: 'stop' })
      this.#emit('state', this.#row)
    }
    await this.ended
  }

  kill(): void {
    sendMessage(this.#process.port, { type: 'shutdown' })
    this.#process.kill()
  }

  /** A library that can no longer be written to (full disk) ends the run in an orderly way, not this process. */
  #keep(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#failed ??= failureOf(error)
      sendMessage(this.#process.port, { type: 'stop' })
    }
  }

  #receive(message: TrainerMessage): void {
    switch (message.type) {
      case 'progress':
        this.#progress = message
        if (Date.now() - this.#rowWrittenAt >= ROW_INTERVAL_MS) this.#put(counters(message))
        this.#emit('progress', message)
        break
      case 'metrics':
        this.#library.appendMetrics(this.id, message.rows)
        this.#emit('metrics', message.rows)
        break
      case 'checkpoint':
        this.#put(counters(message))
        this.#emit('checkpoint', message)
        this.#emit('state', this.#row)
        break
      case 'finished':
        this.#finished = message
        break
      case 'failed':
        this.#failed = message
        break
    }
  }

  #conclude(exit: { code: number | null; signal: string | null; errorOutput: string }): void {
    this.#heartbeat.stop()
    this.#stopping = false
    const ended = { pid: null, finishedAtUs: Date.now() * 1000 }
    if (this.#finished === null) this.#failed ??= died(exit)
    const counted = this.#finished === null ? {} : counters(this.#finished)
    if (this.#failed === null) {
      const state = this.#finished!.complete ? 'finished' : 'stopped'
      this.#keep(() => this.#put({ ...counted, ...ended, state, message: null }))
    } else {
      const { message } = this.#failed
      this.#keep(() => this.#put({ ...counted, ...ended, state: 'failed', message }))
    }
    this.#emit('state', this.#row)
  }

  #put(change: Partial<RunRow>): void {
    this.#row = { ...this.#row, ...change }
    this.#rowWrittenAt = Date.now()
    this.#library.putRun(this.#row)
  }

  #emit<E extends keyof RunEvents>(event: E, data: RunEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      ;(listener as (data: RunEvents[E]) => void)(data)
    }
  }
}

function newRow(id: string, config: RunConfig, demonstrations: readonly number[]): RunRow {
  return {
    id,
    environmentId: config.environment,
    algorithm: config.behavior.trainer_type,
    signals: signalNames(config),
    state: 'running',
    createdAtUs: Date.now() * 1000,
    finishedAtUs: null,
    step: 0,
    maxSteps: config.behavior.max_steps,
    score: null,
    masteredAtStep: null,
    demonstrations,
    pid: null,
    message: null,
    config: configToYaml(config),
  }
}

function counters({ step, score, masteredAtStep }: Progress | CheckpointNotice | Finished): Partial<RunRow> {
  return { step, score, masteredAtStep }
}

/** The process ended without a word: killed from outside, out of memory, or a bug in native code. */
function died(exit: { code: number | null; signal: string | null; errorOutput: string }): Failed {
  const how = exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`
  return {
    type: 'failed',
    kind: exit.signal === null ? 'bug' : 'user',
    message: `the training process was ended ${how}`,
    remedy: 'resume the run: it goes on from its last checkpoint',
    detail: exit.errorOutput === '' ? null : exit.errorOutput,
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
  } catch (error) {
    throw explainWriteError(error, directory)
  }
}
