/**
 * A child process that answers on its pipes: every message is a little-endian u32 length and as many bytes. What it writes to
 * standard error is kept for the day it dies.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { UserError } from '../errors.ts'
import { killGroup, spawnGroup } from './process-group.ts'
import type { OpenPeer, Peer } from './sync-thread.ts'

export interface ProcessOptions {
  /** As an error calls it. */
  readonly name: string
  readonly command: string
  readonly arguments: readonly string[]
  /** Said when the command is not there. */
  readonly missing: { readonly message: string; readonly remedy: string }
}

const KEPT_CHARACTERS = 4_000
const SHOWN_LINES = 8
/** How long a process may take to end once its input has ended. */
const END_MS = 2_000

export const open: OpenPeer<ProcessOptions> = async (options) => {
  const child = await spawnGroup(options.command, options.arguments, {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  }).catch((cause) => {
    const { message, remedy } = options.missing
    throw new UserError(message, { remedy, cause })
  })
  return new ProcessPeer(options.name, child)
}

class ProcessPeer implements Peer {
  readonly #name: string
  readonly #child: ChildProcess
  #errors = ''
  #received: Buffer[] = []
  #receivedBytes = 0
  #waiting: { resolve(answer: Uint8Array): void; reject(error: unknown): void } | null = null
  #death: UserError | null = null

  constructor(name: string, child: ChildProcess) {
    this.#name = name
    this.#child = child
    child.stdout!.on('data', (bytes: Buffer) => this.#receive(bytes))
    child.stderr!.on('data', (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString()).slice(-KEPT_CHARACTERS)
    })
    // It comes after the last bytes of both pipes; a broken pipe on the way in is the same news.
    child.on('close', (code, signal) => this.#died(signal ?? `exit code ${code}`))
    child.stdin!.on('error', () => {})
  }

  answer(request: Uint8Array): Promise<Uint8Array> {
    if (this.#death !== null) return Promise.reject(this.#death)
    const message = Buffer.allocUnsafe(4 + request.length)
    message.writeUInt32LE(request.length)
    message.set(request, 4)
    this.#child.stdin!.write(message)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  lastWords(): string {
    const lines = this.#errors.trimEnd().split('\n').slice(-SHOWN_LINES)
    return lines.join('') === '' ? '' : `; its last words:\n${lines.join('\n')}`
  }

  async close(): Promise<void> {
    if (this.#death !== null) return
    const closed = once(this.#child, 'close')
    this.#child.stdin!.end()
    const forced = setTimeout(() => killGroup(this.#child), END_MS)
    await closed
    clearTimeout(forced)
  }

  #receive(bytes: Buffer): void {
    this.#received.push(bytes)
    this.#receivedBytes += bytes.length
    if (this.#receivedBytes < 4) return
    if (this.#received[0]!.length < 4) this.#join()
    const length = this.#received[0]!.readUInt32LE()
    if (this.#receivedBytes < 4 + length) return
    this.#join()
    const [all] = this.#received as [Buffer]
    this.#received = []
    this.#receivedBytes = 0
    if (all.length > 4 + length) {
      killGroup(this.#child)
      this.#died('more output than was asked for')
    } else {
      this.#waiting?.resolve(all.subarray(4))
      this.#waiting = null
    }
  }

  #join(): void {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)]
  }

  #died(how: string): void {
    this.#death ??= new UserError(`${this.#name} ended with ${how}${this.lastWords()}`)
    this.#waiting?.reject(this.#death)
    this.#waiting = null
  }
}
