/**
 * A worker thread that hosts environments `first` to `first + count - 1`. It sleeps until its number in `wakes` is raised,
 * does what the commands of its environments say, and marks each as done; with a pace, when the time has passed that the
 * real game would have taken. Its environments wait for that side by side.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { admitEnvironment, type Environment, successByte } from '../envs/index.ts'
import {
  type EnvironmentRecipe,
  makeVaried,
  type Samplers,
  VariedEnvironment,
} from '../envs/varied-environment.ts'
import { admitPlugins, loadPlugins } from '../plugins.ts'
import '../remote/index.ts'
import { Pacer } from './pace.ts'
import { rowOf } from './rows.ts'
import { Command, type WorkerMemory } from './worker-memory.ts'

export interface WorkerTask {
  readonly recipe: EnvironmentRecipe
  /** Files that make further environments known. */
  readonly plugins: readonly string[]
  readonly worker: number
  /** E, of all workers */
  readonly environments: number
  readonly first: number
  readonly count: number
  readonly pace: number | null
  readonly memory: WorkerMemory
}

export type WorkerRequest =
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'restore'; readonly snapshots: readonly (Uint8Array | null)[] }
  | { readonly kind: 'vary'; readonly samplers: Samplers }
  | { readonly kind: 'close' }

/** 'ready' comes once, of itself; the others answer requests. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'snapshots'; readonly snapshots: readonly Uint8Array[] }
  | { readonly kind: 'done' }

class Seat {
  readonly #memory: WorkerMemory
  readonly #e: number
  readonly #environment: Environment
  readonly #pacer: Pacer | null
  readonly #current: Float32Array
  readonly #next: Float32Array
  readonly #mask: Uint8Array | null
  readonly #action: { readonly continuous: Float32Array; readonly discrete: Int32Array }
  #began = 0
  /** When the work in hand is to be reported; infinite when there is none. */
  dueAt = Number.POSITIVE_INFINITY

  constructor(task: WorkerTask, e: number) {
    const { memory, environments: E } = task
    this.#memory = memory
    this.#e = e
    this.#environment = makeVaried(task.recipe)
    this.#pacer = task.pace === null ? null : new Pacer(task.pace)
    this.#current = rowOf(memory.observations, E, e)
    this.#next = rowOf(memory.nextObservations, E, e)
    this.#mask = memory.masks.length === 0 ? null : rowOf(memory.masks, E, e)
    this.#action = { continuous: rowOf(memory.continuous, E, e), discrete: rowOf(memory.discrete, E, e) }
  }

  /** Tells a step beforehand, so that environments of another process make theirs together. */
  announce(): void {
    if (this.dueAt !== Number.POSITIVE_INFINITY) return
    const command = Atomics.load(this.#memory.commands, this.#e)
    if (command === Command.step) this.#environment.announce?.(this.#action)
  }

  /** Begins what the command says, if that has not begun yet. */
  attend(): void {
    if (this.dueAt !== Number.POSITIVE_INFINITY) return
    const command = Atomics.load(this.#memory.commands, this.#e)
    if (command !== Command.step && command !== Command.reset) return
    this.#began = performance.now()
    if (command === Command.step) this.#step()
    else this.#reset()
    this.dueAt = this.#began + (this.#pacer?.milliseconds(this.#environment) ?? 0)
  }

  /** Reports what is due. @returns whether something was */
  report(now: number): boolean {
    if (now < this.dueAt) return false
    this.dueAt = Number.POSITIVE_INFINITY
    this.#memory.busy[this.#e]! += now - this.#began
    Atomics.store(this.#memory.commands, this.#e, Command.done)
    return true
  }

  snapshot(): Uint8Array {
    return this.#environment.snapshot()
  }

  restore(snapshot: Uint8Array): void {
    this.#environment.restore(snapshot)
  }

  close(): void {
    this.#environment.close?.()
  }

  vary(samplers: Samplers): void {
    if (this.#environment instanceof VariedEnvironment) this.#environment.vary(samplers)
  }

  #step(): void {
    const { rewards, terminated, truncated, succeeded } = this.#memory
    const result = this.#environment.step(this.#action, this.#next)
    rewards[this.#e] = result.reward
    terminated[this.#e] = Number(result.terminated)
    truncated[this.#e] = Number(result.truncated)
    succeeded[this.#e] = successByte(this.#environment.succeeded)
    if (result.terminated || result.truncated) return
    this.#current.set(this.#next)
    if (this.#mask !== null) this.#environment.writeActionMask!(this.#mask)
  }

  #reset(): void {
    const seed = this.#memory.seeds[this.#e]!
    this.#pacer?.begin(seed)
    this.#environment.reset(seed, this.#current)
    if (this.#mask !== null) this.#environment.writeActionMask!(this.#mask)
  }
}

function answer(request: WorkerRequest, seats: readonly Seat[]): WorkerReply {
  if (request.kind === 'snapshot') {
    return { kind: 'snapshots', snapshots: seats.map((seat) => seat.snapshot()) }
  }
  for (const [i, seat] of seats.entries()) {
    if (request.kind === 'close') {
      seat.close()
      continue
    }
    if (request.kind === 'vary') {
      seat.vary(request.samplers)
      continue
    }
    const snapshot = request.snapshots[i]!
    if (snapshot !== null) seat.restore(snapshot)
  }
  return { kind: 'done' }
}

async function serve(task: WorkerTask): Promise<never> {
  const { memory, worker, first, count } = task
  const port = parentPort!
  // Whoever made the pool has made one of these already, so it may be made here.
  admitPlugins(task.plugins)
  admitEnvironment(task.recipe.id, task.recipe.parameters)
  await loadPlugins(task.plugins)
  const seats = Array.from({ length: count }, (_, i) => new Seat(task, first + i))
  port.postMessage({ kind: 'ready' } satisfies WorkerReply)
  for (;;) {
    const seen = Atomics.load(memory.wakes, worker)
    if (Atomics.exchange(memory.mail, worker, 0) === 1) {
      const { message } = receiveMessageOnPort(port)!
      port.postMessage(answer(message as WorkerRequest, seats))
    }
    for (const seat of seats) seat.announce()
    for (const seat of seats) seat.attend()
    const now = performance.now()
    let reported = false
    let earliest = Number.POSITIVE_INFINITY
    for (const seat of seats) {
      if (seat.report(now)) reported = true
      else if (seat.dueAt < earliest) earliest = seat.dueAt
    }
    if (reported) {
      Atomics.add(memory.done, 0, 1)
      Atomics.notify(memory.done, 0)
    }
    // The thread's own events, which nobody waits for, rest while it sleeps here.
    Atomics.wait(memory.wakes, worker, seen, Math.max(0, earliest - performance.now()))
  }
}

void serve(workerData as WorkerTask)
