/** Processes that nobody uses any more wait a while for the next who wants the same: starting one takes seconds. */

/** How long one waits. */
const SPARE_MS = 20_000

export class Spares<Thing> {
  readonly #close: (thing: Thing) => void
  readonly #waiting = new Map<string, { readonly thing: Thing; readonly timer: NodeJS.Timeout }>()

  /** @param close  ends one that has waited in vain */
  constructor(close: (thing: Thing) => void) {
    this.#close = close
  }

  has(key: string): boolean {
    return this.#waiting.has(key)
  }

  /** One of each kind waits; a second is closed. */
  keep(key: string, thing: Thing): void {
    if (this.#waiting.has(key)) {
      this.#close(thing)
      return
    }
    const timer = setTimeout(() => {
      this.#waiting.delete(key)
      this.#close(thing)
    }, SPARE_MS)
    this.#waiting.set(key, { thing, timer: timer.unref() })
  }

  take(key: string): Thing | undefined {
    const spare = this.#waiting.get(key)
    if (spare === undefined) return undefined
    this.#waiting.delete(key)
    clearTimeout(spare.timer)
    return spare.thing
  }

  /** Closes all that wait. */
  clear(): void {
    for (const { thing, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      this.#close(thing)
    }
    this.#waiting.clear()
  }
}
