import { describe, expect, it } from 'vitest'
import { centredRanks } from '../../../core/learn/algorithms/es.ts'
import { learnOn, PlayLoop } from '../play-loop.ts'
import '../reach.ts'

/** Without a limit a perturbation that stays where it is would never be judged. */
const parameters = { max_steps: 50 }

const basic = {
  trainer_type: 'es',
  hyperparameters: {
    population: 64,
    noise_std: 0.2,
    learning_rate: 0.1,
    weight_decay: 0.01,
  },
  network_settings: { hidden_units: 4, num_layers: 1 },
}

describe('centred ranks', () => {
  it('are spread over [-0.5, 0.5] in the order of the values, equals sharing the mean', () => {
    expect([...centredRanks(Float64Array.of(3, -1, 700, 5, 4))]).toEqual([-0.25, -0.5, 0.5, 0.25, 0])
    expect([...centredRanks(Float64Array.of(2, 1, 1, 1, 9))]).toEqual([0.25, -0.25, -0.25, -0.25, 0.5])
    expect([...centredRanks(new Float64Array(6))]).toEqual(new Array(6).fill(0))
  })
})

describe('ES', () => {
  it.each([1, 2, 3])('solves basic, seed %i', async (seed) => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      parameters,
      seed,
      numEnvs: 16,
      settings: basic,
    })
    expect(await loop.runUntil(25_000, 0.9)).toBeGreaterThanOrEqual(0.9)
    await loop.algorithm.release()
  })

  it('moves continuous actions to where the reward is', async () => {
    const loop = await PlayLoop.start({
      environment: 'test/reach',
      settings: {
        trainer_type: 'es',
        hyperparameters: { population: 16, learning_rate: 0.05, episodes_per_evaluation: 4 },
        network_settings: { hidden_units: 16, num_layers: 1 },
      },
    })
    await loop.run(400)
    const before = loop.recentReturn(400)
    await loop.run(10_000)
    expect(before).toBeLessThan(-0.5)
    expect(loop.recentReturn(1000)).toBeGreaterThan(-0.2)
    await loop.algorithm.release()
  })

  it('continues bit for bit after saving and loading in the midst of a generation', async () => {
    const straight = await PlayLoop.start({ environment: 'basic', parameters, settings: basic })
    await straight.run(5001)
    const saved = structuredClone(straight.algorithm.save()) as { updates: number; buffer: { done: number } }
    expect(saved.updates).toBeGreaterThan(1)
    expect(saved.buffer.done).toBeGreaterThan(0)
    const before = Buffer.from(straight.algorithm.exportPolicy())
    const other = await PlayLoop.start({ environment: 'basic', parameters, settings: basic, seed: 99 })
    other.algorithm.load(saved)
    other.random.restore(straight.random.save())
    const after = await learnOn(straight, 120)
    expect(after.equals(before)).toBe(false)
    expect((await learnOn(other, 120)).equals(after)).toBe(true)
  })

  describe('by hand', () => {
    const STEPS = 7

    /** Two environments whose episodes of seven steps pay 100 at first and 1 later; `step` makes `count` of them. */
    async function byHand(settings: Record<string, unknown>) {
      const { algorithm } = await PlayLoop.start({ environment: 'basic', numEnvs: 2, settings })
      const observations = new Float32Array(2 * 20)
      const actions = { continuous: new Float32Array(0), discrete: new Int32Array(2) }
      let at = 0 // of the episode
      let done = 0
      const step = async (count: number) => {
        for (let k = 0; k < count; k++) {
          observations.fill(done++ / 100)
          await algorithm.act(observations, null, actions)
          algorithm.observe({
            observations,
            nextObservations: observations,
            actions,
            rewards: new Float32Array(2).fill(at === 0 ? 100 : 1),
            terminated: new Uint8Array(2).fill(at === STEPS - 1 ? 1 : 0),
            truncated: new Uint8Array(2),
            masks: null,
          })
          at = (at + 1) % STEPS
          await algorithm.update()
        }
      }
      return { algorithm, step }
    }

    it.each([
      [1, 1, 7],
      [1, 10, 7],
      [3, 3, 7],
      [3, 8, 14],
      [3, 1000, 21],
    ])(
      'judges by whole episodes, %i wanted and no more begun after %i steps',
      async (episodes, most, lasts) => {
        const hyperparameters = {
          population: 4,
          episodes_per_evaluation: episodes,
          max_evaluation_steps: most,
        }
        const { algorithm, step } = await byHand({ ...basic, hyperparameters })
        await step(2 * lasts - 1)
        const { buffer } = algorithm.save() as { buffer: { fitness: Float64Array; done: number } }
        expect([buffer.done, ...buffer.fitness]).toEqual([2, 106, 106, 0, 0])
        await algorithm.release()
      },
    )

    it('judges by nothing that a lost episode has earned', async () => {
      const { algorithm, step } = await byHand({ ...basic, hyperparameters: { population: 4 } })
      await step(2)
      algorithm.drop!(0)
      await step(5)
      const { buffer } = algorithm.save() as { buffer: { fitness: Float64Array } }
      expect([...buffer.fitness]).toEqual([5, 106, 0, 0])
      await algorithm.release()
    })

    it('plays a generation by one set of statistics, which the first only gathers', async () => {
      const { algorithm, step } = await byHand({
        ...basic,
        hyperparameters: { population: 2 },
        network_settings: { ...basic.network_settings, normalize: true },
      })
      const state = () =>
        algorithm.save() as { updates: number; normalizer: { shown: { mean: Float32Array } | null } }
      await step(6)
      expect(state()).toMatchObject({ updates: 0, normalizer: { shown: null } })
      await step(1)
      const first = state().normalizer.shown!.mean[0]
      expect([state().updates, first]).toEqual([0, expect.closeTo(0.028, 3)])
      await step(3)
      expect(state().normalizer.shown!.mean[0]).toBe(first)
      await step(14)
      expect(state().updates).toBeGreaterThan(0)
      expect(state().normalizer.shown!.mean[0]).toBeGreaterThan(first!)
      await algorithm.release()
    })
  })

  it('plays for those environments that wait, and goes on after a lost episode', async () => {
    const { algorithm } = await PlayLoop.start({ environment: 'basic', numEnvs: 2, settings: basic })
    const E = 2
    const observations = Float32Array.from({ length: E * 20 }, (_, i) => (i % 21 === 0 ? 1 : 0))
    const actions = { continuous: new Float32Array(0), discrete: new Int32Array(E) }
    for (let t = 0; t < 800; t++) {
      const waiting = t % 2
      actions.discrete.fill(-1)
      await algorithm.act(observations, null, actions, Int32Array.of(waiting))
      expect(actions.discrete[waiting]).toBeGreaterThanOrEqual(0)
      expect(actions.discrete[1 - waiting]).toBe(-1)
      algorithm.observe({
        observations,
        nextObservations: observations,
        actions,
        rewards: new Float32Array(E).fill(1),
        terminated: new Uint8Array(E).fill(t % 8 >= 6 ? 1 : 0),
        truncated: new Uint8Array(E),
        masks: null,
        environments: Int32Array.of(waiting),
      })
      if (t % 6 === 0) algorithm.drop!(1)
      await algorithm.update()
    }
    expect(algorithm.save()).toMatchObject({ steps: 800 })
    expect(algorithm.save().updates).toBeGreaterThan(0)
    await algorithm.release()
  })
})
