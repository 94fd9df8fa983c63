import { describe, expect, it } from 'vitest'
import {
  closing,
  environmentSchemes,
  isEnvironmentId,
  makeEnvironment,
  prepareEnvironment,
  registerEnvironmentScheme,
} from '../../core/envs/index.ts'
import { Walk } from '../demos/walk.ts'

const prepared: string[] = []

registerEnvironmentScheme('walks', {
  example: 'walks:short',
  description: 'Walks of some length',
  starts: null,
  make: (name, parameters) => new Walk({ maxSteps: name === 'short' ? 3 : 9, ...parameters }),
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

it('closes an environment after work that fails, too', async () => {
  let closed = 0
  const walk = Object.assign(new Walk({}), { close: () => closed++ })
  expect(await closing(walk, () => 5)).toBe(5)
  await expect(closing(walk, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(closed).toBe(2)
})
