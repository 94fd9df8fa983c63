import { expect, it } from 'vitest'
import { RemoteActors } from '../../core/cluster/remote-actors.ts'
import { metricDefinitions } from '../../core/learn/index.ts'
import { resolveConfig } from '../../core/train/config.ts'
import { Trainer } from '../../core/train/trainer.ts'
import { actorMetrics } from '../../core/train/trainer-metrics.ts'
import { temporaryDirectory } from '../store/support.ts'
import { LocalWorkers } from './local-workers.ts'

const config = resolveConfig({
  behaviors: {
    basic: {
      trainer_type: 'ppo',
      hyperparameters: { batch_size: 64, buffer_size: 512, learning_rate: 3e-3, beta: 0.02, num_epoch: 4 },
      network_settings: { hidden_units: 20, num_layers: 1 },
      reward_signals: { extrinsic: { gamma: 0.995 } },
      max_steps: 12_000,
      summary_freq: 1_000,
    },
  },
  env_settings: {
    env: 'basic',
    num_envs: 8,
    seed: 1,
    workers: 2,
    stepping: 'async',
    restarts_rate_limit_n: -1,
  },
})

it('PPO learns basic from two workers that act by themselves, of which one is killed on the way', async () => {
  const workers = new LocalWorkers()
  const metrics = new Map<string, number>()
  const notices: string[] = []
  const { environment: id, parameters, numEnvs: count, seed, rollout, behavior, engine } = config
  const trainer = await Trainer.create({
    config,
    runDirectory: temporaryDirectory(),
    demonstrations: null,
    resume: false,
    initializeFrom: null,
    report: (message) => {
      if (message.type === 'notice') notices.push(message.text)
      if (message.type !== 'metrics') return
      for (const { name, value } of message.rows) metrics.set(name, value)
      if (message.rows[0]!.step > 3_000 && workers.starts === 2) workers.children.get(1)!.kill('SIGKILL')
    },
    makeRollout: (_, samplers) =>
      RemoteActors.create(workers, {
        recipe: { id, parameters, samplers },
        plugins: [],
        admitted: [],
        count,
        seed,
        behavior,
        engine,
        ...rollout,
      }),
  })
  try {
    const { step } = await trainer.run()
    // Nobody waits for what is under way when the last step is made.
    expect(step).toBeLessThan(12_000 + count)
  } finally {
    await trainer.release()
  }
  expect(metrics.get('rollout/return')).toBeGreaterThan(0.8)
  expect(metrics.get('actors/staleness_max')).toBeLessThanOrEqual(1)
  expect(Object.keys(actorMetrics).filter((name) => !metrics.has(name))).toEqual([])
  expect([...metricDefinitions().keys()]).toEqual(expect.arrayContaining(Object.keys(actorMetrics)))
  expect(workers.starts).toBe(3)
  expect(notices).toEqual(['worker 1 of the cluster: it has ended; its unfinished episodes are dropped'])
})
