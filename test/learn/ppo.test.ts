import { describe, expect, it } from 'vitest'
import { registerEnvironment } from '../../core/envs/index.ts'
import { learnOn, PlayLoop, ppoBasic, walkRight } from './play-loop.ts'
import { reachEnvironment } from './reach.ts'

registerEnvironment('test/reach', reachEnvironment)

describe('PPO', () => {
  it('solves basic within 10,000 steps', async () => {
    const loop = await PlayLoop.start({ environment: 'basic', settings: ppoBasic })
    await loop.run(10_000)
    expect(loop.recentReturn(1000)).toBeGreaterThanOrEqual(0.9)
    await loop.algorithm.release()
  })

  it('moves continuous actions to where the reward is', async () => {
    const loop = await PlayLoop.start({
      environment: 'test/reach',
      settings: {
        trainer_type: 'ppo',
        hyperparameters: {
          batch_size: 128,
          buffer_size: 512,
          learning_rate: 3e-3,
          num_epoch: 8,
          beta: 1e-4,
        },
        network_settings: { hidden_units: 32 },
        reward_signals: { extrinsic: { gamma: 0.5 } },
        max_steps: 30_000,
      },
    })
    await loop.run(512)
    const before = loop.recentReturn(512)
    await loop.run(30_000)
    expect(before).toBeLessThan(-0.8)
    expect(loop.recentReturn(1000)).toBeGreaterThan(-0.25)
    await loop.algorithm.release()
  })

  it('keeps a value head per signal and learns from GAIL alone', async () => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: {
        ...ppoBasic,
        reward_signals: {
          gail: {
            gamma: 0.95,
            use_actions: true,
            gradient_penalty: 1,
            learning_rate: 1e-3,
            reward_form: 'airl',
            absorbing_states: true,
          },
        },
        max_steps: 20_000,
      },
    })
    await loop.run(20_000)
    // nobody told it the environment's reward; imitation alone reaches the large goal
    expect(loop.recentReturn(1000)).toBeGreaterThanOrEqual(0.8)
    await loop.algorithm.release()
  })

  it('continues bit for bit after saving and loading', async () => {
    const straight = await PlayLoop.start({ environment: 'basic', settings: ppoBasic })
    await straight.run(520)
    const saved = structuredClone(straight.algorithm.save())
    const before = Buffer.from(straight.algorithm.exportPolicy())
    const other = await PlayLoop.start({ environment: 'basic', settings: ppoBasic, seed: 99 })
    other.algorithm.load(saved)
    other.random.restore(straight.random.save())
    const after = await learnOn(straight, 140)
    expect(after.equals(before)).toBe(false)
    expect((await learnOn(other, 140)).equals(after)).toBe(true)
  })
})
