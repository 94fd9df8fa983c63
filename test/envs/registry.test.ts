import { describe, expect, it } from 'vitest'
import {
  closing,
  environmentPresets,
  environmentSchemes,
  isEnvironmentId,
  makeEnvironment,
  type Preset,
  prepareEnvironment,
  registerEnvironment,
  registerEnvironmentScheme,
} from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'
import { Walk } from '../demos/walk.ts'

const prepared: string[] = []
const preset = (id: string, recommended = false): Preset => ({
  id,
  title: id.toUpperCase(),
  description: 'Walks.',
  recommended,
  config: { behaviors: {} },
})

registerEnvironmentScheme('walks', {
  example: 'walks:short',
  description: 'Walks of some length',
  starts: null,
  make: (name, parameters) => new Walk({ maxSteps: name === 'short' ? 3 : 9, ...parameters }),
  presets: (name) => (name === 'short' ? [preset('bc'), preset('ppo', true)] : []),
  prepare: async (name) => void prepared.push(name),
})

describe('an environment scheme', () => {
  it('makes the environments whose ids begin with it', async () => {
    expect(makeEnvironment('walks:short').spec.parameters).toEqual({ maxSteps: 3 })
    expect(makeEnvironment('walks:long', { maxSteps: 5 }).spec.parameters).toEqual({ maxSteps: 5 })
    await prepareEnvironment('walks:a:b')
    await prepareEnvironment('basic')
    expect(prepared).toEqual(['a:b'])
    expect(['walks:short', 'basic', 'walks:', 'walks', 'stones:small'].map(isEnvironmentId)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
    expect(environmentSchemes().map(({ example }) => example)).toContain('walks:short')
  })

  it('is refused when it is none or there already', () => {
    const scheme = environmentSchemes().find(({ example }) => example === 'walks:short')!
    expect(() => registerEnvironmentScheme('walks', scheme)).toThrow('registered twice')
    expect(() => registerEnvironmentScheme('Walks 2', scheme)).toThrow('cannot be a scheme')
    expect(() => makeEnvironment('stones:small')).toThrow('unknown environment "stones:small"')
    expect(() => makeEnvironment('walks:')).toThrow('unknown environment')
  })
})

describe('the presets of an environment', () => {
  const register = (id: string, presets: readonly Preset[]) =>
    registerEnvironment(id, () => new Walk({}), { presets })
  const idsOf = (id: string) => environmentPresets(id).map((known) => known.id)

  it('come with its definition or its scheme, the recommended one first', () => {
    register('test/tuned', [preset('sac'), preset('my-own', true)])
    expect(idsOf('test/tuned')).toEqual(['my-own', 'sac'])
    expect(idsOf('walks:short')).toEqual(['ppo', 'bc'])
    expect([idsOf('walks:long'), idsOf('nothing')]).toEqual([[], []])
  })

  it('are refused with the environment when one is none, or nobody knows where to begin', () => {
    const { config: _, ...bare } = preset('bare', true)
    for (const [presets, said] of [
      [[preset('a', true), preset('b', true)], 'the presets of test/no: exactly one is recommended, not 2'],
      [[preset('a')], 'exactly one is recommended, not 0'],
      [[preset('a', true), preset('a')], 'two are called "a"'],
      [[preset('../a', true)], 'an id is up to 40 letters, digits and dashes, not "../a"'],
      [[bare as Preset], '"bare" needs a title, a description and a config'],
    ] as const) {
      expect(() => register('test/no', presets)).toThrow(UserError)
      expect(() => register('test/no', presets)).toThrow(said)
    }
    expect(isEnvironmentId('test/no')).toBe(false)
  })
})

it('closes an environment after work that fails, too', async () => {
  let closed = 0
  const walk = Object.assign(new Walk({}), { close: () => closed++ })
  expect(await closing(walk, () => 5)).toBe(5)
  await expect(closing(walk, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(closed).toBe(2)
})
