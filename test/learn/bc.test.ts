import { describe, expect, it } from 'vitest'
import { PlayLoop, walkRight } from './play-loop.ts'

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

  it('refuses to start without demonstrations', async () => {
    await expect(PlayLoop.start({ environment: 'basic', settings: { trainer_type: 'bc' } })).rejects.toThrow(
      /needs demonstrations/,
    )
  })
})
