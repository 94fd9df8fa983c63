import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { figure } from '../../figures.ts'
import { endProcess } from './machines.ts'
import type { RayCluster } from './ray-cluster.ts'
import { begun, outcome } from './runs.ts'

/** Some 20 s, most of which its environments spend waiting. */
const STEPS = 1_600
const ENVIRONMENTS = 4
const RUN = `--env bubble/25 --algo ppo --seed 1 --max-steps ${STEPS} --num-envs ${ENVIRONMENTS} --workers 4 --pace 40`
/** After the end of a run nothing of it may be there any more. */
const ORPHAN_SECONDS = 30
/** Each at a moment of its own, within so long. */
const TIMES = process.env.UNDERSTUDY_ALL === undefined ? 1 : 10
const WITHIN_MS = 8_000

interface Loss {
  readonly what: string
  readonly cause: (cluster: RayCluster) => Promise<void> | void
}

const LOSSES: readonly Loss[] = [
  {
    what: 'a process that is killed',
    cause: (cluster) => {
      const [worker] = cluster.ours('one')
      endProcess(worker!.pid, 'SIGKILL')
    },
  },
  {
    what: 'a node that is killed',
    cause: (cluster) => cluster.kill('one'),
  },
  {
    what: 'a cable that is cut',
    cause: (cluster) => cluster.machines.cut('two'),
  },
]

export function losses(cluster: () => RayCluster): void {
  describe('a run goes on without', () => {
    const all = LOSSES.flatMap((loss) => Array.from({ length: TIMES }, (_, time) => ({ ...loss, time })))
    it.each(all)('$what', async ({ what, cause, time }) => {
      await cluster().ensure('one', 'two')
      const name = `${what.replaceAll(' ', '-')}-${time}`
      const run = await begun(cluster(), name, `${RUN} --on ${cluster().address}`)
      await wait((WITHIN_MS * time) / TIMES)
      const before = performance.now()
      await cause(cluster())
      while (!run.printed().includes('unfinished episodes are dropped')) {
        expect(run.process.exitCode, run.printed()).toBeNull()
        await wait(100)
      }
      figure(`noticed: ${what}`, (performance.now() - before) / 1000, 's')
      expect(performance.now() - before).toBeLessThan(10_000)
      expect(await run.ended, run.printed()).toBe(0)
      const { state, step } = outcome(cluster(), name)
      expect(state).toBe('finished')
      // One step of every environment that was there was the last.
      expect(step - STEPS).toBeLessThan(ENVIRONMENTS)
      expect(step).toBeGreaterThanOrEqual(STEPS)
      await nothingLeft(cluster())
      cluster().machines.mend('two')
    })
  })
}

async function nothingLeft(cluster: RayCluster): Promise<void> {
  const until = performance.now() + ORPHAN_SECONDS * 1000
  const left = () => ['head', 'one', 'two'].flatMap((name) => cluster.ours(name))
  while (left().length > 0 && performance.now() < until) await wait(500)
  expect(left()).toEqual([])
}
