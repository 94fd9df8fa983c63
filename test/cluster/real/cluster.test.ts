/**
 * The real Ray on machines with cables between them: what is trained there is what is trained here, and it goes on when a process,
 * a node or a cable is lost.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest'
import { prepareEnvironment } from '../../interop/virtual-environment.ts'
import { actors } from './actors.ts'
import { experiments } from './experiments.ts'
import { lockstep } from './lockstep.ts'
import { losses } from './losses.ts'
import { Machines, whyNoMachines } from './machines.ts'
import { OneMachine } from './one-machine.ts'
import { pace } from './pace.ts'
import { places } from './places.ts'
import { CLIENT, HEAD, RayCluster } from './ray-cluster.ts'
import { twoHosts } from './sagemaker-hosts.ts'
import { makeSmall, stores } from './stores.ts'

const obstacle = whyNoMachines()
if (obstacle !== null) {
  process.stdout.write(`skipped: a cluster of several machines, and what can be lost of it: ${obstacle}\n`)
}

describe.runIf(obstacle !== null)('a cluster of this machine alone', () => {
  let cluster: RayCluster

  beforeAll(async () => {
    const programs = await prepareEnvironment('ray')
    const folder = mkdtempSync(join(tmpdir(), 'us-'))
    cluster = new RayCluster(new OneMachine(folder), folder, programs)
    await cluster.startHead(3)
  }, 600_000)

  afterAll(async () => {
    await cluster.machines.close()
    rmSync(cluster.folder, { recursive: true, force: true })
  }, 60_000)

  lockstep(() => cluster, [1])
  places(() => cluster)
})

describe.skipIf(obstacle !== null)('a cluster of three machines', () => {
  let cluster: RayCluster
  let takeAway: () => void

  beforeAll(async () => {
    const programs = await prepareEnvironment('ray')
    const folder = mkdtempSync(join(tmpdir(), 'us-'))
    takeAway = makeSmall(folder)
    cluster = new RayCluster(new Machines([HEAD, 'one', 'two', CLIENT]), folder, programs)
    await cluster.startHead(3)
  }, 600_000)

  afterAll(async () => {
    await cluster.machines.close()
    takeAway()
    rmSync(cluster.folder, { recursive: true, force: true })
  }, 60_000)

  for (const part of [lockstep, losses, actors, places, stores, experiments, pace]) part(() => cluster)
})

describe.skipIf(obstacle !== null)('a training job of SageMaker on two hosts', () => {
  it('is interrupted, goes on, fails on both with one sentence, and its model is served', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'us-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    await twoHosts(folder, await prepareEnvironment('ray'))
  }, 600_000)
})
