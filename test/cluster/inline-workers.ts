/** Workers that choose actions themselves, without processes: what they do is asked of their code directly. */
import { ActorHost } from '../../core/cluster/actor-host.ts'
import type { Workers } from '../../core/cluster/crew.ts'
import { WorkerLost } from '../../core/cluster/driver-channel.ts'
import type { WorkerOrder } from '../../core/cluster/worker-frames.ts'
import { HEAD_BYTES } from '../../core/remote/stdio/frames.ts'

export class InlineWorkers implements Workers {
  /** What was shared, in order. */
  readonly shared: Uint8Array[] = []
  readonly #hosts = new Map<number, Promise<ActorHost>>()
  /** Of each worker, what it is at. */
  readonly #turns = new Map<number, Promise<unknown>>()

  async open(worker: number, request: Uint8Array): Promise<Uint8Array> {
    const order = JSON.parse(new TextDecoder().decode(request.subarray(HEAD_BYTES))) as WorkerOrder
    const host = ActorHost.create(order)
    this.#hosts.set(worker, host)
    return (await host).welcome()
  }

  call(worker: number, request: Uint8Array, isShared = false): Promise<Uint8Array> {
    const host = this.#hosts.get(worker)
    const frames = [...(isShared ? [this.shared.at(-1)!] : []), request]
    const answer = (async () => {
      await this.#turns.get(worker)
      if (host === undefined || host !== this.#hosts.get(worker)) throw new WorkerLost('it has ended')
      let last: Uint8Array | null = null
      for (const frame of frames) {
        last = await (await host).answer({ kind: frame[4]!, body: frame.subarray(HEAD_BYTES) })
      }
      return last!.slice()
    })()
    this.#turns.set(
      worker,
      answer.catch(() => {}),
    )
    return answer
  }

  share(frame: Uint8Array): void {
    this.shared.push(frame)
  }

  /** The worker is gone, whatever it is at. */
  lose(worker: number): void {
    this.#hosts.delete(worker)
  }

  close(): void {}
}
