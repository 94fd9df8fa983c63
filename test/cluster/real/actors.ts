import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { figure } from '../../figures.ts'
import { endProcess } from './machines.ts'
import type { RayCluster } from './ray-cluster.ts'
import { begun } from './runs.ts'

const QUICK = '--env basic --algo ppo --seed 8 --num-envs 8 --workers 2 --stepping async --max-steps 20000'
/** Most of a quarter of a minute its environments spend waiting. */
const SLOW =
  '--env bubble/25 --algo ppo --seed 1 --num-envs 4 --workers 4 --stepping async --pace 20 --max-steps 1600'

/** What a run prints of its end. */
interface Finished {
  readonly steps: number
  readonly score: number
  readonly wallSeconds: number
}

function finished(printed: string): Finished {
  const line = printed.split('\n').find((one) => one.startsWith('{"event":"finished"'))
  return JSON.parse(line!) as Finished
}

/** The greatest value that a run has reported of a metric. */
function greatest(printed: string, name: string): number {
  const values = [...printed.matchAll(new RegExp(`"${name}":([0-9.]+)`, 'g'))].map(([, value]) =>
    Number(value),
  )
  return Math.max(...values)
}

/** Workers that carry the policy. */
export function actors(cluster: () => RayCluster): void {
  it('workers that act by themselves teach PPO with steps of the policy before at the oldest', async () => {
    await cluster().ensure('one', 'two')
    const { printed, ended } = await begun(cluster(), 'actors', `${QUICK} --on ${cluster().address}`)
    expect(await ended, printed()).toBe(0)
    const { steps, score, wallSeconds } = finished(printed())
    figure('steps a second by two actors, PPO in basic', steps / wallSeconds, 'steps/s')
    expect(score).toBeGreaterThan(0.8)
    expect(greatest(printed(), 'actors/staleness_max')).toBeLessThanOrEqual(1)
  })

  it('workers that act by themselves are missed and taken back', async () => {
    await cluster().ensure('one', 'two')
    const { printed, ended, process } = await begun(
      cluster(),
      'actor-lost',
      `${SLOW} --on ${cluster().address}`,
    )
    endProcess(cluster().ours('one')[0]!.pid, 'SIGKILL')
    while (!printed().includes('unfinished episodes are dropped')) {
      expect(process.exitCode, printed()).toBeNull()
      await wait(100)
    }
    expect(await ended, printed()).toBe(0)
    expect(finished(printed()).steps).toBeGreaterThanOrEqual(1600)
  })
}
