import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { DemonstrationData } from '../../../core/experience/transitions.ts'
import { computedSignal, registerRewardSignal, rewardSignalNames } from '../../../core/learn/index.ts'
import { ActionLayout } from '../../../core/learn/networks/action-layout.ts'
import { makeRewardSignals } from '../../../core/learn/signals/signals.ts'
import { PlayLoop, ppoBasic, sacBasic } from '../play-loop.ts'
import { signalContext } from '../signal-bench.ts'

const settings = z.strictObject({ strength: z.number().default(3), gamma: z.number().default(0.5) })
let given: readonly unknown[] = []

registerRewardSignal({
  name: 'test/steps',
  title: 'One for every step',
  settings,
  create: (_context, { strength, gamma }) =>
    computedSignal({
      name: 'test/steps',
      strength,
      gamma,
      reward: (graph, { terminated }) => graph.constant(1, terminated.shape),
    }),
})

registerRewardSignal({
  name: 'test/imitating',
  title: 'Needs demonstrations',
  settings,
  needsDemonstrations: true,
  create(context, values) {
    given = [context.demonstrations, values]
    return computedSignal({ name: 'test/imitating', ...values, reward: (_graph, { reward }) => reward })
  },
})

/** The signals of a learner whose settings are these. */
function made(reward_signals: Record<string, Record<string, unknown> | null>, demonstrations = null) {
  const context = signalContext({ observation: 2, discrete: [2], batchSize: 4 })
  const learner = { spec: context.spec, settings: { reward_signals }, demonstrations }
  const layout = new ActionLayout(context.spec)
  return makeRewardSignals(learner as never, layout, context.shape, 4)
}

describe('the register of reward signals', () => {
  it('has the built-in ones and those that were added', () => {
    const names = ['extrinsic', 'gail', 'curiosity', 'rnd', 'test/steps', 'test/imitating']
    expect(rewardSignalNames()).toEqual(names)
  })

  it('makes them in the order of the settings, with every default, and leaves out what is null', () => {
    const signals = made({ 'test/steps': {}, curiosity: null, extrinsic: { strength: 2 } })
    expect(signals.map(({ name }) => name)).toEqual(['test/steps', 'extrinsic'])
    expect(signals.map((signal) => [signal.gamma, signal.strength(0)])).toEqual([
      [0.5, 3],
      [0.99, 2],
    ])
  })

  it('hands demonstrations to those that need them, and asks for them', () => {
    const demonstrations = { length: 0 } as DemonstrationData
    made({ 'test/imitating': { gamma: 0.25 } }, demonstrations as never)
    expect(given).toEqual([demonstrations, { strength: 3, gamma: 0.25 }])
    expect(() => made({ 'test/imitating': {} })).toThrow(
      'the test/imitating reward signal needs demonstrations',
    )
  })

  it('refuses a name twice, an unknown name, and settings that the schema does not know', () => {
    const create = () => computedSignal({ name: '', strength: 1, gamma: 1, reward: (_g, t) => t.reward })
    expect(() => registerRewardSignal({ name: 'rnd', title: '', settings, create })).toThrow(
      'registered twice',
    )
    expect(() => made({ curiousity: {} })).toThrow('unknown reward signal "curiousity"')
    expect(() => made({ 'test/steps': { strenght: 1 } })).toThrow('strenght')
    expect(() => made({ extrinsic: null })).toThrow('there is no reward signal')
  })

  it.each([
    ['ppo', ppoBasic, 520],
    ['sac', { ...sacBasic, hyperparameters: { ...sacBasic.hyperparameters, buffer_init_steps: 64 } }, 128],
  ])('pays by %s what an added one says', async (algorithm, base, steps) => {
    const reward_signals = { 'test/steps': {} }
    const loop = await PlayLoop.start({ environment: 'basic', settings: { ...base, reward_signals } })
    await loop.run(steps)
    const metrics = loop.algorithm.metrics.drain()
    expect(metrics[algorithm === 'ppo' ? 'test/steps/reward' : 'critic/reward']).toBeCloseTo(3, 5)
    await loop.algorithm.release()
  })
})
