import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environmentSpecs, makeEnvironment } from '../../core/envs/index.ts'
import { algorithmNames } from '../../core/learn/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { choiceOf, choicesFor, composeConfig } from '../../core/train/compose.ts'
import { presetsFor } from '../../core/train/presets.ts'
import { freeRunId } from '../../core/train/run-id.ts'
import { temporaryDirectory } from '../store/support.ts'

const choices = (id: string) => choicesFor(id, makeEnvironment(id).spec)

describe('what can be begun in an environment', () => {
  it.each(environmentSpecs().map(({ id }) => id))('is every algorithm that takes its actions: %s', (id) => {
    const { action } = makeEnvironment(id).spec
    const algorithms = choices(id).map(({ config }) => {
      const [behavior] = Object.values(config.behaviors as Record<string, { trainer_type: string }>)
      return behavior!.trainer_type
    })
    const refuses: Record<string, boolean> = { dqn: action.continuous > 0, td3: action.discrete.length > 0 }
    const expected = algorithmNames().filter((name) => refuses[name] !== true)
    expect(new Set(algorithms)).toEqual(new Set(expected))
    expect(new Set(choices(id).map((choice) => choice.id)).size).toBe(choices(id).length)
  })

  it('begins with the presets, and names the nearest of what is not there', () => {
    const presets = presetsFor('basic')
    expect(choices('basic').slice(0, presets.length)).toEqual(presets)
    const { spec } = makeEnvironment('basic')
    expect(choiceOf('basic', spec, 'dqn').title).toBe('Deep Q-learning')
    expect(() => choiceOf('basic', spec, 'dnq')).toThrow('unknown preset "dnq"')
    expect(() => choiceOf('pendulum', makeEnvironment('pendulum').spec, 'dqn')).toThrow(
      'unknown preset "dqn"',
    )
  })
})

it('a configuration has what is sound of the choices, and each that is not is told', () => {
  const { config } = choiceOf('basic', makeEnvironment('basic').spec, 'dqn')
  const settings = {
    'hyperparameters.learning_rate': 0.002,
    'hyperparameters.batch_size': -1,
    'env_settings.num_envs': 3,
  }
  const composed = composeConfig(config, settings, { environment: 'basic', runId: 'mine' })
  expect(composed.problems.map(({ path }) => path)).toEqual(['hyperparameters.batch_size'])
  expect(composed.config).toMatchObject({ runId: 'mine', numEnvs: 3 })
  expect(composed.config.behavior).toMatchObject({
    trainer_type: 'dqn',
    hyperparameters: { learning_rate: 0.002 },
  })
})

it('a run id is made of what was typed, and free', () => {
  const library = openLibrary(temporaryDirectory())
  expect(freeRunId(library, 'Übung, Nr. 2!')).toBe('Ubung-Nr.-2')
  expect(freeRunId(library, '…')).toBe('run')
  mkdirSync(join(library.dir, 'runs', 'first'), { recursive: true })
  expect(freeRunId(library, 'first')).toBe('first-2')
  expect(freeRunId(library, 'second', true)).toBe('second-1')
})
