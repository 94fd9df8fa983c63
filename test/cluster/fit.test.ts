import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { admit } from '../../core/admission/index.ts'
import { requireFit, speedNote } from '../../core/cluster/fit.ts'
import { overviewOf } from '../../core/cluster/overview.ts'
import { RayClient } from '../../core/cluster/ray-client.ts'
import { pluginSubject } from '../../core/plugins.ts'
import { resolveConfig } from '../../core/train/index.ts'
import { temporaryDirectory } from '../store/support.ts'
import { dashboard } from './dashboard.ts'

const node = (id: string, ip: string, cpus: number, more = {}) => ({
  node_id: id,
  node_ip: ip,
  state: 'ALIVE',
  resources_total: { CPU: cpus },
  ...more,
})
const job = (run: string | null, status: string) => ({
  submission_id: `job-${run}`,
  status,
  metadata: run === null ? {} : { understudy_run: run },
})

async function cluster(): Promise<RayClient> {
  const { address } = await dashboard(({ line }) => {
    const [, path = ''] = line.split(' ')
    if (path === '/api/version') return [200, '{"ray_version":"2.60.0"}']
    if (path === '/api/jobs/') {
      const jobs = [
        job('first', 'RUNNING'),
        job('second', 'PENDING'),
        job('over', 'STOPPED'),
        job(null, 'RUNNING'),
      ]
      return [200, JSON.stringify(jobs)]
    }
    if (path === '/api/cluster_status') {
      const usageByNode = { b: { CPU: [2, 3] }, c: {} }
      return [200, JSON.stringify({ data: { clusterStatus: { loadMetricsReport: { usageByNode } } } })]
    }
    const result = [
      node('a', '10.0.0.9', 1),
      node('b', '10.0.0.1', 3, { is_head_node: true }),
      node('c', '10.0.0.2', 8, { state: 'DEAD' }),
    ]
    return [200, JSON.stringify({ data: { result: { result } } })]
  })
  return new RayClient(address, null)
}

const config = (rollout: object = {}, plugins: readonly string[] = []) => ({
  ...resolveConfig(
    { env_settings: { env: 'basic', num_envs: 8, ...rollout } },
    { environment: 'basic', algorithm: 'ppo' },
  ),
  plugins,
})

it('a cluster is its living nodes, the head first, and the runs of ours that have not ended', async () => {
  expect(await overviewOf(await cluster())).toEqual({
    version: '2.60.0',
    nodes: [
      { address: '10.0.0.1', head: true, cpus: 3, cpusInUse: 2 },
      // Not counted yet.
      { address: '10.0.0.9', head: false, cpus: 1, cpusInUse: null },
    ],
    runs: [
      { run: 'first', job: 'job-first', waiting: false },
      { run: 'second', job: 'job-second', waiting: true },
    ],
  })
})

it('workers are refused that the cluster has no CPUs for', async () => {
  const client = await cluster()
  await requireFit(client, config({ workers: 3 }))
  await expect(requireFit(client, config({ workers: 4 }))).rejects.toThrow(
    /4 workers and the job itself need 5 CPUs.*has 4/,
  )
})

it('workers that act by themselves are refused to an algorithm that has no copies', async () => {
  const client = await cluster()
  const actors = { workers: 2, stepping: 'async' }
  await requireFit(client, config(actors))
  const { behavior, ...rest } = config(actors)
  const withTrainer = (trainer_type: string) => ({ ...rest, behavior: { ...behavior, trainer_type } })
  await expect(requireFit(client, withTrainer('es'))).rejects.toThrow('es cannot act on workers of a cluster')
  const lockstep = { ...rest.rollout, stepping: 'sync' as const }
  await requireFit(client, { ...withTrainer('es'), rollout: lockstep })
})

it('a plugin is refused that imports what lies beside it, and not read unless it is admitted', async () => {
  const client = await cluster()
  const folder = temporaryDirectory()
  mkdirSync(join(folder, 'parts'))
  const plugin = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const alone = plugin(
    'alone.ts',
    "import { registerEnvironment } from 'understudy'\nimport fs from 'node:fs'\n",
  )
  const beside = [
    plugin('a.ts', "import { coin } from './parts/coin.ts'\n"),
    plugin('b.ts', "export * from '../other.js'\n"),
    plugin('c.ts', "await import('./parts/coin.ts')\n"),
    plugin('d.ts', "import './parts/coin.ts'\n"),
  ]
  await expect(requireFit(client, config({}, [alone]))).rejects.toThrow('has not been added here')
  for (const file of [alone, ...beside]) admit(pluginSubject(file))
  await requireFit(client, config({}, [alone]))
  for (const file of beside) {
    await expect(requireFit(client, config({}, [file]))).rejects.toMatchObject({
      message: expect.stringContaining('is not sent to a cluster'),
      remedy: 'make the plugin one file',
    })
  }
})

it('what workers cost is said where there are any', () => {
  expect(speedNote(config())).toBe(null)
  expect(speedNote(config({ workers: 2 }))).toContain('can only lose')
  expect(speedNote(config({ workers: 2 }))).toContain('milliseconds of network')
  expect(speedNote(config({ workers: 2, stepping: 'async' }))).toContain('cannot be repeated exactly')
})
