import { expect, it } from 'vitest'
import { figure } from '../../figures.ts'
import type { RayCluster } from './ray-cluster.ts'
import { begun } from './runs.ts'

/** Times the speed of the real game. */
const PACE = 20
/** Enough that it hardly matters which shots they are. */
const STEPS_OF_EACH = 400

export function pace(cluster: () => RayCluster): void {
  it('environments that take their time make steps in proportion to their workers', async () => {
    await cluster().ensure('one', 'two')
    const rates: number[] = []
    for (const workers of [1, 2, 4, 8]) {
      const name = `pace-${workers}`
      const run = `--env bubble/25 --algo ppo --seed 1 --max-steps ${STEPS_OF_EACH * workers}`
      const rollout = `--num-envs ${workers} --workers ${workers} --stepping async --pace ${PACE} --on ${cluster().address}`
      const { printed, ended } = await begun(cluster(), name, `${run} ${rollout}`)
      expect(await ended, printed()).toBe(0)
      const end = printed()
        .split('\n')
        .find((line) => line.startsWith('{"event":"finished"'))!
      const { steps, wallSeconds } = JSON.parse(end) as { steps: number; wallSeconds: number }
      const rate = steps / wallSeconds
      figure(`steps a second on ${workers} of them, at pace ${PACE}`, rate, 'steps/s')
      rates.push(rate)
    }
    const [one, ...more] = rates
    for (const [i, rate] of more.entries()) expect(rate / one! / 2 ** (i + 1)).toBeGreaterThan(0.9)
  })
}
