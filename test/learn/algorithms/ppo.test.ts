import { describe, expect, it } from 'vitest'
import { registerEnvironment } from '../../../core/envs/index.ts'
import { learnOn, PlayLoop, ppoBasic, walkRight } from '../play-loop.ts'
import { reachEnvironment } from '../reach.ts'

registerEnvironment('test/reach-far', () => {
  const env = reachEnvironment()
  const far = (observation: Float32Array | null) => {
    if (observation !== null) observation[0] = 3 + observation[0]!
  }
  return {
    ...env,
    reset(seed, observation) {
      env.reset(seed, observation)
      far(observation)
    },
    step(action, observation) {
      const result = env.step(action, observation)
      far(observation)
      return result
    },
  }
})

const scaleFree = { normalize_reward: true, value_clip: 'range' }

describe('PPO', () => {
  it('solves basic within 10,000 steps', async () => {
    const loop = await PlayLoop.start({ environment: 'basic', settings: ppoBasic })
    expect(await loop.runUntil(10_000, 0.9)).toBeGreaterThanOrEqual(0.9)
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

  it('balances a pole longer and longer', async () => {
    const loop = await PlayLoop.start({
      environment: 'cart-pole',
      settings: {
        trainer_type: 'ppo',
        hyperparameters: {
          batch_size: 256,
          buffer_size: 256,
          learning_rate: 1e-3,
          beta: 0,
          lambd: 0.8,
          num_epoch: 20,
          value_clip: 'none',
        },
        network_settings: { hidden_units: 64 },
        reward_signals: { extrinsic: { gamma: 0.98 } },
        max_steps: 100_000,
        time_horizon: 32,
      },
    })
    expect(await loop.runUntil(12_000, 80, 4000)).toBeGreaterThan(80) // 20 at first
    await loop.algorithm.release()
  })

  it.each([
    ['none', (loss: number) => loss < 200],
    ['epsilon', (loss: number) => loss > 600],
  ])(
    'teaches a critic that values are near -60 unless it is held near the old ones: %s',
    async (clip, fits) => {
      const loop = await PlayLoop.start({
        environment: 'pendulum',
        numEnvs: 4,
        settings: {
          trainer_type: 'ppo',
          hyperparameters: {
            batch_size: 64,
            buffer_size: 1024,
            learning_rate: 1e-3,
            num_epoch: 5,
            value_clip: clip,
          },
          network_settings: { hidden_units: 32 },
          reward_signals: { extrinsic: { gamma: 0.9 } },
          max_steps: 100_000,
          time_horizon: 256,
        },
      })
      await loop.run(6144)
      loop.algorithm.metrics.drain()
      await loop.run(8192)
      expect(loop.algorithm.metrics.drain()['loss/value']).toSatisfy(fits)
      await loop.algorithm.release()
    },
  )

  it.each([0, 0.405])('tries continuous actions as widely as it is told at first: exp(%f)', async (init) => {
    const loop = await PlayLoop.start({
      environment: 'pendulum',
      settings: {
        trainer_type: 'ppo',
        hyperparameters: { batch_size: 64, buffer_size: 4096, beta: 0, log_std_init: init },
        network_settings: { hidden_units: 16 },
      },
    })
    await loop.run(4096)
    // Of a Gaussian: h = log sd + log sqrt(2 pi e), before the first update has moved it by much.
    const entropy = loop.algorithm.metrics.drain()['policy/entropy']!
    expect(entropy - 0.5 * Math.log(2 * Math.PI * Math.E)).toBeCloseTo(init, 1)
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
    // nobody told it the environment's reward; imitation alone reaches the large goal
    expect(await loop.runUntil(20_000, 0.8)).toBeGreaterThanOrEqual(0.8)
    await loop.algorithm.release()
  })

  it.each([
    ['without memory', undefined],
    ['with memory', { memory_size: 4, sequence_length: 8 }],
  ])(
    'learns nothing from what is not normalised yet, and plays by what it learned with, %s',
    async (_, memory) => {
      const loop = await PlayLoop.start({
        environment: 'test/reach-far',
        settings: {
          trainer_type: 'ppo',
          hyperparameters: { batch_size: 64, buffer_size: 64, learning_rate: 1e-12, num_epoch: 1 },
          network_settings: { hidden_units: 32, normalize: true, memory },
        },
      })
      const kl: number[] = []
      for (let update = 1; update <= 3; update++) {
        await loop.run(64 * update)
        kl.push(loop.algorithm.metrics.drain()['policy/kl']!)
      }
      // Where no weight moves, only other statistics than those that it was played with make another policy.
      expect(kl[0]).toBeGreaterThan(1e-4)
      for (const later of kl.slice(1)) expect(later).toBeLessThan(1e-8)
      const { count } = loop.algorithm.save().normalizer as { count: number }
      expect(count).toBe(1 + 3 * 64)
      await loop.algorithm.release()
    },
  )

  it.each([
    ['as it is', {}],
    ['with rewards divided and the value free within a range', scaleFree],
  ])('continues bit for bit after saving and loading, %s', async (_, added) => {
    const settings = { ...ppoBasic, hyperparameters: { ...ppoBasic.hyperparameters, ...added } }
    const straight = await PlayLoop.start({ environment: 'basic', settings })
    await straight.run(520)
    const saved = structuredClone(straight.algorithm.save())
    const before = Buffer.from(straight.algorithm.exportPolicy())
    const other = await PlayLoop.start({ environment: 'basic', settings, seed: 99 })
    other.algorithm.load(saved)
    other.random.restore(straight.random.save())
    const after = await learnOn(straight, 140)
    expect(after.equals(before)).toBe(false)
    expect((await learnOn(other, 140)).equals(after)).toBe(true)
  })

  it.each([
    ['divided, the value free', { normalize_reward: true, value_clip: 'none' }, true],
    ['divided, the value in a range', scaleFree, true],
    ['as they are', {}, false],
  ])('learns the same whatever the size of the rewards where they are %s', async (_, added, same) => {
    const settings = { ...ppoBasic, hyperparameters: { ...ppoBasic.hyperparameters, ...added } }
    const policies: Buffer[] = []
    for (const size of [1, 1024]) {
      const loop = await PlayLoop.start({ environment: 'basic', settings })
      policies.push(await learnOn(loop, 140, size))
      await loop.algorithm.release()
    }
    expect(policies[0]!.equals(policies[1]!)).toBe(same)
  })
})
