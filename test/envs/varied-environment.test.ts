import { describe, expect, it } from 'vitest'
import { checkEnvironment, emptyAction, makeEnvironment, observationSize } from '../../core/envs/index.ts'
import { type Samplers, VariedEnvironment } from '../../core/envs/varied-environment.ts'
import { VectorEnvironment } from '../../core/rollout/vector.ts'

const samplers: Samplers = {
  captives: { kind: 'uniform', from: 1, to: 8, seed: 3 },
  copy_chance: { kind: 'gaussian', mean: 0.5, deviation: 1, seed: 4 },
}
const varied = (drawn = samplers) =>
  new VariedEnvironment((values) => makeEnvironment('bubble/25', { ...values }), drawn)

describe('an environment with drawn parameters', () => {
  it('draws for every episode, rounded and kept in range', () => {
    const environment = varied()
    const captives = new Set<unknown>()
    for (let seed = 0; seed < 200; seed++) {
      environment.reset(seed, null)
      const { captives: number, copy_chance: chance } = environment.drawn
      captives.add(number)
      expect(chance).toBeGreaterThanOrEqual(0)
      expect(chance).toBeLessThanOrEqual(1)
      expect((environment.scene() as { captives: { total: number } | number }).captives).toBeDefined()
    }
    expect([...captives].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('plays what the environment made with these parameters plays', () => {
    const environment = varied()
    const [seen, expected] = [0, 0].map(() => new Float32Array(observationSize(environment.spec)))
    for (let seed = 0; seed < 20; seed++) {
      environment.reset(seed, seen!)
      makeEnvironment('bubble/25', environment.drawn).reset(seed, expected!)
      expect(seen).toEqual(expected)
    }
  })

  it('keeps its spec, and is a sound environment', () => {
    const environment = varied()
    environment.reset(1, null)
    expect(environment.spec).toEqual(makeEnvironment('bubble/25').spec)
    checkEnvironment(environment)
  })

  it('goes on from a snapshot with the parameters of the episode', () => {
    const few: Samplers = { ...samplers, captives: { kind: 'constant', value: 6 } }
    const [first, second] = [varied(few), varied({})]
    first.reset(11, null)
    const action = emptyAction(first.spec)
    first.step(action, null)
    second.reset(0, null)
    second.restore(first.snapshot())
    expect(second.drawn).toEqual(first.drawn)
    expect({ ...second.step(action, null) }).toEqual({ ...first.step(action, null) })
    expect(second.scene()).toEqual(first.scene())
  })

  it('varies from the next reset on', async () => {
    const vector = new VectorEnvironment(() => varied({}), 2, { seed: 1, maxEpisodeSteps: 3 })
    const before = await vector.save()
    await vector.vary({ captives: { kind: 'constant', value: 1 } })
    expect(await vector.save()).toEqual(before)
    for (let step = 0; step < 3; step++) vector.step()
    for (const snapshot of (await vector.save()).snapshots) {
      const environment = varied({})
      environment.restore(snapshot!)
      expect(environment.drawn).toEqual({ captives: 1 })
    }
  })
})
