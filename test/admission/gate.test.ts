import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { askMemory, UnadmittedError } from '../../core/admission/index.ts'
import {
  admitEnvironment,
  agentGroupFactory,
  environmentSchemes,
  environmentSubject,
  makeEnvironment,
  prepareEnvironment,
  registerEnvironmentScheme,
} from '../../core/envs/index.ts'
import { admitPlugins, loadedPlugins, loadPlugins } from '../../core/plugins.ts'
import '../../core/remote/index.ts'
import { Walk } from '../demos/walk.ts'
import { temporaryDirectory } from '../store/support.ts'

afterEach(() => askMemory(null))

let made = 0
registerEnvironmentScheme('guarded', {
  example: 'guarded:walk',
  description: 'Needs a yes',
  starts: (name) => ({ does: 'starts it', path: `/${name}`, files: [] }),
  make: () => {
    made++
    return new Walk()
  },
  group: () => () => {
    made++
    return Promise.reject(new Error('no group'))
  },
  prepare: async () => void made++,
})

describe('an environment of another program', () => {
  it('is not made, prepared or grouped before it is admitted, and no other is by that', async () => {
    const attempts = [
      () => makeEnvironment('guarded:one'),
      () => prepareEnvironment('guarded:one'),
      () => agentGroupFactory('guarded:one', {})!({ seed: 0, samplers: {} }),
    ]
    for (const attempt of attempts) {
      await expect(async () => attempt()).rejects.toThrow(UnadmittedError)
    }
    expect(made).toBe(0)
    admitEnvironment('guarded:one')
    makeEnvironment('guarded:one', { size: 4 })
    expect(made).toBe(1)
    for (const [id, parameters] of [
      ['guarded:two', {}],
      ['guarded:one', { file: '/x' }],
    ] as const) {
      expect(() => makeEnvironment(id, parameters)).toThrow('has not been added here')
    }
  })

  it('is what its id and its texts say, not its numbers', () => {
    const name = (parameters: Record<string, string | number | boolean>) =>
      environmentSubject('guarded:one', parameters)!.name
    expect(name({ size: 4, fast: true })).toBe('guarded:one')
    expect(name({ b: 'x', a: 'y', size: 1 })).toBe('guarded:one with a="y", b="x"')
    expect(environmentSubject('guarded:one with a="y", b="x"')!.name).toBe(
      '"guarded:one with a=\\"y\\", b=\\"x\\""',
    )
    expect(environmentSubject('basic')).toBeNull()
    expect(environmentSubject('nobody:knows')).toBeNull()
  })

  it('is asked for from the memory each time', () => {
    let answer: 'unknown' | 'changed' | null = null
    askMemory({ recall: () => answer })
    makeEnvironment('guarded:three')
    answer = 'changed'
    expect(() => makeEnvironment('guarded:three')).toThrow('has changed since it was added here')
  })

  it('of the program itself always says what it starts', () => {
    const own = environmentSchemes().filter(({ example }) => /^(gym|unity):/.test(example))
    expect(own.map(({ starts }) => typeof starts)).toEqual(['function', 'function'])
  })
})

it('a plugin is not loaded before it is admitted', async () => {
  const file = join(temporaryDirectory(), 'plugin.js')
  writeFileSync(file, '')
  await expect(loadPlugins([file])).rejects.toThrow(`the plugin ${file} has not been added here`)
  await expect(loadPlugins(['//host/plugin.js'])).rejects.toThrow('on another machine')
  expect(loadedPlugins()).not.toContain(file)
  admitPlugins([file])
  await loadPlugins([file])
  expect(loadedPlugins()).toContain(file)
})
