/** The host process as the main process sees it: started, watched, started again, and asked to close. */
import type { MessagePortMain, UtilityProcess } from 'electron'
import type { FromHost, ToHost } from './messages.ts'
import { TrainerProcesses } from './trainers.ts'

/** A host that died this often is not started again. */
const maxRestarts = 3
const restartMs = 500
/** The host gives its runs 20 seconds to write their last checkpoint. */
const closeMs = 25_000

export interface HostOptions {
  readonly dataDirectory: string
  /** Starts a module of the program as a utility process with `stdio: ['ignore', 'inherit', 'pipe']`. */
  readonly fork: (module: string, serviceName: string) => UtilityProcess
  readonly hostModule: string
  /** The library cannot be opened, or the host died too often. */
  readonly onFatal: (message: string, remedy: string | null) => void
  readonly log: (line: string) => void
}

export class HostProcess {
  /** Names of the runs that are training now. */
  activeRuns: readonly string[] = []
  readonly #options: HostOptions
  readonly #trainers: TrainerProcesses
  #process: UtilityProcess | undefined
  #restarts = 0
  #closing = false
  /** Ports of pages that asked before the host was ready. */
  #waiting: MessagePortMain[] = []
  #ready = false

  constructor(options: HostOptions) {
    this.#options = options
    this.#trainers = new TrainerProcesses(options.fork, (reply) => this.#send(reply))
    this.#start()
  }

  /** Gives a page's port to the host, now or as soon as there is one. */
  connect(port: MessagePortMain): void {
    if (this.#ready) this.#process?.postMessage({ kind: 'page' } satisfies ToHost, [port])
    else this.#waiting.push(port)
  }

  /** Resolves when host and training processes have ended: in order, or by force when that takes too long. */
  async close(): Promise<void> {
    this.#closing = true
    const host = this.#process
    if (host !== undefined) {
      const { promise, resolve } = Promise.withResolvers<void>()
      host.once('exit', () => resolve())
      const timer = setTimeout(() => host.kill(), closeMs)
      this.#send({ kind: 'close' })
      await promise
      clearTimeout(timer)
    }
    await this.#trainers.close()
  }

  #start(): void {
    const { fork, hostModule, dataDirectory, log } = this.#options
    const host = fork(hostModule, 'Understudy host')
    this.#process = host
    host.stderr?.on('data', (chunk) => log(String(chunk).trimEnd()))
    host.on('message', (message: FromHost) => this.#receive(message))
    host.once('exit', (code) => this.#exited(code))
    this.#send({ kind: 'open', dataDirectory })
  }

  #receive(message: FromHost): void {
    switch (message.kind) {
      case 'ready':
        this.#ready = true
        for (const port of this.#waiting.splice(0)) this.connect(port)
        break
      case 'refused':
        this.#closing = true
        this.#options.onFatal(message.message, message.remedy)
        break
      case 'active':
        this.activeRuns = message.runs
        break
      case 'bug':
        this.#options.log(message.stack)
        break
      default:
        this.#trainers.receive(message)
    }
  }

  #exited(code: number): void {
    this.#process = undefined
    this.#ready = false
    this.activeRuns = []
    // Training processes whose host is gone write a checkpoint; their runs can be resumed.
    this.#trainers.dismiss()
    if (this.#closing) return
    if (this.#restarts >= maxRestarts) {
      this.#options.onFatal(
        `the host process ended unexpectedly (exit code ${code}), for the ${this.#restarts + 1}th time`,
        'what was recorded is safe; start Understudy again',
      )
      return
    }
    this.#options.log(`the host process ended unexpectedly (exit code ${code}); starting it again`)
    setTimeout(
      () => {
        if (!this.#closing) this.#start()
      },
      restartMs * 2 ** this.#restarts++,
    )
  }

  #send(message: ToHost): void {
    this.#process?.postMessage(message)
  }
}
