import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FakeCluster } from '../cluster/dashboard.ts'
import { leaveOnCluster } from '../cluster/left-run.ts'
import { temporaryDirectory } from '../store/support.ts'
import { invoke, invokeJson } from './invoke.ts'

let cluster: FakeCluster
let dir: string

beforeEach(async () => {
  vi.stubEnv('UNDERSTUDY_CONFIG', temporaryDirectory())
  vi.stubEnv('HOME', temporaryDirectory())
  dir = temporaryDirectory()
  cluster = new FakeCluster()
  await cluster.open()
})

afterEach(() => cluster.close())

it('a cluster is given a name, listed, looked at by it, and forgotten', async () => {
  expect((await invoke(dir, 'cluster', 'list')).out).toContain('no clusters yet')
  const added = await invoke(dir, 'cluster', 'add', 'lab', `${cluster.address}/`)
  expect(added).toMatchObject({ code: 0, out: expect.stringContaining('train --on lab') })
  expect((await invoke(dir, 'cluster', 'list')).out).toMatch(/NAME +ADDRESS\nlab +http:/)
  expect(await invokeJson(dir, 'cluster', 'list')).toEqual([
    [{ name: 'lab', address: cluster.address, tokenFile: null }],
  ])
  cluster.begin('job-1', 'far')
  const { out } = await invoke(dir, 'cluster', 'status', 'lab')
  expect(out).toContain('1 node, 3 CPUs')
  expect(out).toMatch(/NODE +CPUS +IN USE *\n10\.0\.0\.1 +3 +1 +head/)
  expect(out).toContain('far: is being trained')
  expect(await invokeJson(dir, 'cluster', 'status', 'lab')).toEqual([
    {
      address: cluster.address,
      ray: '2.60.0',
      nodes: [{ address: '10.0.0.1', head: true, cpus: 3, cpusInUse: 1 }],
      runs: [{ run: 'far', job: 'job-1', state: 'RUNNING' }],
    },
  ])
  expect(await invokeJson(dir, 'cluster', 'remove', 'lab')).toEqual([{ removed: 'lab' }])
  expect(await invoke(dir, 'cluster', 'status', 'lab')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no cluster "lab"'),
  })
})

it('the path of a token file is kept, from wherever it is named', async () => {
  const file = join(temporaryDirectory(), 'token')
  writeFileSync(file, 'secret')
  cluster.token = 'secret'
  await invoke(dir, 'cluster', 'add', 'lab', cluster.address, '--ray-token-file', file)
  const { out } = await invoke(dir, 'cluster', 'list')
  expect(out).toContain(file)
  expect(out).not.toContain('secret')
  expect((await invoke(dir, 'cluster', 'status', 'lab')).code).toBe(0)
  // Found by the address, too, as `runs attach` does.
  leaveOnCluster(dir, cluster, 'far', 'job-1')
  cluster.jobs.clear()
  expect((await invoke(dir, 'runs', 'attach', 'far')).err).toContain('knows its job no more')
})

it('the configuration says where a run is trained, and --on says otherwise', async () => {
  await invoke(dir, 'cluster', 'add', 'lab', cluster.address)
  cluster.cpus = 0
  const folder = join(dir, 'configurations')
  mkdirSync(folder)
  const file = join(folder, 'far.yaml')
  const yaml = 'behaviors: { B: { trainer_type: ppo, max_steps: 64 } }\nenv_settings: { env: basic }\n'
  writeFileSync(file, `${yaml}cluster: lab\n`)
  const train = (...more: string[]) => invoke(dir, 'train', file, '--run-id', 'far', ...more)
  const refused = { code: 1, err: expect.stringContaining('the job needs 1 CPU, and the cluster at') }
  expect(await train()).toMatchObject(refused)
  expect(await train('--detach')).toMatchObject(refused)
  expect(await train('--on', 'lba')).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean "lab"?'),
  })
  expect(await train('--on', 'http://127.0.0.1:9')).toMatchObject({
    code: 1,
    err: expect.stringContaining('cannot be reached'),
  })
  // None of them has begun a run.
  expect(await invokeJson(dir, 'runs', 'list')).toEqual([[]])
  expect(await train('--on', 'here', '--detach')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--detach has no effect without --on'),
  })
  expect(await train('--on', 'here')).toMatchObject({ code: 0, out: expect.stringContaining('finished') })
  // What was begun here is gone on with there, as the file says.
  expect(await train('--resume', '--max-steps', '128')).toMatchObject(refused)
})

it.each(['2.9.3', '2.51.0', '1.6.0', 'unknown'])(
  'one with Ray %s is told to take a newer one',
  async (ray) => {
    cluster.ray = ray
    const { code, err } = await invoke(dir, 'cluster', 'status', cluster.address)
    expect([code, err]).toEqual([1, expect.stringContaining(`has Ray ${ray}`)])
    expect(err).toContain('2.52')
    cluster.ray = '3.0.0'
    expect((await invoke(dir, 'cluster', 'status', cluster.address)).code).toBe(0)
  },
)
