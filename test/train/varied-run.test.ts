import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../core/train/config.ts'
import { checkLessons } from '../../core/train/lesson-check.ts'
import type { MetricRow, TrainerMessage } from '../../core/train/messages.ts'
import { tagOf } from '../../core/train/tensorboard.ts'
import { Trainer } from '../../core/train/trainer.ts'
import { temporaryDirectory } from '../store/support.ts'

const progress = (threshold: number) => ({
  completion_criteria: { measure: 'progress', behavior: 'Bubble', threshold },
})
const lessons = {
  captives: {
    curriculum: [
      { name: 'one', value: 1, ...progress(0.25) },
      {
        name: 'some',
        value: { sampler_type: 'uniform', sampler_parameters: { min_value: 2, max_value: 4 } },
        ...progress(0.5),
      },
      { name: 'five', value: 5 },
    ],
  },
}

const varied = {
  ...lessons,
  colours: { sampler_type: 'uniform', sampler_parameters: { min_value: 2, max_value: 4 } },
}

const config = (environment_parameters: unknown, env = 'bubble/25') =>
  resolveConfig({
    behaviors: {
      Bubble: {
        trainer_type: 'ppo',
        hyperparameters: { batch_size: 32, buffer_size: 128, num_epoch: 1 },
        network_settings: { hidden_units: 16, num_layers: 1, head_units: 8 },
        max_steps: 1_600,
        summary_freq: 200,
      },
    },
    env_settings: { env, num_envs: 4, seed: 5 },
    environment_parameters,
  })

interface Session {
  readonly metrics: readonly MetricRow[]
  readonly messages: readonly TrainerMessage[]
}

async function session(
  runDirectory: string,
  parameters: unknown,
  { stopAfter = Number.POSITIVE_INFINITY, resume = false } = {},
): Promise<Session> {
  const messages: TrainerMessage[] = []
  let summaries = 0
  const trainer = await Trainer.create({
    config: config(parameters),
    runDirectory,
    demonstrations: null,
    resume,
    initializeFrom: null,
    report: (message) => {
      messages.push(message)
      if (message.type === 'metrics' && ++summaries === stopAfter) trainer.stop()
    },
  })
  await trainer.run()
  await trainer.release()
  const rows = messages.flatMap((message) => (message.type === 'metrics' ? message.rows : []))
  return { messages, metrics: rows.filter(({ name }) => !name.startsWith('time/')) }
}

describe('a run whose environment changes', () => {
  it('goes through its lessons, and goes on after a stop bit for bit', async () => {
    const whole = await session(temporaryDirectory(), varied)
    const at = (name: string) => whole.metrics.filter((row) => row.name === name).map(({ value }) => value)
    expect(at('lesson/captives')).toEqual([0, 0, 1, 1, 2, 2, 2, 2])
    expect(tagOf('lesson/captives')).toBe('Environment/Lesson Number/captives')
    const length = at('rollout/length')
    expect(length[0]).toBeLessThan(length.at(-1)! / 2)
    const shown = whole.messages.flatMap((message) => (message.type === 'progress' ? [message.lessons] : []))
    expect(shown.at(-1)).toEqual({ captives: 'five' })

    const runDirectory = temporaryDirectory()
    await session(runDirectory, varied, { stopAfter: 3 })
    const rest = await session(runDirectory, varied, { resume: true })
    expect(rest.metrics).toEqual(whole.metrics)
  })

  it('is not mastered in an easy lesson', async () => {
    const late = {
      curriculum: [
        { name: 'one', value: 1, ...progress(0.9) },
        { name: 'four', value: 4 },
      ],
    }
    const { metrics, messages } = await session(temporaryDirectory(), { colours: late })
    const score = metrics.find(({ name, step }) => name === 'rollout/window_score' && step === 1_400)!
    expect(score.value).toBeLessThan(25.14)
    expect(messages.findLast(({ type }) => type === 'progress')).toMatchObject({ masteredAtStep: null })
  })
})

describe('the lessons of a run', () => {
  it.each([
    ['colour', 3, 'bubble/25 has no parameter "colour"'],
    ['colours', 2.5, 'parameter "colours" cannot be 2.5'],
    [
      'colours',
      { sampler_type: 'uniform', sampler_parameters: { min_value: 2, max_value: 6 } },
      'parameter "colours" cannot be 6',
    ],
    [
      'copy_chance',
      {
        sampler_type: 'multirangeuniform',
        sampler_parameters: {
          intervals: [
            [0, 0.1],
            [0.9, 1.4],
          ],
        },
      },
      'cannot be 1.4',
    ],
  ])('are refused before training: %s', (name, value, message) => {
    expect(() => checkLessons(config({ [name]: value, rows: 6 }))).toThrow(message)
  })

  it('may not change what the agent sees', () => {
    const sizes = {
      curriculum: [
        { name: 'small', value: 4, ...progress(0.5) },
        { name: 'large', value: 5 },
      ],
    }
    expect(() => checkLessons(config({ gridSize: sizes }, 'grid'))).toThrow(
      'grid: gridSize changes what the agent sees or may do, so it cannot vary',
    )
  })

  it('pass where the environment takes them all', () => {
    expect(() => checkLessons(config(lessons))).not.toThrow()
    const gaussian = { sampler_type: 'gaussian', sampler_parameters: { mean: 3, st_dev: 5 } }
    expect(() => checkLessons(config({ colours: gaussian, copy_chance: 0.25 }))).not.toThrow()
  })
})
