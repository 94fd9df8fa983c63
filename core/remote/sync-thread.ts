/**
 * Asks a peer that answers asynchronously (a process at the end of a pipe, a gRPC connection) from code that cannot await:
 * the peer lives in a worker thread of its own, and the caller sleeps on shared memory until the answer lies there.
 * bench/remote.ts measures what that costs beside the peer's own time.
 */
import { Worker } from 'node:worker_threads'
import { besides } from '../besides.ts'
import { UserError } from '../errors.ts'
import { readFailure } from '../failure.ts'
import { sleepUntilWoken } from '../interruption.ts'
import {
  allocateSharedCall,
  readShared,
  type SharedCall,
  Slot,
  STAGES,
  Status,
  writeShared,
} from './shared-call.ts'

/** What a peer module exports as `open`. It runs in the worker thread. */
export type OpenPeer<Options> = (options: Options) => Promise<Peer>

/** One side of a conversation in which the other asks and this one answers. */
export interface Peer {
  /**
   * Requests come one at a time.
   * @param request  a copy that the peer may keep
   * @throws UserError, DataError or a bug, which reach the caller as such
   */
  answer(request: Uint8Array): Promise<Uint8Array>
  /** What is known of why the peer hangs or has died, such as the last lines it wrote; added to the error. */
  lastWords?(): string
  close(): Promise<void>
}

export interface SyncThreadOptions {
  /** Who answers, as an error calls it: 'CartPole-v1 (python3)'. */
  readonly name: string
  /** URL of the module that exports `open`, as `besides` finds it. */
  readonly module: URL
  /** Goes to `open`; plain data. */
  readonly options: unknown
  /** Seconds that opening may take. */
  readonly openSeconds?: number
  /** Seconds that an answer may take, unless the call says otherwise. */
  readonly callSeconds?: number
}

/** What the worker thread is given. */
export interface SyncTask {
  readonly call: SharedCall
  readonly name: string
  readonly module: string
  readonly options: unknown
  readonly openSeconds: number
}

/** Seconds that the worker is given beyond the peer's time, before it counts as hanging itself. */
const GRACE_SECONDS = 2

export class SyncThread {
  readonly #name: string
  readonly #call: SharedCall
  readonly #worker: Worker
  readonly #openSeconds: number
  readonly #callSeconds: number
  #asking = false
  #opened = false
  #closed = false

  /** Starts the thread, which opens the peer; the first call waits until it is open. The process may end meanwhile. */
  constructor({ name, module, options, openSeconds = 60, callSeconds = 60 }: SyncThreadOptions) {
    this.#name = name
    this.#call = allocateSharedCall()
    this.#openSeconds = openSeconds
    this.#callSeconds = callSeconds
    const task: SyncTask = { call: this.#call, name, module: module.href, options, openSeconds }
    this.#worker = new Worker(besides(import.meta.url, 'sync-worker'), { workerData: task, execArgv: [] })
    this.#worker.unref()
  }

  /**
   * Blocks this thread until the answer is there.
   * @returns a copy
   * @throws UserError when the peer has died or does not answer in time, and whatever the peer throws
   */
  call(request: Uint8Array, seconds = this.#callSeconds): Uint8Array {
    const patience = this.#post(request, seconds)
    sleepUntilWoken(this.#call.control, Slot.status, Status.asked, patience)
    return this.#take()
  }

  /** As `call`, while this thread's event loop lives. */
  async callAsync(request: Uint8Array, seconds = this.#callSeconds): Promise<Uint8Array> {
    const patience = this.#post(request, seconds)
    this.#worker.ref()
    await Atomics.waitAsync(this.#call.control, Slot.status, Status.asked, patience).value
    this.#worker.unref()
    return this.#take()
  }

  /**
   * Lets the peer end, which happens by itself.
   * @param waitSeconds  how long to wait for it here
   */
  close(waitSeconds = 0): void {
    if (this.#closed) return
    this.#closed = true
    this.#worker.postMessage('close')
    if (waitSeconds > 0) sleepUntilWoken(this.#call.control, Slot.ended, 0, 1000 * waitSeconds)
    const forced = setTimeout(() => void this.#worker.terminate(), 1000 * GRACE_SECONDS)
    forced.unref()
    this.#worker.once('exit', () => clearTimeout(forced))
  }

  /** @returns milliseconds to wait at most */
  #post(request: Uint8Array, seconds: number): number {
    if (this.#closed) throw new Error(`${this.#name} is asked after it was closed`)
    if (this.#asking) throw new Error(`${this.#name} is asked before it has answered`)
    const { control } = this.#call
    writeShared(this.#call, request)
    this.#asking = true
    control[Slot.milliseconds] = 1000 * seconds
    Atomics.store(control, Slot.status, Status.asked)
    Atomics.add(control, Slot.wake, 1)
    Atomics.notify(control, Slot.wake)
    return 1000 * (seconds + (this.#opened ? 0 : this.#openSeconds) + GRACE_SECONDS)
  }

  #take(): Uint8Array {
    this.#asking = false
    const status = Atomics.load(this.#call.control, Slot.status)
    if (status === Status.asked) {
      this.close()
      const stage = STAGES[Atomics.load(this.#call.control, Slot.stage)]
      throw new UserError(
        `${this.#name} does not answer, and neither does the thread that talks to it, which ${stage}`,
      )
    }
    const bytes = readShared(this.#call)
    if (status === Status.failed) throw readFailure(bytes)
    this.#opened = true
    return bytes
  }
}
