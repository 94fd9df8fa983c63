/**
 * Starts a training process, keeps its row and metrics in the library, and tells listeners how it goes. Used by command
 * line and studio alike; the library is written by this side only.
 */
import { existsSync } from 'node:fs'
import { releaseEnvironments } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { loadedPlugins } from '../plugins.ts'
import { type Library, type RunRow, type RunState, RunTaken } from '../store/index.ts'
import {
  configToYaml,
  demonstrationPath,
  needsDemonstrations,
  type RunConfig,
  signalNames,
} from './config.ts'
import { failureOf } from './failure.ts'
import { type ForkTraining, forkNode, type TrainingProcess } from './fork.ts'
import {
  type CheckpointNotice,
  type Failed,
  type Finished,
  type MetricRow,
  type Progress,
  type Resumed,
  readMessage,
  sendMessage,
  type TrainerMessage,
  trainerMessage,
} from './messages.ts'
import { requireRunCode, runSubjects } from './run-code.ts'
import { lowerFence, raiseFence, removingDirectory } from './run-files.ts'
import { requireRun, runDirectory, savedConfig, unusedRunId } from './runs.ts'
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
  /** A sentence for people, such as what a damaged checkpoint has cost. */
  notice: string
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

/** @throws UserError when the run exists already, is another's, or needs demonstrations and has none */
export async function startRun(options: StartRunOptions): Promise<RunHandle> {
  const { library, demonstrations } = options
  const plugins = [...new Set([...loadedPlugins(), ...options.config.plugins])]
  const base: RunConfig = { ...options.config, plugins, resume: false, force: false }
  requireRunCode(base)
  if (needsDemonstrations(base) && demonstrations.length === 0 && demonstrationPath(base) === undefined) {
    throw new UserError(`${base.behavior.trainer_type} with these settings needs demonstrations`, {
      remedy: 'record or import some, or choose a preset without GAIL',
    })
  }
  // In one transaction, so that of two that are started at once each has a run of its own, or one is refused.
  const owned = await removingDirectory(library, (remove) => {
    const id = base.runId ?? unusedRunId(library, base)
    const directory = runDirectory(library.dir, id)
    refuseName(library, id, base)
    if (library.getRun(id) !== undefined) {
      if (!options.config.force) throw existsAlready(library, id)
      library.deleteRun(id)
    } else if (existsSync(directory) && !options.config.force) {
      throw new UserError(`there is a folder of a run "${id}", which the library does not know`, {
        remedy: `take it in with \`understudy runs repair ${id}\`, add --force to overwrite it, or choose another --run-id`,
      })
    }
    remove(directory)
    return own(library, newRow(id, { ...base, runId: id }, demonstrations))
  })
  return supervise(library, owned, false, options.fork)
}

function refuseName(library: Library, id: string, { initializeFrom }: RunConfig): void {
  if (initializeFrom === id) {
    throw new UserError(`run "${id}" cannot begin with its own networks`, {
      remedy: 'add --resume to go on with it, or choose another --run-id',
    })
  }
  if (initializeFrom !== null) requireRun(library, initializeFrom)
  if (library.getImportedAgent(id) !== undefined) {
    throw new UserError(`"${id}" is an imported agent`, { remedy: 'choose another --run-id' })
  }
}

function existsAlready(library: Library, id: string): UserError {
  const claim = library.getRunClaim(id)
  const owner = claim === undefined || claim.standing === 'gone' ? undefined : claim.owner
  const trained = owner === undefined ? '' : ` and is being trained by process ${owner.pid} on ${owner.host}`
  const others = '--force to overwrite it, or choose another --run-id'
  return new UserError(`run "${id}" exists already${trained}`, {
    remedy: trained === '' ? `add --resume to go on with it, ${others}` : 'choose another --run-id',
  })
}

/** Goes on from the newest checkpoint with the configuration and demonstrations that the run began with. */
export async function resumeRun(options: ResumeRunOptions): Promise<RunHandle> {
  const { library, runId } = options
  requireRunCode(savedConfig(requireRun(library, runId)))
  const owned = library.atomically(() => own(library, resumedRow(requireRun(library, runId), options)))
  return supervise(library, owned, true, options.fork)
}

function resumedRow(row: RunRow, options: ResumeRunOptions): RunRow {
  const saved = savedConfig(row)
  const maxSteps = options.maxSteps ?? saved.behavior.max_steps
  if (row.state === 'finished' && row.step >= maxSteps) {
    throw new UserError(`run "${row.id}" has made all its ${row.step} steps`, {
      remedy: 'give it more with --max-steps N',
    })
  }
  if (row.state === 'finished' && row.step < row.maxSteps && options.stop === undefined) {
    throw new UserError(`run "${row.id}" has ended by its stop rule after ${row.step} steps`, {
      remedy: 'let it go on with another --stop-on (none for max_steps alone) or --max-time',
    })
  }
  const config: RunConfig = {
    ...saved,
    stop: { ...saved.stop, ...options.stop },
    behavior: { ...saved.behavior, max_steps: maxSteps },
  }
  return {
    ...row,
    state: 'running',
    maxSteps,
    pid: null,
    finishedAtUs: null,
    message: null,
    config: configToYaml(config),
  }
}

interface Owned {
  readonly row: RunRow
  /** The token of the claim. */
  readonly claim: string
}

/** Within a transaction. */
function own(library: Library, row: RunRow): Owned {
  const claim = library.claimRun(row)
  raiseFence(runDirectory(library.dir, row.id), claim)
  return { row, claim }
}

function supervise(
  library: Library,
  owned: Owned,
  resume: boolean,
  fork: ForkTraining = forkNode,
): RunHandle {
  try {
    return new Supervisor(library, owned, resume, fork)
  } catch (error) {
    const { message } = failureOf(error)
    library.putRun({ ...owned.row, state: 'failed', finishedAtUs: Date.now() * 1000, message }, owned.claim)
    throw error
  }
}

/** Milliseconds between two writes of the row on account of progress alone. */
const ROW_INTERVAL_MS = 2_000
/** Milliseconds between two looks at the claim while the training process says nothing. */
const CLAIM_INTERVAL_MS = 5_000
/** What a training process is given to notice that its run is another's by now. */
const LOST_MS = 5_000

class Supervisor implements RunHandle {
  readonly id: string
  readonly ended: Promise<RunEnd>
  readonly #library: Library
  readonly #process: TrainingProcess
  readonly #claim: string
  #timer: NodeJS.Timeout | undefined
  readonly #listeners = new Map<keyof RunEvents, Set<(data: never) => void>>()
  #row: RunRow
  #progress: Progress | null = null
  #finished: Finished | null = null
  #failed: Failed | null = null
  #stopping = false
  /** Another has the run: nothing of it is written any more. */
  #lost = false
  #rowWrittenAt = 0

  constructor(library: Library, { row, claim }: Owned, resume: boolean, fork: ForkTraining) {
    this.id = row.id
    this.#library = library
    this.#row = row
    this.#claim = claim
    // What waits here for its next use is to be had there: the port of Unity's editor, the memory of a game.
    releaseEnvironments()
    this.#process = fork()
    this.#keep(() => this.#put({ pid: this.#process.pid ?? null }))
    this.#timer = setInterval(() => this.#keep(() => this.#put({})), CLAIM_INTERVAL_MS).unref()
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
      admitted: runSubjects(savedConfig(row)),
      resume,
      claim,
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
    if (this.#lost) return
    try {
      write()
    } catch (error) {
      if (error instanceof RunTaken) {
        this.#lost = true
        this.#failed = failureOf(error)
        // It ends at the next thing that it would write; killed in the midst of writing it would leave half a file behind.
        sendMessage(this.#process.port, { type: 'stop' })
        clearInterval(this.#timer)
        this.#timer = setTimeout(() => this.kill(), LOST_MS)
      } else {
        this.#failed ??= failureOf(error)
        sendMessage(this.#process.port, { type: 'stop' })
      }
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
        this.#library.appendMetrics(this.id, message.rows, this.#claim)
        this.#emit('metrics', message.rows)
        break
      case 'resumed':
        this.#library.forgetMetrics(this.id, message.step, this.#claim)
        this.#put(counters(message))
        this.#emit('state', this.#row)
        break
      case 'notice':
        this.#put({ message: [this.#row.message, message.text].filter((text) => text !== null).join('; ') })
        this.#emit('notice', message.text)
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
    clearTimeout(this.#timer)
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
    // For whoever listens here; the row in the library is the new owner's.
    if (this.#lost) this.#row = { ...this.#row, ...ended, state: 'failed', message: this.#failed!.message }
    this.#emit('state', this.#row)
  }

  #put(change: Partial<RunRow>): void {
    this.#row = { ...this.#row, ...change }
    this.#rowWrittenAt = Date.now()
    this.#library.atomically(() => {
      this.#library.putRun(this.#row, this.#claim)
      if (this.#row.state !== 'running') lowerFence(runDirectory(this.#library.dir, this.id))
    })
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

function counters({
  step,
  score,
  masteredAtStep,
}: Progress | CheckpointNotice | Resumed | Finished): Partial<RunRow> {
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
