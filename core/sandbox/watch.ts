/**
 * A thread beside the one that works: while a call is under way it tells, through a pipe of its own, what the process uses.
 * It goes on telling when the other hangs; whoever reads it ends the process. A pipe that nobody reads any more is the end.
 */
import { writeSync } from 'node:fs'
import { memoryUsage } from 'node:process'
import { workerData } from 'node:worker_threads'

/** File descriptor of the pipe. */
export const USAGE_PIPE = 4
const INTERVAL_MS = 20

/** The number of the call under way, 0 while there is none. */
const call = workerData as Int32Array

for (;;) {
  const number = Atomics.load(call, 0)
  if (number === 0) Atomics.wait(call, 0, 0)
  else {
    tell(number)
    Atomics.wait(call, 0, number, INTERVAL_MS)
  }
}

function tell(number: number): void {
  const { user, system } = process.cpuUsage()
  try {
    writeSync(USAGE_PIPE, `${number} ${user + system} ${memoryUsage.rss()}\n`)
  } catch (error) {
    // Full, because its reader is busy, which loses nothing but a reading.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') process.kill(process.pid, 'SIGKILL')
  }
}
