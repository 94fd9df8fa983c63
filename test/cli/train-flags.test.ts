import { describe, expect, it } from 'vitest'
import { refuseIdleFlags, refuseOtherThanPreset, refuseUnused } from '../../core/cli/train-flags.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { presetsFor, resolveConfig } from '../../core/train/index.ts'

const presets = presetsFor('basic')
const preset = (id: string) => presets.find((one) => one.id === id)!

/** What is told, with what to do. */
const refusal = (message: string, remedy: string) =>
  expect.objectContaining({
    message: expect.stringContaining(message),
    remedy: expect.stringContaining(remedy),
  })

describe('flags that would say nothing', () => {
  it.each([
    [
      { numEnvs: 4, envsPerWorker: 2 },
      '--num-envs and --envs-per-worker cannot be used together',
      'in total or per worker',
    ],
    [{ behavior: 'Basic' }, '--behavior chooses from a configuration file', 'name the file'],
  ])('are refused beside others: %o', (flags, message, remedy) => {
    expect(() => refuseIdleFlags(flags, undefined)).toThrow(refusal(message, remedy))
  })

  it.each([
    ['ppo-gail', { gail: false }, 'which --no-gail contradicts', 'use --preset ppo,'],
    ['ppo', { algo: 'sac' }, 'which --algo sac contradicts', 'use --preset sac,'],
    ['bc', { gail: true }, 'which --gail contradicts', 'leave --gail out'],
  ])('are refused beside the preset that is something else: %s, %o', (id, flags, message, remedy) => {
    expect(() => refuseOtherThanPreset(flags, preset(id), presets)).toThrow(refusal(message, remedy))
    expect(() => refuseOtherThanPreset({}, preset(id), presets)).not.toThrow()
  })

  it.each([
    [{ demos: 'any' }, {}, 'does not learn from demonstrations, so --demos has no effect', 'add --gail'],
    [{ gailControl: 'empty' }, {}, 'so --gail-control has no effect', 'add --gail'],
    [{}, { stop: { at: 'mastered' } }, 'basic has no human average', '--stop-on plateau'],
  ] as const)(
    'are refused where the run does nothing of the kind: %o, %o',
    (flags, over, message, remedy) => {
      const config = resolveConfig(preset('ppo').config, { environment: 'basic', ...over })
      expect(() => refuseUnused(flags, config, makeEnvironment('basic').spec)).toThrow(
        refusal(message, remedy),
      )
    },
  )
})
