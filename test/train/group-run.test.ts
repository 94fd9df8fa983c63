/** Runs in a Unity build with several agents; `env serve` stands in for the build. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { admitEnvironment } from '../../core/envs/index.ts'
import '../../core/remote/index.ts'
import { listCheckpoints, readHead } from '../../core/train/checkpoint.ts'
import { type RunConfig, resolveConfig } from '../../core/train/config.ts'
import type { TrainerMessage } from '../../core/train/messages.ts'
import { Trainer } from '../../core/train/trainer.ts'
import { temporaryDirectory } from '../store/support.ts'

const COMMAND = join(import.meta.dirname, '../../bin/understudy.js')
const AGENTS = 3

function build(folder: string): string {
  const script = `#!/bin/sh\necho $$ >> '${folder}/pids'\nexec '${process.execPath}' '${COMMAND}' env serve --env basic --agents ${AGENTS} -- "$@"\n`
  writeFileSync(join(folder, 'game.x86_64'), script, { mode: 0o755 })
  return `unity:${join(folder, 'game')}`
}

function configOf(env: string, algorithm: 'ppo' | 'sac', more: Record<string, unknown> = {}): RunConfig {
  admitEnvironment(env)
  const { max_steps = 600, network_settings = {}, environment_parameters, ...settings } = more
  return resolveConfig({
    behaviors: {
      run: {
        trainer_type: algorithm,
        hyperparameters:
          algorithm === 'ppo'
            ? { batch_size: 16, buffer_size: 64 }
            : { batch_size: 16, buffer_init_steps: 50, steps_per_update: 4 },
        network_settings: { hidden_units: 8, num_layers: 1, ...(network_settings as object) },
        max_steps,
        summary_freq: 100,
        checkpoint_interval: 300,
      },
    },
    env_settings: { env, num_envs: 2, seed: 5, ...settings },
    ...(environment_parameters === undefined ? {} : { environment_parameters }),
  })
}

async function train(
  config: RunConfig,
  runDirectory: string,
  { stopAt = Number.POSITIVE_INFINITY, resume = false, onStep = (_step: number): void => {} } = {},
) {
  const messages: TrainerMessage[] = []
  const trainer = await Trainer.create({
    config,
    runDirectory,
    demonstrations: null,
    resume,
    initializeFrom: null,
    report: (message) => {
      messages.push(message)
      if (message.type === 'metrics') onStep(message.rows.at(-1)!.step)
      if (message.type === 'checkpoint' && message.step >= stopAt) trainer.stop()
    },
  })
  try {
    return { finished: await trainer.run(), messages }
  } finally {
    await trainer.release()
  }
}

describe('a run in builds with several agents', () => {
  it.each(['ppo', 'sac'] as const)('learns from all of them, and is resumed: %s', async (algorithm) => {
    const [env, directory] = [build(temporaryDirectory()), temporaryDirectory()]
    const first = await train(configOf(env, algorithm), directory, { stopAt: 300 })
    expect(first.finished).toMatchObject({ complete: false, reason: 'asked' })
    const newest = (await listCheckpoints(directory)).at(-1)!
    expect((await readHead(newest)).vector.snapshots).toEqual(Array(2 * AGENTS).fill(null))
    const { finished, messages } = await train(configOf(env, algorithm), directory, { resume: true })
    expect(finished).toMatchObject({ complete: true, reason: 'max_steps' })
    expect(finished.episodes).toBeGreaterThan(first.finished.episodes)
    const rows = messages.flatMap((message) => (message.type === 'metrics' ? message.rows : []))
    const updates = new Set(rows.filter(({ name }) => name === 'policy/entropy').map(({ step }) => step))
    expect(updates.size).toBeGreaterThan(3)
  })

  it('sends the lessons to the builds', async () => {
    const env = build(temporaryDirectory())
    const config = configOf(env, 'sac', {
      max_steps: 400,
      num_envs: 1,
      environment_parameters: {
        max_steps: {
          curriculum: [
            {
              name: 'short',
              completion_criteria: { measure: 'progress', behavior: 'run', threshold: 0.5 },
              value: 2,
            },
            {
              name: 'longer',
              value: { sampler_type: 'uniform', sampler_parameters: { min_value: 4, max_value: 4 } },
            },
          ],
        },
      },
    })
    const { messages } = await train(config, temporaryDirectory())
    const lengths = messages.flatMap((message) =>
      message.type === 'metrics' ? message.rows.filter(({ name }) => name === 'rollout/length') : [],
    )
    // The last lesson is heard of with the episodes that begin after it.
    expect(lengths[0]!.value).toBe(2)
    // An agent that reaches a goal needs no more than three steps.
    expect(lengths.at(-1)!.value).toBeGreaterThan(3)
    expect(lengths.length).toBeGreaterThan(3)
  })

  it('goes on when one of the builds is killed', async () => {
    const folder = temporaryDirectory()
    const env = build(folder)
    const pids = () => readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number)
    let killed = 0
    const { finished } = await train(configOf(env, 'sac', { max_steps: 3_000 }), temporaryDirectory(), {
      onStep: (step) => {
        if (step < 500 || killed > 0) return
        killed = pids().at(-1)!
        process.kill(killed, 'SIGKILL')
      },
    })
    expect(finished.reason).toBe('max_steps')
    expect(killed).toBeGreaterThan(0)
    expect(pids().at(-1)).not.toBe(killed)
  })

  it('refuses workers, and algorithms that must have every agent at once', async () => {
    const env = build(temporaryDirectory())
    await expect(train(configOf(env, 'ppo', { workers: 1 }), temporaryDirectory())).rejects.toThrow(
      /its own processes, which step side by side without workers/,
    )
    const memory = { network_settings: { memory: { memory_size: 8, sequence_length: 8 } } }
    await expect(train(configOf(env, 'ppo', memory), temporaryDirectory())).rejects.toThrow(
      /cannot learn from agents that decide at different times/,
    )
    const alone = { ...memory, parameters: { agents: 1 }, max_steps: 128 }
    const { finished } = await train(configOf(env, 'ppo', alone), temporaryDirectory())
    expect(finished.reason).toBe('max_steps')
  })
})
