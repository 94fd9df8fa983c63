import { describe, expect, it } from 'vitest'
import { configToYaml, resolveConfig } from '../../../core/train/config.ts'
import type { ConfigOverrides } from '../../../core/train/config-overrides.ts'
import { exampleFile, examples } from './ml-agents-examples.ts'

const cases = Object.entries(examples).flatMap(([name, { behaviors }]) =>
  Object.keys(behaviors).map((behavior) => [name, behavior] as const),
)

describe("ML-Agents' example configurations", () => {
  it.each(cases)('%s loads unchanged: %s', (name, behavior) => {
    const config = load(name, { behavior })
    const written = examples[name]!.behaviors[behavior]!
    const { threaded, output_path, hyperparameters, network_settings, reward_signals, ...rest } = written
    expect(config.behaviorName).toBe(behavior)
    expect(config.behavior).toMatchObject(rest)
    const { reward_signal_steps_per_update, save_replay_buffer, ...h } = hyperparameters as Values
    expect(config.behavior.hyperparameters).toMatchObject(h)
    const { goal_conditioning_type, ...network } = network_settings as Values
    expect(config.behavior.network_settings).toMatchObject(network)
    for (const [signal, settings] of Object.entries((reward_signals as Values | undefined) ?? {})) {
      const { encoding_size, ...others } = settings as Values
      expect(config.behavior.reward_signals[signal]).toMatchObject(others)
      if (encoding_size === undefined) continue
      expect(config.behavior.reward_signals[signal]).toMatchObject({
        network_settings: { hidden_units: encoding_size },
      })
    }
    const named = config.notices.join('\n')
    for (const key of ['threaded', 'output_path', 'save_replay_buffer']) {
      const given = { ...written, save_replay_buffer } as Values
      expect(named.includes(`.${key} has no meaning here`)).toBe(
        given[key] !== undefined && given[key] !== (key === 'threaded' ? false : null),
      )
    }
    expect(resolveConfig(configToYaml(config))).toEqual({ ...config, notices: expect.any(Array) })
  })

  it('asks which of several behaviours', () => {
    expect(() => load('ppo/WallJump')).toThrow('a run trains one behaviour, and there are 2')
    expect(() => load('ppo/WallJump', { behavior: 'WallJump' })).toThrow('there is no behaviour "WallJump"')
  })

  it('reads the curriculum of WallJump', () => {
    const config = load('ppo/WallJump_curriculum', { behavior: 'BigWallJump', seed: 7 })
    expect(config.environmentParameters.big_wall_height).toMatchObject([
      { name: 'Lesson0', sampler: { kind: 'uniform', from: 0, to: 4, seed: 7 } },
      { sampler: { from: 4, to: 7, seed: 8 }, completion: { threshold: 0.3, measure: 'progress' } },
      { sampler: { from: 6, to: 8, seed: 9 } },
      { name: 'Lesson3', sampler: { kind: 'constant', value: 8 }, completion: null },
    ])
    expect(config.parameters).toEqual({ big_wall_height: 8, small_wall_height: 4 })
    expect(config.notices).toContainEqual(
      expect.stringContaining('lesson "Lesson0" of small_wall_height never ends'),
    )
  })

  it('reads the randomisation of 3DBall', () => {
    const config = load('ppo/3DBall_randomize', { seed: 3 })
    expect(config.environmentParameters).toMatchObject({
      mass: [{ sampler: { kind: 'uniform', from: 0.5, to: 10, seed: 3 } }],
      scale: [{ sampler: { kind: 'uniform', from: 0.75, to: 3, seed: 5 } }],
    })
    expect(config.parameters).toEqual({})
  })
})

type Values = Readonly<Record<string, unknown>>

function load(name: string, overrides: ConfigOverrides = {}) {
  return resolveConfig(exampleFile(name), {
    environment: 'basic',
    file: `${name}.yaml`,
    seed: 1,
    ...overrides,
  })
}
