/** 'boards 37 of 100' on a terminal, rewritten in place; nothing elsewhere and nothing with --json. */
import type { CliContext } from './context.ts'

const INTERVAL_MS = 100

export class ProgressLine {
  readonly #what: string
  readonly #context: CliContext
  #shownAt = 0

  constructor(context: CliContext, what: string) {
    this.#what = what
    this.#context = context
  }

  show(done: number, total: number): void {
    if (performance.now() - this.#shownAt < INTERVAL_MS) return
    this.#shownAt = performance.now()
    this.#context.progress(`${this.#what} ${done} of ${total}`)
  }

  close(): void {
    this.#context.progress('')
  }
}
