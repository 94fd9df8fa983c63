/**
 * Waiting with the thread asleep. No listener runs then, so that Ctrl-C would be heard only when the wait is over: a process
 * that wants to be ended all the same says how. A training process does not: its owner decides when it ends.
 */

export interface Interruption {
  /**
   * Waits with no listener for signals, so that one ends the process at once, as the system has it.
   * @param wait  is told how many milliseconds this process has left, when it has been interrupted already
   */
  whileAsleep(wait: (millisecondsLeft: number) => void): void
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
    interruption.whileAsleep((left) =>
      Atomics.wait(memory, index, value, Math.min(left, milliseconds - SHORT_MS)),
    )
  }
}
