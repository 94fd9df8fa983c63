/** Where the time of a run goes. */
import type { TimeShares } from './messages.ts'

type Part = 'environment' | 'inference' | 'update' | 'waiting'
type Interval = 'progress' | 'summary'

/** A rate for people looks back this far: long enough to hold several rounds of an on-policy learner. */
const RECENT_MS = 10_000

const now = () => performance.now()

export class Stopwatch {
  /** Milliseconds per part since the start. */
  readonly #spent = { environment: 0, inference: 0, update: 0, waiting: 0 }
  readonly #begun = new Map<Interval, { at: number; step: number; spent: Record<Part, number> }>()
  readonly #due = new Map<string, number>()
  readonly #recent: { at: number; step: number }[] = []
  #last = now()
  #started = now()
  #before = 0
  #firstStep = 0

  /** Goes on from an earlier session. */
  resume(seconds: number, step: number): void {
    this.#before = seconds
    this.#firstStep = step
  }

  start(): void {
    this.#started = this.#last = now()
    this.begin('progress', this.#firstStep)
    this.begin('summary', this.#firstStep)
    this.recentRate(this.#firstStep)
  }

  /** Seconds of all sessions. */
  get seconds(): number {
    return this.#before + (now() - this.#started) / 1000
  }

  /** Books the time since the last lap. */
  lap(part: Part): void {
    const time = now()
    this.#spent[part] += time - this.#last
    this.#last = time
  }

  /** True once per `milliseconds`, first when that much has passed. */
  due(what: string, milliseconds: number): boolean {
    if (this.#last < (this.#due.get(what) ?? this.#started + milliseconds)) return false
    this.#due.set(what, this.#last + milliseconds)
    return true
  }

  begin(interval: Interval, step: number): void {
    this.#begun.set(interval, { at: now(), step, spent: { ...this.#spent } })
  }

  /** Steps per second since the interval began. */
  rate(interval: Interval, step: number): number {
    const { at, step: first } = this.#begun.get(interval)!
    const seconds = (now() - at) / 1000
    return seconds > 0 ? (step - first) / seconds : 0
  }

  /** Steps per second over the last ten seconds; counts from one call to the next. */
  recentRate(step: number): number {
    const at = now()
    this.#recent.push({ at, step })
    while (this.#recent.length > 2 && at - this.#recent[1]!.at >= RECENT_MS) this.#recent.shift()
    const first = this.#recent[0]!
    return at > first.at ? ((step - first.step) * 1000) / (at - first.at) : 0
  }

  /** How the time since the interval began was spent; sums to 1. */
  shares(interval: Interval): TimeShares {
    const { spent } = this.#begun.get(interval)!
    const parts = (['environment', 'inference', 'update', 'waiting'] as const).map(
      (part) => [part, this.#spent[part] - spent[part]] as const,
    )
    const total = parts.reduce((sum, [, time]) => sum + time, 0)
    const share = (time: number) => (total > 0 ? time / total : 0)
    const shares = Object.fromEntries(parts.map(([part, time]) => [part, share(time)]))
    return total > 0 ? (shares as TimeShares) : { environment: 0, inference: 0, update: 0, waiting: 1 }
  }
}
