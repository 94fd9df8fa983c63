import { mkdirSync } from 'node:fs'
import { openLibrary } from '../../core/store/index.ts'
import { configToYaml, resolveConfig, runDirectory, writeElsewhere } from '../../core/train/index.ts'
import type { FakeCluster } from './dashboard.ts'

/** The library as a studio leaves it that was closed, or died, while a cluster trained a run. */
export function leaveOnCluster(directory: string, cluster: FakeCluster, id: string, job: string): void {
  const library = openLibrary(directory)
  const config = resolveConfig(
    { env_settings: { env: 'basic', seed: 1 }, checkpoint_settings: { run_id: id } },
    { algorithm: 'ppo', maxSteps: 9000 },
  )
  library.claimRun({
    id,
    environmentId: 'basic',
    algorithm: 'ppo',
    signals: ['extrinsic'],
    state: 'running',
    createdAtUs: 1,
    finishedAtUs: null,
    step: 100,
    maxSteps: 9000,
    score: null,
    masteredAtStep: null,
    demonstrations: [],
    pid: null,
    message: null,
    config: configToYaml(config),
  })
  const folder = runDirectory(directory, id)
  mkdirSync(folder, { recursive: true })
  writeElsewhere(folder, { address: cluster.address, job, folder: null })
  library.close()
  cluster.begin(job, id)
}
