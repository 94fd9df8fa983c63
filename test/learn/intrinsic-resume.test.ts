/** Curiosity and RND inside the learners: metrics, and a restart that nobody notices. */
import { describe, expect, it } from 'vitest'
import { learnOn, PlayLoop, ppoBasic, sacBasic } from './play-loop.ts'

const network_settings = { hidden_units: 16, num_layers: 1, normalize: true }
const reward_signals = {
  extrinsic: { gamma: 0.9 },
  curiosity: { strength: 0.1, gamma: 0.9, network_settings },
  rnd: { strength: 0.1, gamma: 0.95, normalize_reward: true, network_settings },
}

describe.each([
  [
    'sac',
    { ...sacBasic, hyperparameters: { ...sacBasic.hyperparameters, buffer_init_steps: 200 }, reward_signals },
    10,
  ],
  ['ppo', { ...ppoBasic, reward_signals }, 70],
])('%s with curiosity and RND', (_name, settings, steps) => {
  it('trains both, and continues bit for bit after saving and loading', async () => {
    const straight = await PlayLoop.start({ environment: 'basic', settings })
    await straight.run(600)
    const saved = structuredClone(straight.algorithm.save())
    const other = await PlayLoop.start({ environment: 'basic', settings, seed: 99 })
    other.algorithm.load(saved)
    other.random.restore(straight.random.save())
    const metrics = straight.algorithm.metrics.drain()
    for (const name of ['curiosity/forward_loss', 'curiosity/inverse_loss', 'rnd/loss', 'rnd/deviation']) {
      expect(metrics[name], name).toBeGreaterThan(0)
    }
    const after = await learnOn(straight, steps)
    expect((await learnOn(other, steps)).equals(after)).toBe(true)
    await straight.algorithm.release()
    await other.algorithm.release()
  })
})
