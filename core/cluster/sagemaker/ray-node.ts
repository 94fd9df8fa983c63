/** Ray on this host: a process of ours for as long as the job lasts, as `ray start --block` is; what it started ends with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { UserError } from '../../errors.ts'
import { printable } from '../../printable.ts'

const PORT = 6379
const DASHBOARD_PORT = 8265
/** Packages and what the log of a run holds do not lie there; Ray would take a third of the memory for it. */
const OBJECT_STORE_BYTES = 200 * 2 ** 20
const TAIL_CHARACTERS = 2_000
/** That Ray is given to end what it has started. */
const END_MS = 20_000

export class RayNode {
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #tail = ''
  #hasEnded = false
  #isMissing = false

  private constructor(args: readonly string[]) {
    this.#child = spawn('ray', ['start', ...args, `--object-store-memory=${OBJECT_STORE_BYTES}`, '--block'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Told to end, it would wait for others to take over what runs here.
      env: { ...process.env, RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S: '0' },
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.#tail = (this.#tail + String(chunk)).slice(-TAIL_CHARACTERS)
      })
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const end = (): void => {
      this.#hasEnded = true
      resolve()
    }
    this.#ended = promise
    this.#child.once('close', end)
    this.#child.once('error', (error: NodeJS.ErrnoException) => {
      this.#isMissing = error.code === 'ENOENT'
      this.#tail = this.#isMissing ? 'there is no command "ray" in this image' : error.message
      end()
    })
  }

  /** @param address  of this host */
  static head(address: string): RayNode {
    const dashboard = [`--dashboard-host=${address}`, `--dashboard-port=${DASHBOARD_PORT}`]
    const head = ['--head', `--port=${PORT}`, `--node-ip-address=${address}`, ...dashboard]
    return new RayNode([...head, '--disable-usage-stats'])
  }

  /** @param head  its address @param address  of this host */
  static worker(head: string, address: string): RayNode {
    return new RayNode([`--address=${head}:${PORT}`, `--node-ip-address=${address}`])
  }

  /** There is no Ray in this image. */
  get isMissing(): boolean {
    return this.#isMissing
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Resolves when it has ended, whichever way. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** Why it has ended, as far as it said so. */
  problem(): UserError {
    const lines = this.#tail
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '')
    return new UserError(
      `Ray could not be started: ${printable(lines.at(-1) ?? 'it ended without a word')}`,
      {
        remedy: 'use the image with Ray, or one instance',
      },
    )
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return
    this.#child.kill('SIGTERM')
    const forced = setTimeout(() => this.#child.kill('SIGKILL'), END_MS)
    await this.#ended
    clearTimeout(forced)
  }
}

export function dashboardOf(address: string): string {
  return `http://${address}:${DASHBOARD_PORT}`
}
