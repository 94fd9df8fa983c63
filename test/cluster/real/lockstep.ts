import { beforeAll, describe, expect, it } from 'vitest'
import { HEAD, type RayCluster } from './ray-cluster.ts'
import { type Outcome, train } from './runs.ts'

const RUN = '--env basic --algo ppo --seed 1 --max-steps 3000 --num-envs 4 --workers 2'

/** @param counts  of machines; nodes are added as it goes */
export function lockstep(cluster: () => RayCluster, counts: readonly number[] = [1, 2, 3]): void {
  describe('environments in lockstep', () => {
    let here: Outcome

    beforeAll(async () => {
      here = await train(cluster(), 'here', RUN)
      expect(here).toMatchObject({ state: 'finished', step: 3000 })
      expect(here.metrics.length).toBeGreaterThan(10)
    })

    it.each(counts)('make on %i machines the run that they make here', async (count) => {
      const machines = [HEAD, 'one', 'two'].slice(0, count)
      await cluster().ensure(...machines.slice(1))
      expect(await cluster().nodes()).toHaveLength(count)
      const seen = new Set<string>()
      const watching = setInterval(() => {
        for (const name of machines) {
          if (
            cluster()
              .ours(name)
              .some(({ command }) => command.includes('env-worker'))
          )
            seen.add(name)
        }
      }, 500)
      const there = await train(cluster(), `on-${count}`, `${RUN} --on ${cluster().address}`).finally(() =>
        clearInterval(watching),
      )
      expect(there).toEqual(here)
      expect(seen.size).toBe(Math.min(count, 2))
    })
  })
}
