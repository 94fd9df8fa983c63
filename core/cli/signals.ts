/** Ctrl-C and SIGTERM: the first asks the command to end, which must not take long; the second ends it at once. */
import { type Interruption, setInterruption } from '../interruption.ts'
import type { CliContext } from './context.ts'

export const EXIT_INTERRUPTED = 130

/** With two seconds promised, and a process that takes a while to end on a busy machine. */
const MOST_END_MS = 1_500

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export class InterruptedError extends Error {
  constructor() {
    super('interrupted')
    this.name = 'InterruptedError'
  }
}

/** Whether that is what a command ended with since it was asked to. */
export function isAbort(error: unknown): boolean {
  return error instanceof InterruptedError || (error instanceof Error && error.name === 'AbortError')
}

export class Signals implements Interruption {
  readonly #context: CliContext
  #forced: NodeJS.Timeout | undefined
  /** When the process ends at the latest (of performance.now); infinite while nobody has asked for it. */
  #deadline = Number.POSITIVE_INFINITY

  constructor(context: CliContext) {
    this.#context = context
    this.#listen()
    setInterruption(this)
  }

  /** The command has ended. What still keeps the process alive must not do so for long after an interruption. */
  close(): void {
    this.#forced?.unref()
    this.#unlisten()
    setInterruption(undefined)
  }

  whileDeaf(work: (millisecondsLeft: number) => void): void {
    this.#unlisten()
    try {
      work(Math.max(0, this.#deadline - performance.now()))
    } finally {
      if (performance.now() >= this.#deadline) this.#endNow()
      this.#listen()
    }
  }

  readonly #onSignal = (): void => {
    const { signal, endsInOrder } = this.#context
    if (signal.aborted) this.#endNow()
    if (!endsInOrder) {
      this.#deadline = performance.now() + MOST_END_MS
      this.#forced = setTimeout(() => this.#endNow(), MOST_END_MS)
    }
    this.#context.stop(new InterruptedError())
  }

  /** Should the end itself get stuck, one more signal ends the process same as the system. */
  #endNow(): never {
    this.#unlisten()
    this.#context.note('interrupted')
    process.exit(EXIT_INTERRUPTED)
  }

  #listen(): void {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal)
  }

  #unlisten(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal)
  }
}
