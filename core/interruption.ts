/**
 * What keeps the thread to itself: waiting asleep, and computing in one piece. No listener runs then, so that Ctrl-C would be
 * heard only when it is over: a process that wants to be ended all the same says how. A training process does not: its owner
 * decides when it ends.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'

export interface Interruption {
  /**
   * Works with no listener for signals, so that one ends the process at once, same as the system.
   * @param work  is told how many milliseconds this process has left, when it has been interrupted already
   */
  whileDeaf(work: (millisecondsLeft: number) => void): void
}

/** Answers come sooner as a rule; to take the listeners off and put them back costs more than such a wait. */
const SHORT_MS = 20

let interruption: Interruption | undefined

export function setInterruption(how: Interruption | undefined): void {
  interruption = how
}

/** As `Atomics.wait`. */
export function sleepUntilWoken(
  memory: Int32Array,
  index: number,
  value: number,
  milliseconds: number,
): void {
  if (interruption === undefined || milliseconds <= SHORT_MS) {
    Atomics.wait(memory, index, value, milliseconds)
  } else if (Atomics.wait(memory, index, value, SHORT_MS) === 'timed-out') {
    interruption.whileDeaf((left) =>
      Atomics.wait(memory, index, value, Math.min(left, milliseconds - SHORT_MS)),
    )
  }
}

/** A computation that cannot be cut into turns. What it leaves behind, such as a file, must not be half done when it is cut. */
export async function computeAtOnce<T>(work: () => T): Promise<Awaited<T>> {
  // What was pressed before is heard by the listeners.
  await nextTurn()
  if (interruption === undefined) return await work()
  let result: T | undefined
  interruption.whileDeaf(() => {
    result = work()
  })
  return await (result as T)
}
