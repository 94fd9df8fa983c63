/** Clusters as a page sees them, against a server that answers as a dashboard does. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { saveCluster } from '../../core/cluster/saved-clusters.ts'
import type { Run } from '../../core/studio/protocol.ts'
import { readElsewhere, runDirectory } from '../../core/train/index.ts'
import { FakeCluster } from '../cluster/dashboard.ts'
import { leaveOnCluster } from '../cluster/left-run.ts'
import { openStudio, type TestStudio, temporaryDirectory } from './support.ts'

let cluster: FakeCluster
let directory: string
let studio: TestStudio

beforeEach(async () => {
  vi.stubEnv('UNDERSTUDY_CONFIG', temporaryDirectory())
  vi.stubEnv('HOME', temporaryDirectory())
  directory = temporaryDirectory()
  cluster = new FakeCluster()
  await cluster.open()
})

afterEach(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
  cluster.close()
})

const save = () => saveCluster({ name: 'lab', address: cluster.address, tokenFile: null })

async function compose(overrides: Record<string, number | string> = {}, name = 'Far') {
  const composed = await studio.page.call('training.compose', {
    environment: 'basic',
    preset: 'ppo',
    name,
    overrides,
    demonstrations: [],
    seed: 1,
  })
  expect(composed.problems).toEqual([])
  return composed.yaml
}

const leaveRun = (id = 'far', job = 'job-1') => leaveOnCluster(directory, cluster, id, job)

const progress = (step: number) => ({
  type: 'progress' as const,
  step,
  maxSteps: 9000,
  episodes: 10,
  stepsPerSecond: 50,
  etaSeconds: 1,
  score: 0.5,
  masteredAtStep: null,
  shares: { environment: 1, inference: 0, update: 0, waiting: 0 },
  workerIdle: null,
})

const state = (condition: (run: Run) => boolean) => studio.page.event('run.state', condition)

test('clusters are added, looked at and removed, and every page hears of it', async () => {
  studio = await openStudio(directory)
  const added = { name: 'lab', address: `${cluster.address}/`, tokenFile: null }
  expect(await studio.page.call('clusters.add', added)).toEqual({ ...added, address: cluster.address })
  await studio.page.event('library.changed', ({ what }) => what === 'clusters')
  expect(await studio.page.call('clusters.list', {})).toHaveLength(1)
  leaveRun('other', 'job-2')
  cluster.begin('job-1', 'of-another-library')
  expect(await studio.page.call('clusters.look', { cluster: 'lab' })).toEqual({
    version: '2.60.0',
    nodes: [{ address: '10.0.0.1', head: true, cpus: 3, cpusInUse: 2 }],
    runs: [
      { id: 'other', name: 'other', waiting: false },
      { id: 'of-another-library', name: null, waiting: false },
    ],
  })
  cluster.token = 'secret'
  expect(await studio.page.refusal('clusters.look', { cluster: 'lab' })).toMatchObject({
    kind: 'user',
    message: expect.stringContaining('asks for a token'),
  })
  await studio.page.call('clusters.remove', { cluster: 'lab' })
  expect(await studio.page.refusal('clusters.look', { cluster: 'lab' })).toMatchObject({
    message: 'there is no cluster "lab"',
  })
})

test('many looks at once are one', async () => {
  studio = await openStudio(directory)
  await save()
  await Promise.all([1, 2, 3].map(() => studio.page.call('clusters.look', { cluster: 'lab' })))
  expect(cluster.asked.filter((line) => line === 'GET /api/jobs/')).toHaveLength(1)
})

test('what cannot be trained there is refused before there is a run, and said before it is started', async () => {
  studio = await openStudio(directory)
  await save()
  const yaml = await compose({ 'env_settings.workers': 4 })
  const refused = {
    message: expect.stringContaining('need 5 CPUs'),
    remedy: expect.stringContaining('fewer workers'),
  }
  expect(await studio.page.refusal('clusters.check', { cluster: 'lab', yaml })).toMatchObject(refused)
  expect(
    await studio.page.refusal('runs.start', { yaml, name: 'Far', demonstrations: [], cluster: 'lab' }),
  ).toMatchObject(refused)
  cluster.cpus = 8
  expect(await studio.page.call('clusters.check', { cluster: 'lab', yaml })).toMatchObject({
    note: expect.stringContaining('can only lose'),
  })
  cluster.close()
  const gone = { message: expect.stringContaining('cannot be reached') }
  expect(await studio.page.refusal('clusters.check', { cluster: 'lab', yaml })).toMatchObject(gone)
  expect(
    await studio.page.refusal('runs.start', { yaml, name: 'Far', demonstrations: [], cluster: 'lab' }),
  ).toMatchObject(gone)
  expect(await studio.page.call('runs.list', {})).toEqual([])
})

test('a configuration that is brought names a cluster only if this person has saved it', async () => {
  studio = await openStudio(directory)
  await save()
  const read = async (where: string) =>
    studio.page.call('training.read', {
      yaml: `env_settings: { env: basic }\ncluster: ${where}\n`,
      environment: 'basic',
      mayAsk: true,
    })
  expect(await read('lab')).toMatchObject({ cluster: 'lab', problems: [] })
  expect(await read(cluster.address)).toMatchObject({ cluster: 'lab', problems: [] })
  expect(await read('here')).toMatchObject({ cluster: null, problems: [] })
  expect(await read('http://elsewhere:8265')).toMatchObject({
    cluster: null,
    problems: [{ keys: ['cluster'], message: expect.stringContaining('no cluster is saved here') }],
  })
})

test('a studio that is opened goes back to the runs it left, and leaves them when it is closed', async () => {
  await save()
  leaveRun()
  cluster.say('job-1', progress(2000), {
    type: 'metrics',
    rows: [{ step: 2000, name: 'rollout/score', value: 0.5 }],
  })
  studio = await openStudio(directory)
  const back = await state(({ elsewhere }) => elsewhere?.state === 'followed')
  expect(back).toMatchObject({
    id: 'far',
    state: 'running',
    elsewhere: { cluster: 'lab', problem: null, rejoinedAtUs: expect.any(Number) },
  })
  await studio.page.event('run.progress', ({ step }) => step === 2000)
  // It does not end with this host.
  expect([studio.host.activeRuns(), studio.host.lastingRuns()]).toEqual([[], ['far']])
  await studio.close()
  expect(cluster.stopped).toEqual([])
  expect(readElsewhere(runDirectory(directory, 'far'))).toMatchObject({ job: 'job-1' })

  studio = await openStudio(directory)
  await studio.page.event('run.progress', ({ step }) => step === 2000)
  cluster.say('job-1', progress(3000))
  await studio.page.event('run.progress', ({ step }) => step === 3000)
  const { series } = await studio.page.call('runs.metrics', { runId: 'far' })
  expect(series['rollout/score']!.steps).toEqual([2000])
  await studio.page.call('runs.stop', { runId: 'far' })
  await vi.waitFor(() => expect(cluster.stopped).toEqual(['job-1']))
  const end = { episodes: 10, score: 0.5, masteredAtStep: null, sustainedAtStep: null, wallSeconds: 1 }
  cluster.say('job-1', { type: 'finished', complete: false, reason: 'asked', step: 3000, ...end })
  cluster.end('job-1', 'STOPPED')
  expect(await state((run) => run.state === 'stopped')).toMatchObject({
    step: 3000,
    elsewhere: null,
    message: null,
  })
})

test('a cluster that cannot be reached is said, and tried again when the person asks', async () => {
  await save()
  leaveRun()
  cluster.close()
  studio = await openStudio(directory)
  const lost = await state(({ elsewhere }) => elsewhere?.state === 'lost' && elsewhere.problem !== null)
  expect(lost.elsewhere!.problem).toContain('cannot be reached')
  expect(await studio.page.refusal('runs.attach', { runId: 'far' })).toMatchObject({
    message: expect.stringContaining('cannot be reached'),
  })
  expect(await studio.page.refusal('runs.resume', { runId: 'far' })).toMatchObject({
    message: expect.stringContaining('may still be training at'),
  })
  await cluster.open()
  expect(await studio.page.call('runs.attach', { runId: 'far' })).toMatchObject({
    state: 'running',
    elsewhere: { state: 'followed', problem: null },
  })
})

test('a run that the cluster knows no more can be resumed from what has come home', async () => {
  await save()
  leaveRun()
  cluster.jobs.clear()
  studio = await openStudio(directory)
  const run = await state(({ elsewhere, message }) => elsewhere === null && message !== null)
  expect(run).toMatchObject({ state: 'stopped', message: expect.stringContaining('knows its job no more') })
})

test('what is given up is not gone back to', async () => {
  await save()
  leaveRun()
  cluster.close()
  studio = await openStudio(directory)
  await state(({ elsewhere }) => elsewhere?.problem != null)
  expect(await studio.page.call('runs.abandon', { runId: 'far' })).toMatchObject({ elsewhere: null })
  await studio.close()
  await cluster.open()
  cluster.asked.length = 0
  studio = await openStudio(directory)
  expect((await studio.page.call('runs.list', {}))[0]).toMatchObject({ state: 'stopped', elsewhere: null })
  expect(cluster.asked).toEqual([])
})

test('where a library says that a run is, nobody goes by themselves unless this person has saved it', async () => {
  leaveRun()
  studio = await openStudio(directory)
  expect((await studio.page.call('runs.list', {}))[0]).toMatchObject({
    elsewhere: { cluster: cluster.address, state: 'lost', problem: null },
  })
  expect(cluster.asked).toEqual([])
  writeFileSync(join(runDirectory(directory, 'far'), 'elsewhere.json'), '{"address":"x"}')
  expect((await studio.page.call('runs.list', {}))[0]).toMatchObject({ elsewhere: null })
})
