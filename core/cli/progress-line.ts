/** 'boards 37 of 100' on a terminal, rewritten in place; nothing elsewhere and nothing with --json. */
import type { CliContext } from './context.ts'

const INTERVAL_MS = 100

export class ProgressLine {
  readonly #what: string
  readonly #active: boolean
  #shownAt = 0

  constructor(context: CliContext, what: string) {
    this.#what = what
    this.#active = !context.json && process.stderr.isTTY === true
  }

  show(done: number, total: number): void {
    if (!this.#active || performance.now() - this.#shownAt < INTERVAL_MS) return
    this.#shownAt = performance.now()
    process.stderr.write(`\r\x1b[2K${this.#what} ${done} of ${total}`)
  }

  close(): void {
    if (this.#active) process.stderr.write('\r\x1b[2K')
  }
}
