/**
 * The workers of a run on a cluster, each with some of its environments: how they begin, are lost, are started again and given up.
 * A run goes on with those that are left, as long as there are any.
 */
import { UserError } from '../errors.ts'
import { HEAD_BYTES, jsonFrame, Kind } from '../remote/stdio/frames.ts'
import type { Refusal } from '../remote/stdio/serve.ts'
import { RestartLimit, type RestartSettings } from '../rollout/restart-limit.ts'
import { WorkerLost } from './driver-channel.ts'
import { WorkerKind, type WorkerOrder } from './worker-frames.ts'

/** The way to the workers. Requests to one of them are answered in their order; all throw WorkerLost. */
export interface Workers {
  open(worker: number, request: Uint8Array): Promise<Uint8Array>
  /** @param isShared  whether what was shared last is to reach the worker before the request */
  call(worker: number, request: Uint8Array, isShared?: boolean): Promise<Uint8Array>
  /** What several workers will be given, which travels to each machine once. A frame that is not answered. */
  share(frame: Uint8Array): void
  close(): void
}

export interface CrewOptions {
  /** E, spread over the workers as evenly as can be. */
  readonly count: number
  readonly workers: number
  readonly restarts: RestartSettings
  /** What a worker is to host; asked whenever it is started. */
  readonly order: (environments: number) => WorkerOrder
  /** Told when a worker was lost, is back, or has been given up. */
  readonly onChange?: () => void
}

interface Seat {
  /** Hosts environments `first` to `first + count - 1`. */
  readonly first: number
  readonly count: number
  /** Whether its environments are at play. */
  alive: boolean
  /** While it is being started; null once it is there or given up. */
  starting: Promise<void> | null
}

export class Crew {
  /** Why nobody is left; null while there is somebody. */
  failure: UserError | null = null
  readonly #channel: Workers
  readonly #options: CrewOptions
  readonly #seats: readonly Seat[]
  readonly #limit: RestartLimit
  /** Workers that are there and whose environments are to be begun. */
  readonly #back = new Set<number>()
  readonly #lost: number[] = []
  readonly #reasons: string[] = []
  #closed = false

  constructor(channel: Workers, options: CrewOptions) {
    const { count: E, workers: W } = options
    this.#channel = channel
    this.#options = options
    this.#seats = Array.from({ length: W }, (_, w) => {
      const first = Math.floor((w * E) / W)
      return { first, count: Math.floor(((w + 1) * E) / W) - first, alive: false, starting: null }
    })
    this.#limit = new RestartLimit(W, options.restarts)
  }

  /** Starts all of them, once. @throws UserError when one cannot be started, or cannot make the environment */
  async open(): Promise<void> {
    const opened = await Promise.all(this.#seats.map((_, w) => this.#open(w)))
    if (opened.every(Boolean)) {
      for (const w of this.#seats.keys()) this.#back.add(w)
      return
    }
    this.close()
    throw new UserError(this.#reasons[0]!)
  }

  close(): void {
    this.#closed = true
    this.#channel.close()
  }

  seat(w: number): { readonly first: number; readonly count: number } {
    return this.#seats[w]!
  }

  /** Those whose environments are at play, ascending. */
  get living(): number[] {
    return this.#seats.flatMap(({ alive }, w) => (alive ? [w] : []))
  }

  get isComplete(): boolean {
    return this.#seats.every(({ alive }) => alive)
  }

  /** Environments of worker `w`, ascending. */
  environmentsOf(w: number): number[] {
    const { first, count } = this.#seats[w]!
    return Array.from({ length: count }, (_, i) => first + i)
  }

  /** Workers that have become there since this was asked last, ascending: from here on their environments are at play. */
  takeBack(): number[] {
    const back = [...this.#back].sort((a, b) => a - b)
    this.#back.clear()
    for (const w of back) this.#seats[w]!.alive = true
    return back
  }

  /** Until one of those that are being started is there or given up. */
  async someoneStarts(): Promise<void> {
    if (this.#back.size > 0) return
    await Promise.race(this.#seats.flatMap(({ starting }) => starting ?? []))
  }

  /** Puts in place of what is there the environments whose episodes were lost since it was asked last, and why. */
  tell(dropped: number[], troubles: string[]): void {
    dropped.splice(0, dropped.length, ...this.#lost.splice(0).sort((a, b) => a - b))
    troubles.splice(0, troubles.length, ...this.#reasons.splice(0))
  }

  /** @returns the body of the answer @throws WorkerLost, and UserError where the environment could not do it */
  async call(w: number, frame: Uint8Array, isShared = false): Promise<Uint8Array> {
    return bodyOf(await this.#channel.call(w, frame, isShared))
  }

  share(frame: Uint8Array): void {
    this.#channel.share(frame)
  }

  /** Of all that are at play. @throws what is no loss of a worker */
  async askAll(ask: (worker: number) => Promise<unknown>): Promise<void> {
    await Promise.all(
      this.living.map(async (w) => {
        try {
          await ask(w)
        } catch (error) {
          this.lose(w, error)
        }
      }),
    )
  }

  /** Starts it again, if it may be. @throws what was no fault of a worker's or an environment's */
  lose(w: number, error: unknown): void {
    if (!(error instanceof WorkerLost || error instanceof UserError)) throw error
    const seat = this.#seats[w]!
    if (!seat.alive || this.#closed) return
    seat.alive = false
    this.#lost.push(...this.environmentsOf(w))
    this.#reasons.push(`worker ${w} of the cluster: ${error.message}`)
    if (this.#limit.admit(w, performance.now() / 1000)) {
      seat.starting = this.#open(w).then((isThere) => {
        seat.starting = null
        if (isThere && !this.#closed) this.#back.add(w)
        this.#options.onChange?.()
      })
    } else this.#giveUp(error)
    this.#options.onChange?.()
  }

  /** Only when nobody is left: some workers fewer are no reason to end a run. */
  #giveUp(error: WorkerLost | UserError): void {
    if (this.#seats.some(({ alive, starting }) => alive || starting !== null) || this.#back.size > 0) return
    this.failure ??= new UserError(`no worker of the cluster is left: ${error.message}`, {
      remedy:
        'resume the run once the cluster is well; env_settings.max_lifetime_restarts and restarts_rate_limit_n let workers be replaced more often',
      cause: error,
    })
  }

  /** @returns whether it is there now */
  async #open(w: number): Promise<boolean> {
    const order = this.#options.order(this.#seats[w]!.count)
    try {
      bodyOf(await this.#channel.open(w, jsonFrame(WorkerKind.open, order)))
      return true
    } catch (error) {
      if (!(error instanceof WorkerLost || error instanceof UserError)) throw error
      this.#reasons.push(`worker ${w} of the cluster: ${error.message}`)
      this.#seats[w]!.starting = null
      this.#giveUp(error)
      return false
    }
  }
}

/** @throws UserError for a refusal */
function bodyOf(frame: Uint8Array): Uint8Array {
  const body = frame.subarray(HEAD_BYTES)
  if (frame[4] !== Kind.refusal) return body
  const { message, remedy } = JSON.parse(new TextDecoder().decode(body)) as Refusal
  throw new UserError(message, remedy === undefined ? {} : { remedy })
}
