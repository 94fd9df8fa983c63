import { describe, expect, it } from 'vitest'
import { expectedSoftValue } from '../../../core/learn/algorithms/soft-values.ts'
import { maskedLogSoftmax } from '../../../core/learn/networks/distributions.ts'
import { Graph, loadRuntime } from '../../../core/tensor/index.ts'
import type { SavedParameters } from '../../../core/tensor/parameters.ts'
import { learnOn, PlayLoop, sacBasic, walkRight } from '../play-loop.ts'
import '../reach.ts'

describe('discrete soft value', () => {
  it('is the enumeration of all actions', async () => {
    const logits = [0.3, -1.2, 2, 0]
    const q = [1, -2, 0.5, 3]
    const alpha = 0.4
    const graph = new Graph()
    const logP = maskedLogSoftmax(graph.constant(logits, [1, 4]), null)
    const program = await (await loadRuntime('onnxruntime')).compile({
      outputs: {
        soft: expectedSoftValue(graph.constant(q, [1, 4]), logP, graph.constant(alpha)),
        hard: expectedSoftValue(graph.constant(q, [1, 4]), logP, null),
      },
    })
    await program.run()
    const total = logits.reduce((sum, l) => sum + Math.exp(l), 0)
    let [soft, hard] = [0, 0]
    logits.forEach((l, a) => {
      const p = Math.exp(l) / total
      soft += p * (q[a]! - alpha * Math.log(p))
      hard += p * q[a]!
    })
    expect(program.outputs.soft![0]).toBeCloseTo(soft, 5)
    expect(program.outputs.hard![0]).toBeCloseTo(hard, 5)
    await program.release()
  })
})

describe('SAC', () => {
  it('solves basic within 10,000 steps', async () => {
    const loop = await PlayLoop.start({ environment: 'basic', settings: sacBasic })
    expect(await loop.runUntil(10_000, 0.9)).toBeGreaterThanOrEqual(0.9)
    await loop.algorithm.release()
  })

  it('moves continuous actions to where the reward is', async () => {
    const loop = await PlayLoop.start({
      environment: 'test/reach',
      settings: {
        trainer_type: 'sac',
        hyperparameters: {
          buffer_init_steps: 400,
          learning_rate: 3e-3,
          init_entcoef: 0.1,
          steps_per_update: 4,
        },
        network_settings: { hidden_units: 32 },
        reward_signals: { extrinsic: { gamma: 0.5 } },
      },
    })
    await loop.run(400)
    const before = loop.recentReturn(400)
    await loop.run(6000)
    // random play loses about 1.5 an episode of 4 steps, perfect play nothing
    expect(before).toBeLessThan(-0.8)
    expect(loop.recentReturn(1000)).toBeGreaterThan(-0.25)
    await loop.algorithm.release()
  })

  it.each([1, 3])('learns from two discounts and demonstration rows at once, n_step %i', async (n_step) => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: {
        ...sacBasic,
        hyperparameters: { ...sacBasic.hyperparameters, demonstration_share: 0.5, n_step },
        reward_signals: {
          extrinsic: { gamma: 0.99 },
          gail: {
            gamma: 0.8,
            strength: 0.02,
            use_actions: true,
            absorbing_states: true,
            gradient_penalty: 1,
          },
        },
      },
    })
    expect(await loop.runUntil(6000, 0.85)).toBeGreaterThanOrEqual(0.85)
    await loop.algorithm.release()
  })

  it.each([1, 3])('continues bit for bit after saving and loading, n_step %i', async (n_step) => {
    const settings = { ...sacBasic, hyperparameters: { ...sacBasic.hyperparameters, n_step } }
    const straight = await PlayLoop.start({ environment: 'basic', settings })
    await straight.run(1400)
    const saved = structuredClone(straight.algorithm.save())
    const before = Buffer.from(straight.algorithm.exportPolicy())
    const other = await PlayLoop.start({ environment: 'basic', settings, seed: 99 })
    other.algorithm.load(saved)
    other.random.restore(straight.random.save())
    const after = await learnOn(straight, 20)
    expect(after.equals(before)).toBe(false)
    expect((await learnOn(other, 20)).equals(after)).toBe(true)
  })

  it('learns ever less when the learning rate falls linearly, and nothing more at max_steps', async () => {
    const hyperparameters = { ...sacBasic.hyperparameters, learning_rate_schedule: 'linear' }
    const loop = await PlayLoop.start({
      environment: 'basic',
      settings: { ...sacBasic, hyperparameters, max_steps: 1_400 },
    })
    const weights = () => {
      const { policy } = loop.algorithm.save() as { policy: SavedParameters }
      return Float32Array.from(policy.values)
    }
    const moved = async () => {
      const before = weights()
      await learnOn(loop, 20)
      return Math.max(...weights().map((value, i) => Math.abs(value - before[i]!)))
    }
    await loop.run(1_000)
    const early = await moved()
    await loop.run(1_500)
    expect(await moved()).toBeLessThan(early / 1e5)
    await loop.algorithm.release()
  })

  it.each([
    [
      'demonstration rows without demonstrations',
      { hyperparameters: { demonstration_share: 0.5 } },
      /needs demonstrations/,
    ],
    ['gail without demonstrations', { reward_signals: { gail: {} } }, /needs demonstrations/],
    ['no reward signal', { reward_signals: {} }, /no reward signal/],
  ])('refuses %s', async (_what, extra, message) => {
    await expect(
      PlayLoop.start({ environment: 'basic', settings: { trainer_type: 'sac', ...extra } }),
    ).rejects.toThrow(message)
  })
})
