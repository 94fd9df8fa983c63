/**
 * A Python process and the environments in it, all of one kind. What a step costs beside its own time is the way there and
 * back, so all steps that were announced go together.
 */
import type { SyncThread } from '../sync-thread.ts'
import {
  type Announced,
  askAnother,
  askReplay,
  askReset,
  askSteps,
  askView,
  bodyOf,
  type Description,
  OUTCOME_BYTES,
  Refusal,
  readSteps,
} from './protocol.ts'

/** How long playing an episode again may take, and what each step may add. */
const REPLAY_SECONDS = 60
const REPLAY_SECONDS_PER_STEP = 0.1

/**
 * One environment of a process, for whoever has taken it. Every question throws UserError when the process has died, and
 * Refusal, after which the environment is to be reset, when what the environment did cannot be taken.
 */
export interface Seat {
  /** @returns the observation */
  reset(seed: number): Uint8Array
  /** The next `step` will be this one. */
  announce(action: Uint8Array): void
  /** @returns an outcome and the observation */
  step(action: Uint8Array): Uint8Array
  /** @returns the outcome of the last step, with the sum of the rewards */
  replay(seed: number, actions: readonly Uint8Array[]): Uint8Array
  /** @returns the picture */
  view(): Uint8Array
  leave(): void
}

export class Host {
  readonly description: Description
  readonly #thread: SyncThread
  readonly #outcomeBytes: number
  /** Places that nobody has taken; the process begins with one. */
  readonly #empty = [0]
  #places = 1
  /** By place. */
  readonly #announced = new Map<number, Announced>()
  readonly #outcomes = new Map<number, Uint8Array | Refusal>()
  /** Why nothing can be asked any more. */
  #failure: unknown = null

  constructor(thread: SyncThread, description: Description) {
    this.#thread = thread
    this.description = description
    const floats = description.observations.map(({ shape }) => shape.reduce((all, size) => all * size, 1))
    this.#outcomeBytes = OUTCOME_BYTES + 4 * floats.reduce((sum, size) => sum + size, 0)
  }

  get alive(): boolean {
    return this.#failure === null
  }

  /** @param onEmpty  called when the last one has left */
  sit(onEmpty: () => void): Seat {
    const place = this.#empty.pop() ?? this.#another()
    return {
      reset: (seed) => {
        this.#forget(place)
        return this.#ask(askReset(place, seed))
      },
      announce: (action) => void this.#announced.set(place, { place, action }),
      step: (action) => {
        if (!this.#outcomes.has(place)) {
          this.#announced.set(place, { place, action })
          this.#stepAll()
        }
        const outcome = this.#outcomes.get(place)!
        this.#outcomes.delete(place)
        if (outcome instanceof Refusal) throw outcome
        return outcome
      },
      replay: (seed, actions) => {
        this.#forget(place)
        const seconds = REPLAY_SECONDS + actions.length * REPLAY_SECONDS_PER_STEP
        return this.#ask(askReplay(place, seed, actions), seconds)
      },
      view: () => this.#ask(askView(place)),
      leave: () => {
        this.#forget(place)
        this.#empty.push(place)
        if (this.#empty.length === this.#places) onEmpty()
      },
    }
  }

  close(): void {
    this.#thread.close()
  }

  #another(): number {
    this.#ask(askAnother())
    return this.#places++
  }

  /** An episode that is begun anew knows nothing of the step that was to come. */
  #forget(place: number): void {
    this.#announced.delete(place)
    this.#outcomes.delete(place)
  }

  #stepAll(): void {
    const steps = [...this.#announced.values()]
    this.#announced.clear()
    const outcomes = readSteps(this.#ask(askSteps(steps)), this.#outcomeBytes)
    for (const [i, { place }] of steps.entries()) this.#outcomes.set(place, outcomes[i]!)
  }

  #ask(request: Uint8Array, seconds?: number): Uint8Array {
    if (this.#failure !== null) throw this.#failure
    let answer: Uint8Array
    try {
      answer = this.#thread.call(request, seconds)
    } catch (error) {
      this.#failure = error
      this.close()
      throw error
    }
    return bodyOf(answer)
  }
}
