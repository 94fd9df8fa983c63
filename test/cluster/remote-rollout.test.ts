import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { RemoteRollout, type RemoteRolloutOptions } from '../../core/cluster/remote-rollout.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { admitPlugins, loadPlugins } from '../../core/plugins.ts'
import { Random } from '../../core/random.ts'
import { VectorEnvironment } from '../../core/rollout/vector.ts'
import { plain, trace } from '../rollout/trace.ts'
import { LocalWorkers } from './local-workers.ts'

const UNLIMITED = { maxLifetimeRestarts: -1, rateLimit: -1, ratePeriodSeconds: 60 }
const NONE = { maxLifetimeRestarts: 0, rateLimit: 0, ratePeriodSeconds: 60 }
const opened: RemoteRollout[] = []

afterEach(async () => {
  for (const rollout of opened.splice(0)) await rollout.close()
})

async function remote(
  environment: string,
  options: Partial<RemoteRolloutOptions> = {},
): Promise<{ rollout: RemoteRollout; workers: LocalWorkers }> {
  const workers = new LocalWorkers()
  const rollout = await RemoteRollout.create(workers, {
    recipe: { id: environment, parameters: {}, samplers: {} },
    plugins: [],
    admitted: [],
    count: 5,
    workers: 2,
    pace: null,
    restarts: UNLIMITED,
    seed: 9,
    ...options,
  })
  opened.push(rollout)
  return { rollout, workers }
}

describe('environments on workers elsewhere', () => {
  it.each(['bubble/25', 'basic', 'pendulum'])(
    'do what those of one process do, bit for bit: %s',
    async (environment) => {
      const here = new VectorEnvironment(() => makeEnvironment(environment), 5, { seed: 9 })
      const { rollout } = await remote(environment)
      expect(plain(rollout.observations)).toEqual(plain(here.observations))
      expect(await trace(rollout, new Random(3), 120)).toEqual(await trace(here, new Random(3), 120))
      expect(plain(await rollout.save())).toEqual(plain(await here.save()))
    },
  )

  it('are saved and go on, there and here', async () => {
    const { rollout } = await remote('bubble/25')
    await trace(rollout, new Random(3), 30)
    const saved = structuredClone(await rollout.save())
    const expected = await trace(rollout, new Random(4), 60)
    const { rollout: resumed } = await remote('bubble/25', { seed: 1234, workers: 3 })
    await resumed.load(saved)
    expect(await trace(resumed, new Random(4), 60)).toEqual(expected)
    const here = new VectorEnvironment(() => makeEnvironment('bubble/25'), 5, { seed: 77 })
    await here.load(saved)
    expect(await trace(here, new Random(4), 60)).toEqual(expected)
  })

  it('go on without a worker that is killed, and have it back as another one', async () => {
    const { rollout, workers } = await remote('basic')
    await trace(rollout, new Random(3), 10)
    const child = workers.children.get(0)!
    child.kill('SIGKILL')
    await once(child, 'exit')
    const batch = await rollout.receive()
    expect(rollout.dropped).toEqual([0, 1])
    expect([...batch.environments!]).toEqual([2, 3, 4])
    expect(rollout.troubles).toEqual(['worker 0 of the cluster: it has ended'])
    await expect
      .poll(async () => {
        await rollout.receive()
        return rollout.waiting
      })
      .toBe(null)
    expect(workers.starts).toBe(3)
    expect((await rollout.receive()).environments).toBe(null)
    expect(rollout.failure).toBe(null)
  })

  it('end the run only when nobody is left', async () => {
    const { rollout, workers } = await remote('basic', { restarts: NONE })
    const kill = async (worker: number): Promise<void> => {
      const child = workers.children.get(worker)!
      child.kill('SIGKILL')
      await once(child, 'exit')
      await rollout.receive()
    }
    await kill(1)
    expect(rollout.failure).toBe(null)
    expect([...rollout.waiting!]).toEqual([0, 1])
    await kill(0)
    expect(rollout.failure?.message).toBe('no worker of the cluster is left: it has ended')
  })

  it('say at once that an environment is unknown there', async () => {
    const plugin = join(import.meta.dirname, '../rollout/fragile.ts')
    admitPlugins([plugin])
    await loadPlugins([plugin])
    await expect(remote('test/fragile')).rejects.toThrow(/worker [01] of the cluster: unknown environment/)
  })
})
