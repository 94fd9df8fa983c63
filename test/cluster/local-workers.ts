/** Workers as processes of this machine, in place of those that Ray would start: the same program at the other end of the pipes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { WorkerLost } from '../../core/cluster/driver-channel.ts'
import type { Workers } from '../../core/cluster/remote-rollout.ts'
import { HEAD_BYTES } from '../../core/remote/stdio/frames.ts'

const MODULE = fileURLToPath(new URL('../../core/cluster/env-worker.ts', import.meta.url))

export class LocalWorkers implements Workers {
  readonly children = new Map<number, ChildProcess>()
  /** How often one was started. */
  starts = 0

  async open(worker: number, request: Uint8Array): Promise<Uint8Array> {
    this.children.get(worker)?.kill('SIGKILL')
    this.starts++
    const child = spawn(process.execPath, [MODULE], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.on('error', () => {})
    this.children.set(worker, child)
    return this.call(worker, request)
  }

  call(worker: number, request: Uint8Array): Promise<Uint8Array> {
    const { stdin, stdout } = this.children.get(worker)!
    return new Promise((resolve, reject) => {
      let seen = Buffer.alloc(0)
      const done = (): void => {
        stdout!.off('data', take)
        stdout!.off('close', lost)
      }
      const take = (chunk: Buffer): void => {
        seen = Buffer.concat([seen, chunk])
        if (seen.length < HEAD_BYTES || seen.length < HEAD_BYTES + seen.readUInt32LE(0)) return
        done()
        resolve(new Uint8Array(seen))
      }
      const lost = (): void => {
        done()
        reject(new WorkerLost('it has ended'))
      }
      stdout!.on('data', take)
      stdout!.on('close', lost)
      if (stdout!.closed) lost()
      else stdin!.write(request)
    })
  }

  close(): void {
    for (const child of this.children.values()) child.stdin!.end()
  }
}
