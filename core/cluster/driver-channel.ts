/**
 * The way from a run to its workers, which leads through the driver of the job (python/src/understudy_ray/driver.py): frames of
 * u32 length, u32 worker, u8 kind and a body, requests on one pipe and answers on another.
 */
import { createWriteStream, type WriteStream } from 'node:fs'
import type { Readable } from 'node:stream'

const Kind = {
  /** The worker is to be started, or started anew, and gets the body as its first request. */
  open: 1,
  /** The body is a request to the worker, or its answer. */
  call: 2,
  /** The worker has ended; the body says why. */
  lost: 3,
  /** The body is kept for several workers; nobody answers. */
  share: 4,
  /** As `call`, behind what was shared last. */
  callShared: 5,
} as const

const HEAD_BYTES = 9

/** A worker that has ended, with what it hosted. `message` is a sentence about it. */
export class WorkerLost extends Error {}

interface Waiting {
  readonly resolve: (answer: Uint8Array) => void
  readonly reject: (error: WorkerLost) => void
}

export class DriverChannel {
  readonly #input: Readable
  readonly #output: WriteStream
  /** Of each worker, in the order of their requests. */
  readonly #waiting = new Map<number, Waiting[]>()
  /** What has come of frames that are not whole. */
  #pieces: Buffer[] = []
  #size = 0
  /** Bytes of the first of them, as far as that is known. */
  #needed = HEAD_BYTES

  /** @param fd  where requests are written */
  constructor(input: Readable, fd: number) {
    this.#input = input
    this.#output = createWriteStream('', { fd })
    // A driver that is gone is told by the end of the input.
    this.#output.on('error', () => {})
    input.on('data', (chunk: Buffer) => this.#take(chunk))
    input.on('end', () => this.#loseAll('the driver of the job has ended'))
  }

  /** @throws WorkerLost */
  open(worker: number, request: Uint8Array): Promise<Uint8Array> {
    return this.#ask(worker, Kind.open, request)
  }

  /** Answered in the order of the requests. @throws WorkerLost */
  call(worker: number, request: Uint8Array, isShared = false): Promise<Uint8Array> {
    return this.#ask(worker, isShared ? Kind.callShared : Kind.call, request)
  }

  share(frame: Uint8Array): void {
    this.#write(0, Kind.share, frame)
  }

  /** The driver ends with the other end of these pipes, and this process with these. */
  close(): void {
    this.#output.end()
    this.#input.destroy()
  }

  #ask(worker: number, kind: number, body: Uint8Array): Promise<Uint8Array> {
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      const waiting = this.#waiting.get(worker) ?? []
      waiting.push({ resolve, reject })
      this.#waiting.set(worker, waiting)
    })
    this.#write(worker, kind, body)
    return answer
  }

  #write(worker: number, kind: number, body: Uint8Array): void {
    const frame = Buffer.alloc(HEAD_BYTES + body.length)
    frame.writeUInt32LE(body.length, 0)
    frame.writeUInt32LE(worker, 4)
    frame[8] = kind
    frame.set(body, HEAD_BYTES)
    this.#output.write(frame)
  }

  /** An answer may come in very many pieces, which are put together once. */
  #take(chunk: Buffer): void {
    this.#pieces.push(chunk)
    this.#size += chunk.length
    if (this.#size < this.#needed) return
    let rest = Buffer.concat(this.#pieces)
    for (;;) {
      this.#needed = HEAD_BYTES + (rest.length < HEAD_BYTES ? 0 : rest.readUInt32LE(0))
      if (rest.length < this.#needed) break
      this.#answered(rest.readUInt32LE(4), rest[8]!, rest.subarray(HEAD_BYTES, this.#needed))
      rest = rest.subarray(this.#needed)
    }
    this.#pieces = [rest]
    this.#size = rest.length
  }

  #answered(worker: number, kind: number, body: Buffer): void {
    const waiting = this.#waiting.get(worker)?.shift()
    if (kind === Kind.lost) waiting?.reject(new WorkerLost(body.toString('utf8')))
    else waiting?.resolve(new Uint8Array(body))
  }

  #loseAll(reason: string): void {
    for (const { reject } of [...this.#waiting.values()].flat()) reject(new WorkerLost(reason))
    this.#waiting.clear()
  }
}
