/** Runs whose environments step on worker threads. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../core/errors.ts'
import { admitPlugins } from '../../core/plugins.ts'
import { listCheckpoints, readHead } from '../../core/train/checkpoint.ts'
import { type RunConfig, resolveConfig } from '../../core/train/config.ts'
import type { TrainerMessage } from '../../core/train/messages.ts'
import { Trainer } from '../../core/train/trainer.ts'
import { temporaryDirectory } from '../store/support.ts'

const fragile = join(import.meta.dirname, '../rollout/fragile.ts')
admitPlugins([fragile])
const HYPERPARAMETERS = {
  ppo: { batch_size: 16, buffer_size: 64 },
  sac: { batch_size: 16, buffer_init_steps: 50, steps_per_update: 4 },
} as const

function configOf(
  algorithm: keyof typeof HYPERPARAMETERS,
  env: Record<string, unknown> = {},
  maxSteps = 400,
): RunConfig {
  return resolveConfig({
    behaviors: {
      run: {
        trainer_type: algorithm,
        hyperparameters: HYPERPARAMETERS[algorithm],
        network_settings: { hidden_units: 8, num_layers: 1, normalize: true },
        max_steps: maxSteps,
        summary_freq: 100,
        checkpoint_interval: 200,
      },
    },
    env_settings: { env: 'basic', num_envs: 4, seed: 5, ...env },
    ...(env.env === 'test/fragile' ? { plugins: [fragile] } : {}),
  })
}

async function train(
  config: RunConfig,
  runDirectory: string,
  options: { stopAt?: number; resume?: boolean } = {},
) {
  const messages: TrainerMessage[] = []
  const trainer = await Trainer.create({
    config,
    runDirectory,
    demonstrations: null,
    resume: options.resume ?? false,
    initializeFrom: null,
    report: (message) => {
      messages.push(message)
      if (message.type === 'checkpoint' && message.step >= (options.stopAt ?? Number.POSITIVE_INFINITY)) {
        trainer.stop()
      }
    },
  })
  try {
    const finished = await trainer.run()
    return { finished, messages, policy: readFileSync(join(runDirectory, 'agent.onnx')) }
  } finally {
    await trainer.release()
  }
}

describe('a run on workers', () => {
  it.each(['ppo', 'sac'] as const)(
    'in lockstep is that of one thread, interrupted or not: %s',
    async (algorithm) => {
      const alone = await train(configOf(algorithm), temporaryDirectory())
      const onWorkers = configOf(algorithm, { workers: 2 })
      const directory = temporaryDirectory()
      const first = await train(onWorkers, directory, { stopAt: 200 })
      expect(first.finished).toMatchObject({ complete: false, step: 200 })
      const second = await train(onWorkers, directory, { resume: true })
      expect(second.policy.equals(alone.policy)).toBe(true)
      expect(second.finished).toEqual({ ...alone.finished, wallSeconds: expect.any(Number) })
    },
  )

  it.each(['ppo', 'sac'] as const)('learns from whoever is ready, and is resumed: %s', async (algorithm) => {
    const config = configOf(algorithm, { workers: 2, stepping: 'async', pace: 200 })
    const directory = temporaryDirectory()
    const first = await train(config, directory, { stopAt: 200 })
    expect(first.finished.step).toBeGreaterThanOrEqual(200)
    const { finished, messages } = await train(config, directory, { resume: true })
    expect(finished).toMatchObject({ complete: true, reason: 'max_steps' })
    const rows = messages.flatMap((message) => (message.type === 'metrics' ? message.rows : []))
    for (const name of ['time/worker_idle', 'time/worker_idle/1']) {
      const share = rows.findLast((row) => row.name === name)!.value
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }
    const updates = new Set(rows.filter(({ name }) => name === 'policy/entropy').map(({ step }) => step))
    expect(updates.size).toBeGreaterThan(3)
  })

  it('ends with a checkpoint and a sentence when a worker ends too often', async () => {
    const config = configOf(
      'sac',
      {
        env: 'test/fragile',
        parameters: { fault: 'throws' },
        workers: 2,
        max_lifetime_restarts: 3,
        restarts_rate_limit_n: -1,
      },
      100_000,
    )
    const directory = temporaryDirectory()
    const run = train(config, directory)
    await expect(run).rejects.toThrow(UserError)
    await expect(run).rejects.toThrow('ended and may not be restarted again: the fragile environment broke')
    const newest = (await listCheckpoints(directory)).at(-1)!
    expect(newest.step).toBeGreaterThan(0)
    expect((await readHead(newest)).vector.snapshots).toContain(null)
  })
})
