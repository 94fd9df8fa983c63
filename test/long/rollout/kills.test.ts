import { join } from 'node:path'
import { expect, it } from 'vitest'
import { admitPlugins } from '../../../core/plugins.ts'
import { WorkerPool } from '../../../core/rollout/worker-pool.ts'
import { killAtRandomMoments } from '../../rollout/ledger.ts'

it('workers that are killed at 200 random moments take no more along than the episodes under way', async () => {
  const plugins = [join(import.meta.dirname, '../../rollout/fragile.ts')]
  admitPlugins(plugins)
  const pool = await WorkerPool.create({
    recipe: { id: 'test/fragile', parameters: {}, samplers: {} },
    plugins,
    stepping: 'async',
    restarts: { maxLifetimeRestarts: -1, rateLimit: -1, ratePeriodSeconds: 60 },
    count: 12,
    workers: 4,
    seed: 9,
  })
  await killAtRandomMoments(pool, 200)
  await pool.close()
  expect(pool.restarts).toBe(200)
})
