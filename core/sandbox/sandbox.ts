/**
 * A process in which one module works on what strangers have made. It is given processor time and memory by the call, is
 * ended from outside when it takes more, and may neither write files nor start programs; a crash in it is the end of it and of
 * nothing else.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { besides } from '../besides.ts'
import { readFailure } from '../failure.ts'
import type { Reply, Request } from './messages.ts'

export type { SandboxedCalls, Tell } from './messages.ts'

export interface Limits {
  /** Of processor time. */
  readonly seconds: number
  /** Beyond what the process has before it is given anything. */
  readonly bytes: number
  /** By the clock, for what waits, from part to part; absent: many times the seconds above, since the machine may be busy. */
  readonly wallSeconds?: number
}

export interface CallOptions {
  readonly limits: Limits
  /** Ends the process. */
  readonly signal?: AbortSignal | undefined
  /** The process waits with the next part until this one is done with. What it throws ends the process. */
  readonly onPart?: (part: never) => void | Promise<void>
}

export interface SandboxOptions {
  /** URL of the module that exports `calls`. */
  readonly module: URL
  /** Absolute paths of plugins that it has to know. */
  readonly plugins?: readonly string[]
}

/** The process was ended, or ended itself. `message` ends a sentence that begins with what it read. */
export class SandboxEndError extends Error {
  /** Whether that was in the midst of a call, which is then to blame. */
  readonly inCall: boolean

  constructor(message: string, inCall: boolean) {
    super(message)
    this.name = 'SandboxEndError'
    this.inCall = inCall
  }
}

/** What a process is given by the clock. */
const WALL_FACTOR = 20
const WALL_SECONDS = 10
const READY_SECONDS = 60

const CHILD = fileURLToPath(besides(import.meta.url, 'child'))

/** Reading anything is allowed, since the program itself has to be read. */
const PERMISSIONS = [
  '--permission',
  '--allow-fs-read=*',
  '--allow-addons',
  '--allow-worker',
  // Both say that the two above can be misused by code, and no code comes in.
  '--disable-warning=PERM0001',
  '--disable-warning=PERM0006',
]

interface Running {
  readonly number: number
  readonly options: CallOptions
  /** Processor time of the process when the call began, in microseconds. */
  begun: number | undefined
  readonly wall: NodeJS.Timeout
  resolve(result: unknown): void
  reject(error: unknown): void
}

export class Sandbox {
  readonly #child: ChildProcess
  readonly #ready: Promise<number>
  /** Memory of the process before its first call, and now. */
  #restingBytes = 0
  #usedBytes = 0
  #calls = 0
  #running: Running | null = null
  #queue: Promise<unknown> = Promise.resolve()
  #end: Error | null = null

  constructor({ module, plugins = [] }: SandboxOptions) {
    this.#child = fork(CHILD, [module.href, ...plugins], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
      execArgv: PERMISSIONS,
      // An editor's or a test's loader has no business there; Electron's own program has to be told that it is Node.
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        ...('electron' in process.versions && { ELECTRON_RUN_AS_NODE: '1' }),
      },
    })
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.#ready = promise
    promise.catch(() => undefined)
    const late = setTimeout(() => this.#finish('was not ready in time'), 1000 * READY_SECONDS)
    this.#child.on('message', (reply: Reply) => {
      if (reply.kind === 'ready') {
        clearTimeout(late)
        this.#restingBytes = reply.rss
        this.#usedBytes = reply.rss
        resolve(reply.rss)
      } else if (this.#restingBytes === 0 && reply.kind === 'failed') {
        this.#finish('could not begin', readFailure(reply.failure))
      } else void this.#hear(reply)
    })
    this.#child.on('error', (error) => this.#finish(`cannot be started (${error.message})`))
    this.#child.on('exit', (code, signal) => this.#finish(`crashed (${signal ?? `exit code ${code}`})`))
    this.#child.on('exit', () => {
      clearTimeout(late)
      reject(this.#end)
    })
    const usage = this.#child.stdio[4] as NodeJS.ReadableStream
    createInterface({ input: usage }).on('line', (line) => this.#watch(line))
    this.#unref()
  }

  get alive(): boolean {
    return this.#end === null
  }

  /** How much more memory it holds than when it was new. */
  get heldBytes(): number {
    return this.#usedBytes - this.#restingBytes
  }

  /**
   * Calls wait for one another.
   * @throws SandboxEndError when the process is over its limits or crashes, and whatever the call throws
   */
  call<Result>(name: string, argument: unknown, options: CallOptions): Promise<Result> {
    const answer = this.#queue.then(() => this.#exchange(name, argument, options))
    this.#queue = answer.catch(() => undefined)
    return answer as Promise<Result>
  }

  close(): void {
    this.#finish('was closed')
  }

  async #exchange(name: string, argument: unknown, options: CallOptions): Promise<unknown> {
    options.signal?.throwIfAborted()
    this.#child.ref()
    this.#child.channel?.ref()
    const abort = (): void => this.#finish('was interrupted', options.signal!.reason)
    options.signal?.addEventListener('abort', abort, { once: true })
    let wall: NodeJS.Timeout | undefined
    try {
      await this.#ready
      if (this.#end !== null) throw this.#end
      const number = ++this.#calls
      const { limits } = options
      const seconds = limits.wallSeconds ?? WALL_SECONDS + WALL_FACTOR * limits.seconds
      wall = setTimeout(() => this.#finish(`took more than ${seconds} s`), 1000 * seconds)
      return await new Promise((resolve, reject) => {
        this.#running = { number, options, begun: undefined, wall: wall!, resolve, reject }
        this.#child.send({ kind: 'call', number, name, argument } satisfies Request)
      })
    } finally {
      clearTimeout(wall)
      options.signal?.removeEventListener('abort', abort)
      this.#running = null
      this.#unref()
    }
  }

  async #hear(reply: Exclude<Reply, { kind: 'ready' }>): Promise<void> {
    const running = this.#running
    if (running === null || this.#end !== null) return
    if (reply.kind === 'part') {
      try {
        await running.options.onPart?.(reply.part as never)
      } catch (error) {
        this.#finish('was interrupted', error)
      }
      if (this.#end !== null) return
      running.wall.refresh()
      this.#child.send({ kind: 'taken' } satisfies Request)
    } else if (reply.kind === 'done') running.resolve(reply.result)
    else running.reject(readFailure(reply.failure))
  }

  /** @param line  number of the call, processor time in microseconds, memory in bytes */
  #watch(line: string): void {
    const [number, microseconds, bytes] = line.split(' ').map(Number) as [number, number, number]
    this.#usedBytes = bytes
    const running = this.#running
    if (running === null || running.number !== number) return
    running.begun ??= microseconds
    const { limits } = running.options
    if (microseconds - running.begun > 1e6 * limits.seconds) {
      this.#finish(`takes more than ${limits.seconds.toFixed(1)} s of processor time`)
    } else if (bytes - this.#restingBytes > limits.bytes) {
      this.#finish(`takes more than ${Math.round(limits.bytes / 2 ** 20)} MB of memory`)
    }
  }

  /** The first reason counts. */
  #finish(how: string, reason?: unknown): void {
    if (this.#end === null) {
      this.#end = reason instanceof Error ? reason : new SandboxEndError(how, this.#running !== null)
      this.#running?.reject(this.#end)
    }
    this.#child.kill('SIGKILL')
  }

  /** One that waits keeps nobody from ending. */
  #unref(): void {
    this.#child.unref()
    this.#child.channel?.unref()
    const usage = this.#child.stdio[4] as { unref?(): void } | undefined
    usage?.unref?.()
  }
}
