/** A long computation gives way to timers, signals and the requests of others now and then. */
import { setImmediate as nextTurn } from 'node:timers/promises'

const TURN_MS = 20

export class Turns {
  #endsAt = performance.now() + TURN_MS

  /** Whether it is time to give way. */
  get over(): boolean {
    return performance.now() > this.#endsAt
  }

  /** @throws the signal's reason when it was aborted */
  async next(signal?: AbortSignal): Promise<void> {
    await nextTurn()
    this.#endsAt = performance.now() + TURN_MS
    signal?.throwIfAborted()
  }
}
