import { describe, expect, it } from 'vitest'
import { RestartLimit, type RestartSettings } from '../../core/rollout/restart-limit.ts'

const free: RestartSettings = { maxLifetimeRestarts: -1, rateLimit: -1, ratePeriodSeconds: 60 }

/** Whether the worker may be restarted at each of these seconds. */
function admitted(limit: RestartLimit, worker: number, seconds: readonly number[]): boolean[] {
  return seconds.map((at) => limit.admit(worker, at))
}

describe('RestartLimit', () => {
  it('allows each worker so many restarts in its life', () => {
    const limit = new RestartLimit(2, { ...free, maxLifetimeRestarts: 2 })
    expect(admitted(limit, 1, [0, 1_000, 2_000, 3_000])).toEqual([true, true, false, false])
    expect(admitted(limit, 0, [3_000])).toEqual([true])
    expect(limit.total).toBe(3)
  })

  it('allows so many within a period, to whose edge they belong; what was refused does not count', () => {
    const limit = new RestartLimit(1, { ...free, rateLimit: 2 })
    expect(admitted(limit, 0, [0, 10, 60, 60.5, 70, 70.5])).toEqual([true, true, false, true, false, true])
  })

  it('may be without limit', () => {
    expect(admitted(new RestartLimit(1, free), 0, [0, 0, 0])).toEqual([true, true, true])
    expect(admitted(new RestartLimit(1, { ...free, maxLifetimeRestarts: 0 }), 0, [0])).toEqual([false])
  })
})
