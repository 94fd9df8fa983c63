/**
 * A real host in a process of its own, which tells what its loop and its memory do meanwhile.
 *
 *     host.ts FOLDER   'begin' on standard input starts a measure, 'end' prints it
 */
import { createInterface } from 'node:readline'
import { openHost } from '../../../core/studio/host.ts'
import { ipcPort } from '../../../core/train/port.ts'

export interface Measured {
  /** Longest time between two ticks of a timer of 10 ms, less these. */
  readonly stoppedMs: number
  /** The same in processor time of the thread, which other programs do not lengthen. */
  readonly busyMs: number
  /** Most bytes beyond those at the beginning. */
  readonly bytes: number
}

const TICK_MS = 10

const host = await openHost({
  dataDirectory: process.argv[2]!,
  shell: 'browser',
  onBug: (error) => console.error(error),
})
let [stoppedMs, busyMs, bytes, before] = [0, 0, 0, 0]
let last = performance.now()
let used = process.threadCpuUsage()
setInterval(() => {
  const now = performance.now()
  const { user, system } = process.threadCpuUsage(used)
  stoppedMs = Math.max(stoppedMs, now - last - TICK_MS)
  busyMs = Math.max(busyMs, (user + system) / 1000)
  bytes = Math.max(bytes, process.memoryUsage.rss() - before)
  last = now
  used = process.threadCpuUsage()
}, TICK_MS)
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'end') console.log(JSON.stringify({ stoppedMs, busyMs, bytes } satisfies Measured))
  before = process.memoryUsage.rss()
  stoppedMs = 0
  busyMs = 0
  bytes = 0
})
process.on('disconnect', () => process.exit())
host.connect(ipcPort(process))
console.log('ready')
