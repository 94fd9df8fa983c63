import { describe, expect, it } from 'vitest'
import { PlayLoop } from '../play-loop.ts'
import '../reach.ts'

describe('SAC where actions have both parts', () => {
  it('plays at random where nothing but the entropy of both counts', async () => {
    const loop = await PlayLoop.start({
      environment: 'test/signed-reach',
      settings: {
        trainer_type: 'sac',
        hyperparameters: {
          batch_size: 32,
          buffer_init_steps: 100,
          learning_rate: 1e-2,
          init_entcoef: 1,
          entcoef_learning_rate: 1e-9,
          steps_per_update: 4,
        },
        network_settings: { hidden_units: 16 },
        reward_signals: { extrinsic: { strength: 0 } },
      },
    })
    await loop.run(1_500)
    loop.algorithm.metrics.drain()
    await loop.run(1_600)
    // ln 2 is the entropy of a fair coin, and of numbers that are uniform from -1 to 1
    expect(loop.algorithm.metrics.drain()['policy/entropy']).toBeGreaterThan(0.9 * Math.LN2)
    await loop.algorithm.release()
  })

  it('learns to choose and to move at once', async () => {
    const loop = await PlayLoop.start({
      environment: 'test/signed-reach',
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
    // random play chooses wrongly every second time, too
    expect(loop.recentReturn(400)).toBeLessThan(-2.5)
    expect(await loop.runUntil(6000, -0.4)).toBeGreaterThan(-0.4)
    await loop.algorithm.release()
  })
})
