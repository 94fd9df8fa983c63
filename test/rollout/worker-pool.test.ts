import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'
import { admitPlugins, loadPlugins } from '../../core/plugins.ts'
import { Random } from '../../core/random.ts'
import { VectorEnvironment } from '../../core/rollout/vector.ts'
import { WorkerPool, type WorkerPoolOptions } from '../../core/rollout/worker-pool.ts'
import { killAtRandomMoments, Ledger } from './ledger.ts'
import { plain, trace } from './trace.ts'

const plugins = [join(import.meta.dirname, 'fragile.ts')]
const UNLIMITED = { maxLifetimeRestarts: -1, rateLimit: -1, ratePeriodSeconds: 60 }
const KILLED = {
  environment: 'test/fragile',
  plugins,
  stepping: 'async',
  restarts: UNLIMITED,
  count: 12,
  workers: 4,
} as const
const pools: WorkerPool[] = []
admitPlugins(plugins)

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close()
})

type Options = Partial<WorkerPoolOptions> & {
  environment?: string
  parameters?: Record<string, string>
}

async function pool({
  environment = 'bubble/25',
  parameters = {},
  ...options
}: Options): Promise<WorkerPool> {
  const made = await WorkerPool.create({
    recipe: { id: environment, parameters, samplers: {} },
    count: 5,
    workers: 2,
    stepping: 'sync',
    seed: 9,
    ...options,
  })
  pools.push(made)
  return made
}

describe('WorkerPool in lockstep', () => {
  it.each(['bubble/25', 'basic'])('does what one thread does, bit for bit: %s', async (environment) => {
    const vector = new VectorEnvironment(() => makeEnvironment(environment), 5, { seed: 9 })
    const workers = await pool({ environment })
    expect(plain(workers.observations)).toEqual(plain(vector.observations))
    const steps = environment === 'basic' ? 300 : 150
    expect(await trace(workers, new Random(3), steps)).toEqual(await trace(vector, new Random(3), steps))
    expect(plain(await workers.save())).toEqual(plain(await vector.save()))
  })

  it('is saved and goes on, here and in one thread', async () => {
    const workers = await pool({})
    await trace(workers, new Random(3), 40)
    const saved = structuredClone(await workers.save())
    const expected = await trace(workers, new Random(4), 80)
    const resumed = await pool({ seed: 1234, workers: 3 })
    await resumed.load(saved)
    expect(await trace(resumed, new Random(4), 80)).toEqual(expected)
    const vector = new VectorEnvironment(() => makeEnvironment('bubble/25'), 5, { seed: 1 })
    await vector.load(saved)
    expect(await trace(vector, new Random(4), 80)).toEqual(expected)
    await expect((await pool({ count: 2 })).load(saved)).rejects.toThrow('5 environments were saved')
  })
})

describe('WorkerPool without lockstep', () => {
  it('hands out whoever is ready, each environment at its own pace', async () => {
    const rollout = await pool({
      environment: 'test/fragile',
      plugins,
      stepping: 'async',
      count: 4,
      pace: 50,
    })
    const ledger = new Ledger()
    let partial = 0
    rollout.send()
    for (let n = 0; n < 300; n++) {
      const batch = await rollout.receive()
      ledger.take(rollout, batch)
      if (batch.environments !== null) partial++
      rollout.send()
    }
    expect(partial).toBeGreaterThan(200)
    expect(ledger.finished.length).toBeGreaterThan(10)
    const rest = await rollout.settle()
    ledger.take(rollout, rest)
    expect(ledger.breaks).toBe(0)
    expect(rollout.waiting).toBeNull()
    expect(rollout.settled).toBe(true)
    const shares = rollout.idleShares('test')
    expect(shares).toHaveLength(2)
    for (const share of shares) expect(share).toBeLessThan(1)
  })
})

describe('WorkerPool with faults', () => {
  it.each(['throws', 'exits', 'hangs'])('replaces a worker that %s', async (fault) => {
    const rollout = await pool({
      environment: 'test/fragile',
      plugins,
      parameters: { fault },
      restarts: UNLIMITED,
      timeoutSeconds: fault === 'hangs' ? 2 : 60,
      count: 4,
    })
    const ledger = new Ledger()
    const troubles: string[] = []
    while (ledger.drops < 4) {
      rollout.send()
      ledger.take(rollout, await rollout.receive())
      troubles.push(...rollout.troubles)
    }
    expect(troubles[0]).toMatch(
      /^environment worker \d: (the fragile environment broke|it ended with exit code 3|it did not answer within 2 s)$/,
    )
    expect(rollout.restarts).toBeGreaterThanOrEqual(2)
    expect(ledger.transitions).toBeGreaterThan(4)
    expect(ledger.breaks).toBe(0)
    expect(rollout.failure).toBeNull()
  })

  it('gives up when a worker ends more often than it may be restarted, and can still be saved', async () => {
    const rollout = await pool({
      environment: 'test/fragile',
      plugins,
      parameters: { fault: 'throws' },
      restarts: { maxLifetimeRestarts: 2, rateLimit: -1, ratePeriodSeconds: 60 },
      count: 2,
    })
    while (rollout.failure === null) {
      rollout.send()
      await rollout.receive()
    }
    expect(rollout.failure).toBeInstanceOf(UserError)
    expect(rollout.failure.message).toContain('the fragile environment broke')
    await rollout.settle()
    const saved = await rollout.save()
    expect(saved.snapshots).toContain(null)
    const resumed = await pool({ environment: 'test/fragile', plugins, count: 2 })
    await resumed.load(structuredClone(saved))
    expect(resumed.waiting).toBeNull()
  })

  it('says at once that no worker can be started', async () => {
    await loadPlugins(plugins)
    const broken = pool({ environment: 'test/fragile', plugins: [join(import.meta.dirname, 'none.ts')] })
    await expect(broken).rejects.toThrow('there is no plugin')
  })

  it('loses no more than the episodes under way when workers are killed at 10 random moments', async () => {
    await killAtRandomMoments(await pool(KILLED), 10)
  })
})
