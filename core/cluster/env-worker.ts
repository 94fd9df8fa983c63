/**
 * Environments of a run on another machine: answers frames on standard input, as `understudy env stdio` does for Python, and ends
 * when nobody is at the other end. What it hosts is in the first frame, and so is whether it chooses the actions, too.
 */
import { Console } from 'node:console'
import { admit } from '../admission/index.ts'
import type { Environment } from '../envs/index.ts'
import { makeVaried, type Samplers, VariedEnvironment } from '../envs/varied-environment.ts'
import { loadPlugins } from '../plugins.ts'
import '../remote/index.ts'
import { Command, emptyFrame, type Frame, FrameReader, Kind, PROTOCOL } from '../remote/stdio/frames.ts'
import { requestLayout, sizesOf } from '../remote/stdio/layout.ts'
import { fileChannel, refusal } from '../remote/stdio/serve.ts'
import { type Hello, StdioSession } from '../remote/stdio/session.ts'
import { Pacer } from '../rollout/pace.ts'
import type { ActorHost } from './actor-host.ts'
import { listFrame, readList, WorkerKind, type WorkerOrder } from './worker-frames.ts'

const [STDIN, STDOUT] = [0, 1]
/** Of a request: the states of all environments are the largest. */
const MOST_BYTES = 256 * 2 ** 20

const sleeper = new Int32Array(new SharedArrayBuffer(4))

const jsonOf = (body: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(body))

class Host {
  readonly #environments: readonly Environment[]
  readonly #session: StdioSession
  /** Null where nobody waits. */
  readonly #pacers: readonly Pacer[] | null

  constructor({ recipe, environments, pace }: WorkerOrder) {
    this.#environments = Array.from({ length: environments }, () => makeVaried(recipe))
    this.#session = new StdioSession(this.#environments, 'understudy')
    this.#pacers = pace === null ? null : this.#environments.map(() => new Pacer(pace))
  }

  welcome(): Uint8Array {
    const hello: Hello = { protocol: PROTOCOL, client: 'a run' }
    return this.#session.answer({ kind: Kind.hello, body: new TextEncoder().encode(JSON.stringify(hello)) })
  }

  answer(frame: Frame): Uint8Array {
    switch (frame.kind) {
      case WorkerKind.save:
        return listFrame(
          WorkerKind.snapshots,
          this.#environments.map((environment) => environment.snapshot()),
        )
      case WorkerKind.restore:
        readList(frame.body).forEach((snapshot, e) => {
          if (snapshot.length > 0) this.#environments[e]!.restore(snapshot)
        })
        return emptyFrame(WorkerKind.done, 0)
      case WorkerKind.vary:
        for (const environment of this.#environments) {
          if (environment instanceof VariedEnvironment) environment.vary(jsonOf(frame.body) as Samplers)
        }
        return emptyFrame(WorkerKind.done, 0)
      default:
        return this.#paced(frame)
    }
  }

  /** Environments keep their player waiting side by side. */
  #paced(frame: Frame): Uint8Array {
    const began = performance.now()
    const answer = this.#session.answer(frame)
    if (this.#pacers === null || frame.kind !== Kind.advance) return answer
    const count = this.#environments.length
    const { commands, seeds } = requestLayout(
      sizesOf(this.#environments[0]!.spec),
      count,
      frame.body.slice().buffer,
    )
    let longest = 0
    for (const [e, pacer] of this.#pacers.entries()) {
      if (commands[e] === Command.nothing) continue
      if (commands[e] === Command.reset) pacer.begin(seeds[e]!)
      longest = Math.max(longest, pacer.milliseconds(this.#environments[e]!))
    }
    Atomics.wait(sleeper, 0, 0, Math.max(0, began + longest - performance.now()))
    return answer
  }
}

/** Only then is there anything to learn with here. */
async function makeActor(order: WorkerOrder): Promise<ActorHost> {
  const { ActorHost } = await import('./actor-host.ts')
  return await ActorHost.create(order)
}

// What a plugin prints belongs beside the frames, not among them.
globalThis.console = new Console(process.stderr, process.stderr)
const channel = fileChannel(STDIN, STDOUT)
const frames = new FrameReader(channel.read, MOST_BYTES)
try {
  const first = frames.next()
  if (first !== null) {
    const order = jsonOf(first.body) as WorkerOrder
    for (const subject of order.admitted) admit(subject)
    await loadPlugins(order.plugins)
    const host = order.actor === undefined ? new Host(order) : await makeActor(order)
    channel.write(host.welcome())
    for (let frame = frames.next(); frame !== null; frame = frames.next()) {
      const answer = await host.answer(frame)
      if (answer !== null && !channel.write(answer)) break
    }
  }
} catch (error) {
  channel.write(refusal(error))
  process.exitCode = 1
}
