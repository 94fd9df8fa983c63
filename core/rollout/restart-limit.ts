/** How often a worker may be restarted: ML-Agents' rule, per worker. */

export interface RestartSettings {
  /** In the life of the run; -1: without limit. */
  readonly maxLifetimeRestarts: number
  /** Within the period; -1: without limit. */
  readonly rateLimit: number
  readonly ratePeriodSeconds: number
}

/** ML-Agents' defaults. */
export const DEFAULT_RESTARTS: RestartSettings = {
  maxLifetimeRestarts: 10,
  rateLimit: 1,
  ratePeriodSeconds: 60,
}

export class RestartLimit {
  readonly #settings: RestartSettings
  readonly #restarts: number[]
  /** Per worker the times of its restarts within the period, in seconds. */
  readonly #recent: number[][]

  constructor(workers: number, settings: RestartSettings) {
    this.#settings = settings
    this.#restarts = new Array<number>(workers).fill(0)
    this.#recent = Array.from({ length: workers }, () => [])
  }

  /** Restarts so far, of all workers. */
  get total(): number {
    return this.#restarts.reduce((sum, count) => sum + count, 0)
  }

  /** Counts a restart of the worker at `seconds` (of any clock) if it may be restarted. @returns whether it may */
  admit(worker: number, seconds: number): boolean {
    const { maxLifetimeRestarts, rateLimit, ratePeriodSeconds } = this.#settings
    const recent = this.#recent[worker]!.filter((at) => seconds - at <= ratePeriodSeconds)
    this.#recent[worker] = recent
    if (maxLifetimeRestarts !== -1 && this.#restarts[worker]! >= maxLifetimeRestarts) return false
    if (rateLimit !== -1 && recent.length >= rateLimit) return false
    recent.push(seconds)
    this.#restarts[worker]!++
    return true
  }
}
