/** Runs in environments that cannot make every step, or do not end. */
import { describe, expect, it } from 'vitest'
import { registerEnvironment } from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'
import { listCheckpoints, readSummary } from '../../core/train/checkpoint.ts'
import { resolveConfig } from '../../core/train/config.ts'
import { Trainer } from '../../core/train/trainer.ts'
import { OwnEnd } from '../rollout/own-end.ts'
import { temporaryDirectory } from '../store/support.ts'

const SAID = 'it gave NaN as reward at step 7'
const AT_7 = { atStep: 7, message: SAID }

registerEnvironment('test/often', () => new OwnEnd({ length: 20, fault: { ...AT_7, every: 1 } }))
registerEnvironment('test/sometimes', () => new OwnEnd({ length: 20, fault: { ...AT_7, every: 64 } }))
registerEnvironment('test/patient', () => new OwnEnd({ patience: 30 }))
registerEnvironment('test/long', () => new OwnEnd({ length: 250 }))

interface Options {
  readonly memory?: boolean
  readonly resume?: boolean
  readonly settings?: object
}

async function train(env: string, directory: string, { memory, resume = false, settings }: Options = {}) {
  const notices: string[] = []
  const lengths: number[] = []
  const trainer = await Trainer.create({
    config: resolveConfig({
      behaviors: {
        run: {
          trainer_type: 'ppo',
          hyperparameters: { batch_size: 32, buffer_size: 128, num_epoch: 1 },
          network_settings: {
            hidden_units: 8,
            num_layers: 1,
            normalize: true,
            ...(memory ? { memory: { memory_size: 8, sequence_length: 8 } } : {}),
          },
          max_steps: 1_200,
          summary_freq: 100,
        },
      },
      env_settings: { env, num_envs: 4, seed: 5, ...settings },
    }),
    runDirectory: directory,
    demonstrations: null,
    resume,
    initializeFrom: null,
    report: (message) => {
      if (message.type === 'notice') notices.push(message.text)
      if (message.type !== 'metrics') return
      lengths.push(...message.rows.filter(({ name }) => name === 'rollout/length').map(({ value }) => value))
    },
  })
  try {
    const finished = await trainer.run().catch((error: unknown) => error)
    return { finished, notices, lengths }
  } finally {
    await trainer.release()
  }
}

describe('a run in an environment that cannot make every step', () => {
  it('drops the episode, says so, and goes on', async () => {
    const { finished, notices } = await train('test/sometimes', temporaryDirectory(), {
      settings: { restarts_rate_limit_n: -1, max_lifetime_restarts: -1 },
    })
    expect(finished).toMatchObject({ reason: 'max_steps' })
    expect(notices.length).toBeGreaterThan(0)
    expect(new Set(notices)).toEqual(new Set([`${SAID}; its unfinished episodes are dropped`]))
  })

  it('ends with a checkpoint where it happens too often, and can be resumed', async () => {
    const directory = temporaryDirectory()
    const { finished, notices } = await train('test/often', directory)
    expect(finished).toBeInstanceOf(UserError)
    expect(finished).toMatchObject({ message: SAID, remedy: expect.stringContaining('resume the run') })
    expect(notices).toHaveLength(4)
    const { step } = await readSummary((await listCheckpoints(directory)).at(-1)!)
    expect(step).toBeGreaterThan(4 * 7)
    const resumed = await train('test/often', directory, {
      resume: true,
      settings: { restarts_rate_limit_n: -1, max_lifetime_restarts: -1 },
    })
    expect(resumed.finished).toMatchObject({ reason: 'max_steps' })
  })

  it('ends with a checkpoint where the algorithm must see every step', async () => {
    const directory = temporaryDirectory()
    const { finished } = await train('test/often', directory, { memory: true })
    expect(finished).toMatchObject({ remedy: expect.stringContaining('cannot learn from an episode that') })
    expect((await readSummary((await listCheckpoints(directory)).at(-1)!)).step).toBe(4 * 6)
  })
})

describe('a run in an environment without a limit', () => {
  it('has episodes as long as they are, and nothing to say of it', async () => {
    const { notices, lengths } = await train('test/long', temporaryDirectory())
    expect(new Set(lengths)).toEqual(new Set([250]))
    expect(notices).toEqual([])
  })

  it('says once that it cuts an episode, unless it was told to', async () => {
    const { notices, lengths } = await train('test/patient', temporaryDirectory())
    expect(new Set(lengths)).toEqual(new Set([30]))
    expect(notices).toEqual([
      'test/own-end: an episode was cut at 30 steps, as the environment sets no limit (a run can set env_settings.max_episode_steps)',
    ])
    const told = await train('test/patient', temporaryDirectory(), { settings: { max_episode_steps: 40 } })
    expect(new Set(told.lengths)).toEqual(new Set([40]))
    expect(told.notices).toEqual([])
  })
})
