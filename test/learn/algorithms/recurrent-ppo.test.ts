import { describe, expect, it } from 'vitest'
import { UserError } from '../../../core/errors.ts'
import { learnOn, PlayLoop, ppoBasic, walkRight } from '../play-loop.ts'
import '../reach.ts'

const memory = { memory_size: 16, sequence_length: 8 }

function recall(seed: number, network: Record<string, unknown>): Promise<PlayLoop> {
  return PlayLoop.start({
    environment: 'recall',
    parameters: { length: 4 },
    seed,
    settings: {
      trainer_type: 'ppo',
      hyperparameters: { batch_size: 128, buffer_size: 512, learning_rate: 5e-3, beta: 0.01, num_epoch: 6 },
      network_settings: { hidden_units: 16, num_layers: 1, ...network },
      max_steps: 8000,
    },
  })
}

const scaleFree = { normalize_reward: true, value_clip: 'range' }
const basic = { ...ppoBasic, network_settings: { ...ppoBasic.network_settings, memory } }

describe('PPO with memory', () => {
  it.each([1, 2, 3])('masters recall, seed %i', async (seed) => {
    const loop = await recall(seed, { memory })
    expect(await loop.runUntil(8000, 0.9)).toBeGreaterThan(0.9)
    await loop.algorithm.release()
  })

  it('does not master it without memory', async () => {
    const loop = await recall(1, {})
    await loop.run(8000)
    // 167 episodes that pay 1 or -1 by chance: three standard errors are 0.23
    expect(Math.abs(loop.recentReturn(1000))).toBeLessThan(0.25)
    await loop.algorithm.release()
  })

  it.each([
    ['as it is', {}],
    ['with rewards divided and the value free within a range', scaleFree],
  ])('continues bit for bit in the middle of a buffer and of episodes, %s', async (_, added) => {
    const settings = { ...basic, hyperparameters: { ...basic.hyperparameters, ...added } }
    const straight = await PlayLoop.start({ environment: 'basic', settings })
    await straight.run(600)
    const saved = structuredClone(straight.algorithm.save())
    const before = Buffer.from(straight.algorithm.exportPolicy())
    const other = await PlayLoop.start({ environment: 'basic', settings, seed: 99 })
    other.algorithm.load(saved)
    other.random.restore(straight.random.save())
    const after = await learnOn(straight, 140)
    expect(after.equals(before)).toBe(false)
    expect((await learnOn(other, 140)).equals(after)).toBe(true)
  })

  it('learns from GAIL alone, a head of the recurrent critic to itself', async () => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: {
        ...basic,
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
    expect(await loop.runUntil(8000, 0.8)).toBeGreaterThanOrEqual(0.8)
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
        network_settings: { hidden_units: 16, num_layers: 1, memory },
        reward_signals: { extrinsic: { gamma: 0.5 } },
        max_steps: 20_000,
      },
    })
    await loop.run(512)
    const before = loop.recentReturn(512)
    await loop.run(8000)
    expect(before).toBeLessThan(-0.8)
    expect(loop.recentReturn(1000)).toBeGreaterThan(-0.25)
    await loop.algorithm.release()
  })

  it('refuses cloning beside it', async () => {
    const start = PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: { ...basic, behavioral_cloning: {} },
    })
    await expect(start).rejects.toThrow(UserError)
  })

  it.each([
    ['divided, the value free', { normalize_reward: true, value_clip: 'none' }, true],
    ['divided, the value in a range', scaleFree, true],
    ['as they are', {}, false],
  ])('learns the same whatever the size of the rewards where they are %s', async (_, added, same) => {
    const settings = { ...basic, hyperparameters: { ...basic.hyperparameters, ...added } }
    const policies: Buffer[] = []
    for (const size of [1, 1024]) {
      const loop = await PlayLoop.start({ environment: 'basic', settings })
      policies.push(await learnOn(loop, 140, size))
      await loop.algorithm.release()
    }
    expect(policies[0]!.equals(policies[1]!)).toBe(same)
  })
})
