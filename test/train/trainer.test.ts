import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recordEpisode } from '../../core/demos/index.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import type { DemonstrationData } from '../../core/learn/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { checkpointDirectory, listCheckpoints } from '../../core/train/checkpoint.ts'
import { type RunConfig, resolveConfig } from '../../core/train/config.ts'
import { demonstrationData } from '../../core/train/demonstrations.ts'
import type { Finished, MetricRow, TrainerMessage } from '../../core/train/messages.ts'
import { Trainer, type TrainerOptions } from '../../core/train/trainer.ts'
import { temporaryDirectory } from '../store/support.ts'
import { rightward } from './rightward.ts'

const SMALL = {
  sac: { batch_size: 32, buffer_size: 500, buffer_init_steps: 100, steps_per_update: 8 },
  ppo: { batch_size: 32, buffer_size: 128, num_epoch: 2 },
  bc: { batch_size: 32 },
  dqn: {
    batch_size: 32,
    buffer_size: 500,
    buffer_init_steps: 100,
    steps_per_update: 8,
    prioritized_replay: true,
  },
  es: { population: 8 },
}

/** Small enough to train in a blink, large enough that the replay buffer wraps and episodes end. */
function config(algorithm: keyof typeof SMALL, gail = false, seed = 5): RunConfig {
  return resolveConfig({
    behaviors: {
      basic: {
        trainer_type: algorithm,
        hyperparameters: {
          ...SMALL[algorithm],
          ...(gail && (algorithm === 'sac' || algorithm === 'dqn') ? { demonstration_share: 0.25 } : {}),
        },
        network_settings: { hidden_units: 16, num_layers: 1, normalize: true },
        reward_signals: {
          extrinsic: { gamma: 0.9 },
          ...(gail ? { gail: { gamma: 0.9, strength: 0.1 } } : {}),
        },
        max_steps: 1_200,
        summary_freq: 100,
        checkpoint_interval: 400,
      },
    },
    // What does not move is judged by a whole episode, too.
    env_settings: {
      env: 'basic',
      num_envs: 4,
      seed,
      ...(algorithm === 'es' ? { max_episode_steps: 15 } : {}),
    },
  })
}

async function demonstrations(episodes = 3): Promise<DemonstrationData> {
  const environment = makeEnvironment('basic')
  const library = openLibrary(temporaryDirectory())
  const played = []
  for (let seed = 0; seed < episodes; seed++) {
    const { episodeId } = await recordEpisode(library, environment, rightward(), seed)
    played.push({ label: `episode ${seed}`, episode: library.readEpisode(episodeId!) })
  }
  return demonstrationData(environment.spec, played)
}

interface Session {
  readonly finished: Finished
  readonly metrics: readonly MetricRow[]
  readonly messages: readonly TrainerMessage[]
}

/** @param stopAfter  stops after so many summaries */
async function session(
  options: Partial<TrainerOptions> & Pick<TrainerOptions, 'config' | 'runDirectory'>,
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<Session> {
  const messages: TrainerMessage[] = []
  let summaries = 0
  const trainer = await Trainer.create({
    demonstrations: null,
    resume: false,
    initializeFrom: null,
    ...options,
    report: (message) => {
      messages.push(message)
      if (message.type === 'metrics' && ++summaries === stopAfter) trainer.stop()
    },
  })
  const finished = await trainer.run()
  await trainer.release()
  const rows = messages.flatMap((message) => (message.type === 'metrics' ? message.rows : []))
  return { finished, messages, metrics: rows.filter(({ name }) => !name.startsWith('time/')) }
}

describe('Trainer', () => {
  it.each([
    ['ppo', false],
    ['sac', false],
    ['ppo', true],
    ['sac', true],
    ['bc', false],
    ['dqn', true],
    ['es', false],
  ] as const)(
    'goes on after a stop as if there had been none, bit for bit: %s, gail %s',
    async (algorithm, gail) => {
      const data = gail || algorithm === 'bc' ? await demonstrations() : null
      const options = { config: config(algorithm, gail), demonstrations: data }
      const whole = { ...options, runDirectory: temporaryDirectory() }
      const parts = { ...options, runDirectory: temporaryDirectory() }
      const uninterrupted = await session(whole)
      const first = await session(parts, 5)
      expect(first.finished).toMatchObject({ complete: false, step: 500 })
      const second = await session({ ...parts, resume: true })

      expect(uninterrupted.metrics.length).toBeGreaterThan(50)
      expect(second.metrics).toEqual(uninterrupted.metrics)
      expect(second.finished).toEqual({ ...uninterrupted.finished, wallSeconds: expect.any(Number) })
      const policy = (run: { runDirectory: string }) => readFileSync(join(run.runDirectory, 'agent.onnx'))
      expect(policy(parts).equals(policy(whole))).toBe(true)
    },
  )

  it('reports summaries, checkpoints and progress', async () => {
    const runDirectory = temporaryDirectory()
    const { finished, metrics, messages } = await session({ config: config('ppo'), runDirectory })
    expect(finished).toMatchObject({ complete: true, step: 1_200, masteredAtStep: null })
    const steps = [...new Set(metrics.map((row) => row.step))]
    expect(steps).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) * 100))
    const names = new Set(metrics.map((row) => row.name))
    for (const name of [
      'rollout/score',
      'rollout/return',
      'rollout/length',
      'rollout/success',
      'policy/entropy',
    ]) {
      expect(names).toContain(name)
    }
    expect((await listCheckpoints(runDirectory)).map(({ step }) => step)).toEqual([0, 400, 800, 1_200])
    // Of what is played before anything is learned, so that it can be watched at once.
    expect(messages[0]).toMatchObject({ type: 'checkpoint', step: 0, score: null })
    const progress = messages.findLast((message) => message.type === 'progress')
    expect(progress).toMatchObject({ step: 1_200, maxSteps: 1_200, etaSeconds: 0 })
    const { environment, inference, update, waiting } = progress!.shares
    expect(environment + inference + update + waiting).toBeCloseTo(1, 9)
  })

  it('goes back to the newest checkpoint that is whole, and says what is lost', async () => {
    const options = { config: config('sac'), runDirectory: temporaryDirectory() }
    const uninterrupted = await session(options)
    const { behavior } = options.config
    const longer = { ...options.config, behavior: { ...behavior, max_steps: 1_600 } }
    const whole = { config: longer, runDirectory: temporaryDirectory() }
    const course = await session(whole)
    truncateSync(join(checkpointDirectory(options.runDirectory), '1200.checkpoint'), 1_000)
    const resumed = await session({ ...options, config: longer, resume: true })
    expect(resumed.messages.slice(0, 3)).toEqual([
      {
        type: 'notice',
        text: 'checkpoint 1,200 is damaged (checksum); continuing from 800; 400 steps are lost',
      },
      { type: 'resumed', step: 800, score: expect.any(Number), masteredAtStep: null },
      { type: 'metrics', rows: uninterrupted.metrics.filter(({ step }) => step <= 800) },
    ])
    expect(resumed.metrics).toEqual(course.metrics)
    expect(readdirSync(join(options.runDirectory, 'damaged')).sort()).toEqual([
      '1200.checkpoint',
      '1200.onnx',
      '1200.replay',
    ])
  })

  it('does not begin again by itself where a run has lost its checkpoints', async () => {
    const options = { config: config('ppo'), runDirectory: temporaryDirectory() }
    await session(options, 5)
    const directory = checkpointDirectory(options.runDirectory)
    for (const { path } of await listCheckpoints(options.runDirectory)) writeFileSync(path, 'USTUDCKP')
    await expect(session({ ...options, resume: true })).rejects.toThrow(
      /cannot be resumed: checkpoint 500 is damaged \(length: 8 bytes\), checkpoint 400 is damaged/,
    )
    expect(readdirSync(options.runDirectory)).not.toContain('damaged')
    await expect(session({ ...options, initializeFrom: options.runDirectory })).rejects.toThrow(
      'no checkpoint is intact in',
    )
    rmSync(directory, { recursive: true })
    await expect(session({ ...options, resume: true })).rejects.toThrow('its checkpoints are gone')
  })

  it('ends by the clock and by its rule, with a checkpoint, and says so', async () => {
    const { finished } = await session({
      config: { ...config('ppo'), stop: { ...config('ppo').stop, max_seconds: 1e-9 } },
      runDirectory: temporaryDirectory(),
    })
    expect(finished).toMatchObject({ complete: true, reason: 'max_seconds', step: 0 })
    const runDirectory = temporaryDirectory()
    const flat = { ...config('ppo').stop, at: 'plateau' as const, plateau_steps: 1, plateau_share: 1 }
    // 4 environments of 200 steps at most, then the first window of 1,000 steps and two checks.
    const { behavior, ...rest } = config('ppo')
    const long = { ...rest, behavior: { ...behavior, max_steps: 5_000 }, stop: flat }
    const ended = (await session({ config: long, runDirectory })).finished
    expect(ended).toMatchObject({ complete: true, reason: 'plateau', step: 1_900 })
    expect((await listCheckpoints(runDirectory)).at(-1)).toMatchObject({ step: 1_900 })
  })

  it('gives other seeds another course', async () => {
    const run = (seed: number) =>
      session({ config: config('ppo', false, seed), runDirectory: temporaryDirectory() })
    expect((await run(1)).metrics).not.toEqual((await run(2)).metrics)
  })

  it('notices that the demonstrations have changed', async () => {
    const options = { config: config('sac', true), runDirectory: temporaryDirectory() }
    await session({ ...options, demonstrations: await demonstrations(3) }, 5)
    const other = await demonstrations(2)
    const resumed = session({ ...options, demonstrations: other, resume: true })
    await expect(resumed).rejects.toThrow('the demonstrations of the run have changed')
  })

  it('starts from the networks of another run, and refuses those that do not fit', async () => {
    const source = temporaryDirectory()
    await session({ config: config('ppo'), runDirectory: source })
    const score = async (initializeFrom: string | null) => {
      const runDirectory = temporaryDirectory()
      const { metrics } = await session({ config: config('ppo', false, 8), runDirectory, initializeFrom }, 2)
      return metrics.find(({ name }) => name === 'policy/entropy')?.value
    }
    const [fresh, initialized] = [await score(null), await score(source)]
    expect(initialized).not.toBe(fresh)

    const runDirectory = temporaryDirectory()
    const { behavior, ...rest } = config('ppo')
    const larger = { ...behavior, network_settings: { ...behavior.network_settings, hidden_units: 24 } }
    const wrong = session({ config: { ...rest, behavior: larger }, runDirectory, initializeFrom: source })
    await expect(wrong).rejects.toThrow('do not fit this configuration')
    await expect(
      session({ config: config('ppo'), runDirectory, initializeFrom: temporaryDirectory() }),
    ).rejects.toThrow('there is no checkpoint')
  })
})
