/** A file of very many episodes comes in while somebody plays. */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { figure } from '../../figures.ts'
import { temporaryFolder } from './folder.ts'
import { MeasuredHost } from './measured-host.ts'

const EPISODES = 30_000
const STEP_MS = 250
/** Where others make the machine slow, times that a step takes there with nothing coming in. */
const STEP_TIMES = 10
const QUIET_MS = 1_500

const crowd = (tail: string): Uint8Array => {
  const line = (seed: number): string =>
    `{"format":"understudy-episode","version":1,"environment":{"id":"crowd","version":1,"parameters":{},"observations":[{"name":"x","shape":[1]}],"action":{"continuous":0,"discrete":[2]}},"seed":${seed},"player":{"name":"x","kind":"agent"},"startedAtUs":${seed},"terminated":true,"truncated":false,"success":true,"tags":[],"note":"","rating":0,"observations":[[0],[1]],"continuous":[[]],"discrete":[[1]],"rewards":[1],"timesUs":[0]}`
  return new Uint8Array(
    Buffer.from(`${Array.from({ length: EPISODES }, (_, i) => line(i)).join('\n')}\n${tail}`),
  )
}

let host: MeasuredHost

beforeAll(async () => {
  host = await MeasuredHost.open(temporaryFolder())
})
afterAll(() => host.close())

/** Plays until `done`. @returns how long each step took until it was on the disk */
async function playUntil(done: Promise<unknown>): Promise<number[]> {
  let over = false
  done.then(
    () => (over = true),
    () => (over = true),
  )
  const start = { environment: 'basic', seed: 1, playerName: 'me', record: true } as const
  const action = { continuous: [], discrete: [1] }
  const times: number[] = []
  let { session } = await host.page.call('play.start', start)
  while (!over) {
    const began = performance.now()
    const step = await host.page.call('play.step', { session, action })
    times.push(performance.now() - began)
    expect(step.committed).toBe(step.steps)
    if (step.terminated || step.truncated) {
      await host.page.call('play.end', { session, keep: false })
      session = (await host.page.call('play.start', start)).session
    }
    await wait(20)
  }
  await host.page.call('play.end', { session, keep: false })
  return times
}

/** The 95th percentile. */
const usual = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(0.95 * times.length)]!

const name = 'crowd.jsonl'

it.each([
  ['nothing of a file that is damaged at its end', '{', 0],
  ['all of one that is not', '', EPISODES],
])('%s', async (what, tail, expected) => {
  const quiet = usual(await playUntil(wait(QUIET_MS)))
  const file = await host.send(name, crowd(tail))
  const { result, ...measured } = await host.during(async () => {
    const done = host.page.call('demonstrations.import', { files: [file] })
    const times = await playUntil(done)
    return { times, report: (await done)[0]! }
  })
  const { times, report } = result
  expect(report.ids, what).toHaveLength(expected)
  expect(report.error === null, what).toBe(expected > 0)
  figure('recording step while a file comes in', Math.max(...times), 'ms')
  figure("longest stop of the studio's loop while a file comes in", measured.stoppedMs, 'ms')
  figure("longest stop of the studio's loop while a file comes in, in processor time", measured.busyMs, 'ms')
  figure("memory of the studio's own process while a file comes in", measured.bytes / 2 ** 20, 'MB')
  expect(times.length).toBeGreaterThan(10)
  expect(usual(times)).toBeLessThan(Math.max(STEP_MS, STEP_TIMES * quiet))
  expect(measured.busyMs).toBeLessThan(100)
  expect(measured.bytes).toBeLessThan(256 * 2 ** 20)
})
