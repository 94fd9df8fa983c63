import { releaseEnvironments } from '../envs/index.ts'
import { type Library, type RunRow, type RunState, RunTaken } from '../store/index.ts'
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
import { runSubjects } from './run-code.ts'
import { lowerFence } from './run-files.ts'
import { runDirectory, savedConfig } from './runs.ts'
import { type Exit, explainEnd, memoryKills } from './sudden-end.ts'

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
  /**
   * Lets a run that is trained on another machine go on there, for whoever opens the library next to put in order and go back to.
   * @returns false if it would end with this process
   */
  leave(): boolean
}

export interface Owned {
  readonly row: RunRow
  /** The token of the claim. */
  readonly claim: string
}

/** Trains the run that this process has claimed. */
export function supervise(
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
  #killed = false
  #left = false
  readonly #memoryKills = memoryKills()
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
    this.#killed = true
    sendMessage(this.#process.port, { type: 'shutdown' })
    this.#process.kill()
  }

  leave(): boolean {
    this.#left = this.#process.leave?.() ?? false
    return this.#left
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
        // Where it goes on without this process, whoever has it now may have come back to it.
        if (!this.leave()) sendMessage(this.#process.port, { type: 'stop' })
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

  #conclude(exit: Exit): void {
    clearTimeout(this.#timer)
    this.#stopping = false
    if (this.#left && this.#finished === null && this.#failed === null) return
    const ended = { pid: null, finishedAtUs: Date.now() * 1000 }
    if (this.#finished === null) {
      const kills = { before: this.#memoryKills, after: memoryKills() }
      this.#failed ??= explainEnd(exit, { asked: this.#killed, ...kills })
    }
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

function counters({
  step,
  score,
  masteredAtStep,
}: Progress | CheckpointNotice | Resumed | Finished): Partial<RunRow> {
  return { step, score, masteredAtStep }
}
