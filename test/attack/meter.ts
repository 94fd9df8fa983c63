/**
 * What something costs the process that it happens in. How long the loop stops is counted in processor time between two turns
 * of it, so that a busy machine is not taken for a stop.
 */
const TICK_MS = 5

export interface Cost {
  /** The longest that the loop stopped, ms. */
  readonly stopMs: number
  /** Memory beyond what was held before. */
  readonly bytes: number
  /** By the clock. */
  readonly seconds: number
}

export async function meter(work: () => Promise<unknown>): Promise<Cost> {
  const before = process.memoryUsage.rss()
  const began = performance.now()
  let stopMs = 0
  let most = before
  let last = process.cpuUsage()
  const look = (): void => {
    const { user, system } = process.cpuUsage(last)
    last = process.cpuUsage()
    stopMs = Math.max(stopMs, (user + system) / 1000)
    most = Math.max(most, process.memoryUsage.rss())
  }
  const timer = setInterval(look, TICK_MS)
  try {
    await work()
  } finally {
    look()
    clearInterval(timer)
  }
  return { stopMs, bytes: most - before, seconds: (performance.now() - began) / 1000 }
}
