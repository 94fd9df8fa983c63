/** A fixed number of worker threads that are started anew when they end, as often as their settings allow. */
import { Worker } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { RestartLimit, type RestartSettings } from './restart-limit.ts'
import type { WorkerReply, WorkerRequest, WorkerTask } from './worker.ts'

/** Beside this module, in the sources and in the build alike. */
const WORKER_MODULE = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
)

export interface WorkerEvents {
  /** The worker can be given commands and requests. */
  readonly ready: (worker: number) => void
  /** The worker has ended, with everything in it; it is being started anew unless `failure` says why not. */
  readonly ended: (worker: number, reason: string) => void
}

interface Seat {
  thread: Worker | null
  /** Since when a thread has been starting, milliseconds; null once it is ready. */
  startingSince: number | null
  /** Why it is about to end. */
  reason: string | null
  reply: ((reply: WorkerReply | null) => void) | null
}

export class WorkerThreads {
  readonly #taskOf: (worker: number) => WorkerTask
  readonly #events: WorkerEvents
  readonly #limit: RestartLimit
  readonly #seats: readonly Seat[]
  #failure: UserError | null = null
  #closing = false

  /** @param taskOf  what a worker is to do, asked whenever it is started */
  constructor(
    workers: number,
    taskOf: (worker: number) => WorkerTask,
    restarts: RestartSettings,
    events: WorkerEvents,
  ) {
    this.#taskOf = taskOf
    this.#events = events
    this.#limit = new RestartLimit(workers, restarts)
    this.#seats = Array.from({ length: workers }, () => ({
      thread: null,
      startingSince: null,
      reason: null,
      reply: null,
    }))
    for (let w = 0; w < workers; w++) this.#start(w)
  }

  /** Why a worker that ended was not started anew; null while all are. */
  get failure(): UserError | null {
    return this.#failure
  }

  /** How often a worker was started anew. */
  get restarts(): number {
    return this.#limit.total
  }

  /** Milliseconds (of performance.now) since when a worker has been starting; null when it is not. */
  startingSince(worker: number): number | null {
    return this.#seats[worker]!.startingSince
  }

  /** Ends a worker at once; it is started anew. @returns false when it is ending anyway */
  end(worker: number, reason: string): boolean {
    const seat = this.#seats[worker]!
    if (seat.thread === null || seat.reason !== null) return false
    seat.reason = reason
    void seat.thread.terminate()
    return true
  }

  /** The worker must be woken to read it. @returns null when the worker is not there, the promise of null when it ends */
  ask(worker: number, request: WorkerRequest): Promise<WorkerReply | null> | null {
    const seat = this.#seats[worker]!
    if (seat.thread === null || seat.startingSince !== null) return null
    seat.thread.postMessage(request)
    return new Promise((resolve) => {
      seat.reply = resolve
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    await Promise.all(this.#seats.map(({ thread }) => thread?.terminate()))
  }

  #start(w: number): void {
    const seat = this.#seats[w]!
    const thread = new Worker(WORKER_MODULE, { workerData: this.#taskOf(w), execArgv: [] })
    seat.thread = thread
    seat.startingSince = performance.now()
    seat.reason = null
    thread.on('message', (reply: WorkerReply) => {
      if (reply.kind === 'ready') {
        seat.startingSince = null
        this.#events.ready(w)
      } else {
        seat.reply?.(reply)
        seat.reply = null
      }
    })
    thread.on('error', (error: Error) => {
      seat.reason ??= error.message
    })
    thread.on('exit', (code) => this.#ended(w, `it ended with exit code ${code}`))
  }

  #ended(w: number, how: string): void {
    const seat = this.#seats[w]!
    const reason = seat.reason ?? how
    seat.thread = null
    seat.startingSince = null
    seat.reply?.(null)
    seat.reply = null
    if (this.#closing) return
    if (this.#limit.admit(w, performance.now() / 1000)) this.#start(w)
    else {
      this.#failure ??= new UserError(
        `environment worker ${w} ended and may not be restarted again: ${reason}`,
        {
          remedy:
            'fix the environment and resume the run; env_settings.max_lifetime_restarts and restarts_rate_limit_n allow more',
        },
      )
    }
    this.#events.ended(w, reason)
  }
}
