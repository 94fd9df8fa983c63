/** Workers as processes of this machine, in place of those that Ray would start: the same program at the other end of the pipes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Workers } from '../../core/cluster/crew.ts'
import { WorkerLost } from '../../core/cluster/driver-channel.ts'
import { HEAD_BYTES } from '../../core/remote/stdio/frames.ts'

const MODULE = fileURLToPath(new URL('../../core/cluster/env-worker.ts', import.meta.url))

interface Waiting {
  readonly resolve: (answer: Uint8Array) => void
  readonly reject: (error: WorkerLost) => void
}

export class LocalWorkers implements Workers {
  readonly children = new Map<number, ChildProcess>()
  /** How often one was started. */
  starts = 0
  /** What was shared, in order. */
  readonly shared: Uint8Array[] = []
  readonly #waiting = new Map<ChildProcess, Waiting[]>()

  async open(worker: number, request: Uint8Array): Promise<Uint8Array> {
    this.children.get(worker)?.kill('SIGKILL')
    this.starts++
    const child = spawn(process.execPath, [MODULE], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.on('error', () => {})
    this.children.set(worker, child)
    const waiting: Waiting[] = []
    this.#waiting.set(child, waiting)
    let seen = Buffer.alloc(0)
    child.stdout.on('data', (bytes: Buffer) => {
      seen = Buffer.concat([seen, bytes])
      while (seen.length >= HEAD_BYTES && seen.length >= HEAD_BYTES + seen.readUInt32LE(0)) {
        const length = HEAD_BYTES + seen.readUInt32LE(0)
        waiting.shift()!.resolve(new Uint8Array(seen.subarray(0, length)))
        seen = seen.subarray(length)
      }
    })
    child.stdout.on('close', () => {
      for (const { reject } of waiting.splice(0)) reject(new WorkerLost('it has ended'))
    })
    return this.call(worker, request)
  }

  call(worker: number, request: Uint8Array, isShared = false): Promise<Uint8Array> {
    const child = this.children.get(worker)!
    return new Promise((resolve, reject) => {
      if (child.stdout!.closed) {
        reject(new WorkerLost('it has ended'))
        return
      }
      this.#waiting.get(child)!.push({ resolve, reject })
      if (isShared) child.stdin!.write(this.shared.at(-1)!)
      child.stdin!.write(request)
    })
  }

  share(frame: Uint8Array): void {
    this.shared.push(frame)
  }

  close(): void {
    for (const child of this.children.values()) child.stdin!.end()
  }
}
