import { describe, expect, it } from 'vitest'
import { PlayLoop, walkRight } from '../play-loop.ts'
import { scriptedPlays } from '../plays.ts'

describe('behavioural cloning', () => {
  it('reproduces a deterministic player', async () => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: {
        trainer_type: 'bc',
        hyperparameters: { batch_size: 32, learning_rate: 1e-2, updates_per_step: 0.25 },
        network_settings: { hidden_units: 32, deterministic: true },
      },
    })
    await loop.run(4000)
    // seven steps to the right every time: 1 - 0.07
    const last = loop.finished.slice(-20)
    expect(last.length).toBe(20)
    for (const { total } of last) expect(total).toBeCloseTo(0.93, 5)
    await loop.algorithm.release()
  })

  it('hands on the statistics that its clone was fitted with', async () => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: { trainer_type: 'bc', network_settings: { hidden_units: 8, normalize: true } },
    })
    const { normalizer } = loop.algorithm.save() as { normalizer: { count: number; mean: Float64Array } }
    expect(normalizer.count).toBe(8)
    expect(normalizer.mean[10]).toBeCloseTo(1 / 8, 6)
    await loop.algorithm.release()
  })

  it('says how undecided it is about continuous actions, too', async () => {
    const { data } = await scriptedPlays('pendulum', 1)
    const loop = await PlayLoop.start({
      environment: 'pendulum',
      demonstrations: data,
      settings: { trainer_type: 'bc', network_settings: { hidden_units: 8 } },
    })
    await loop.run(8)
    // A fresh policy has a spread of about 1.
    expect(loop.algorithm.metrics.drain()['policy/entropy']).toBeCloseTo(
      0.5 * Math.log(2 * Math.PI * Math.E),
      0,
    )
    await loop.algorithm.release()
  })

  it('refuses to start without demonstrations', async () => {
    await expect(PlayLoop.start({ environment: 'basic', settings: { trainer_type: 'bc' } })).rejects.toThrow(
      /needs demonstrations/,
    )
  })
})
