import { describe, expect, it } from 'vitest'
import { PlayLoop } from '../play-loop.ts'
import '../reach.ts'

const pendulum = {
  environment: 'pendulum',
  numEnvs: 4,
  settings: {
    trainer_type: 'td3',
    hyperparameters: { buffer_init_steps: 1_000, steps_per_update: 2, tau: 0.01 },
    network_settings: { hidden_units: 64 },
    reward_signals: { extrinsic: { gamma: 0.98, strength: 0.1 } },
    max_steps: 12_000,
  },
}

const reach = {
  environment: 'test/reach',
  settings: {
    trainer_type: 'td3',
    hyperparameters: { batch_size: 32, buffer_init_steps: 200, steps_per_update: 4, learning_rate: 3e-3 },
    network_settings: { hidden_units: 32 },
    reward_signals: { extrinsic: { gamma: 0.5 } },
  },
}

describe('TD3', () => {
  it('solves the pendulum within 12,000 steps', async () => {
    const loop = await PlayLoop.start(pendulum)
    // random play is below -1,000, and the best there is about -150
    expect(await loop.runUntil(12_000, -250, 2_000)).toBeGreaterThan(-250)
    await loop.algorithm.release()
  })

  it.each([{}, { memory: { memory_size: 16, sequence_length: 4 } }])(
    'moves actions to where the reward is, with network settings %o',
    async (memory) => {
      const network_settings = { ...reach.settings.network_settings, ...memory }
      const loop = await PlayLoop.start({ ...reach, settings: { ...reach.settings, network_settings } })
      expect(await loop.runUntil(5_000, -0.3)).toBeGreaterThan(-0.3)
      await loop.algorithm.release()
    },
  )

  it('explores by so much, within bounds, and exports the action without', async () => {
    const { hyperparameters } = reach.settings
    const settings = { ...reach.settings, hyperparameters: { ...hyperparameters, exploration_noise: 0.3 } }
    const loop = await PlayLoop.start({ ...reach, settings })
    await loop.run(400)
    const observations = new Float32Array(8).fill(0.5)
    const actions = { continuous: new Float32Array(8), discrete: new Int32Array(0) }
    const drawn: number[] = []
    for (let i = 0; i < 250; i++) {
      await loop.algorithm.act(observations, null, actions)
      drawn.push(...actions.continuous)
    }
    const mean = drawn.reduce((sum, a) => sum + a, 0) / drawn.length
    const deviation = Math.sqrt(drawn.reduce((sum, a) => sum + (a - mean) ** 2, 0) / drawn.length)
    expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(1)
    expect(deviation).toBeGreaterThan(0.15)
    expect(deviation).toBeLessThan(0.33)
    await loop.algorithm.release()
  })

  it('continues bit for bit after saving and loading', async () => {
    const [straight, first, second] = await Promise.all([1, 2, 3].map(() => PlayLoop.start(reach)))
    await straight!.run(600)
    await first!.run(600)
    second!.algorithm.load(structuredClone(first!.algorithm.save()))
    second!.random.restore(first!.random.save())
    expect(await further(second!)).toEqual(await further(straight!))
    for (const loop of [straight!, first!, second!]) await loop.algorithm.release()
  })

  it('is refused where actions are discrete', async () => {
    await expect(PlayLoop.start({ ...reach, environment: 'basic' })).rejects.toThrow(
      'td3 cannot choose discrete actions, which basic has',
    )
  })
})

/** What a learner comes to from steps that are the same for every one. */
async function further({ algorithm }: PlayLoop): Promise<Buffer> {
  for (let i = 0; i < 60; i++) {
    const observations = Float32Array.from({ length: 8 }, (_, e) => Math.sin(i + e))
    const actions = { continuous: new Float32Array(8), discrete: new Int32Array(0) }
    await algorithm.act(observations, null, actions)
    algorithm.observe({
      observations,
      nextObservations: observations,
      actions,
      rewards: observations.map((seen, e) => -Math.abs(seen - actions.continuous[e]!)),
      terminated: new Uint8Array(8).fill(i % 4 === 3 ? 1 : 0),
      truncated: new Uint8Array(8),
      masks: null,
    })
    await algorithm.update()
  }
  return Buffer.from(algorithm.exportPolicy())
}
