import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { Random } from '../../core/random.ts'
import { DEFAULT_EPISODE_LIMIT, FIRST_TRAINING_SEED } from '../../core/rollout/episodes.ts'
import { VectorEnvironment } from '../../core/rollout/vector.ts'
import { Walk } from '../demos/walk.ts'

const walk = (maxSteps?: number) => () => new Walk(maxSteps === undefined ? {} : { maxSteps })

/** Everybody steps forward. */
function forward(vector: VectorEnvironment): void {
  vector.actions.discrete.fill(1)
  vector.actions.continuous.fill(0.5)
}

/** A trace of everything that a learner sees while actions are drawn from `seed`. */
function trace(vector: VectorEnvironment, random: Random, steps: number): unknown[] {
  const { discrete, continuous } = vector.actions
  return Array.from({ length: steps }, () => {
    for (let i = 0; i < discrete.length; i++) {
      discrete[i] = random.below(vector.spec.action.discrete[i % vector.spec.action.discrete.length]!)
    }
    for (let i = 0; i < continuous.length; i++) continuous[i] = 2 * random.uniform() - 1
    const batch = vector.step()
    return structuredClone({ ...batch, current: vector.observations, finished: vector.finished })
  })
}

describe('VectorEnvironment', () => {
  it('hands out the terminal observation and shows the first of the next episode', () => {
    const vector = new VectorEnvironment(walk(), 3, { seed: 1 })
    for (let step = 1; step < 9; step++) {
      forward(vector)
      expect(vector.step().terminated).toEqual(new Uint8Array(3))
    }
    forward(vector)
    const batch = vector.step()
    expect([...batch.terminated]).toEqual([1, 1, 1])
    expect([...batch.truncated]).toEqual([0, 0, 0])
    for (const e of [0, 1, 2]) {
      expect(batch.observations[e * 3]).toBe(8)
      expect(batch.nextObservations[e * 3]).toBe(9)
      expect(vector.observations[e * 3]).toBe(0)
    }
    expect(
      vector.finished.map(({ environment, length, score, success }) => [environment, length, score, success]),
    ).toEqual([0, 1, 2].map((e) => [e, 9, 9, true]))
    expect(vector.finished[0]!.return).toBeCloseTo(1 - 8 * 0.1, 12)
  })

  it('shows masks before the step in the batch and those of now beside it', () => {
    const vector = new VectorEnvironment(walk(), 1, { seed: 1 })
    expect([...vector.masks!]).toEqual([0, 1])
    forward(vector)
    expect([...vector.step().masks!]).toEqual([0, 1])
    expect([...vector.masks!]).toEqual([1, 1])
  })

  it('truncates by the limit of the environment, by its own, and by default', () => {
    const backAndForth = (vector: VectorEnvironment) => {
      for (let step = 1; ; step++) {
        vector.actions.discrete.fill(step % 2)
        const { truncated, terminated } = vector.step()
        if (truncated[0] === 1 || terminated[0] === 1) return [step, truncated[0]]
      }
    }
    expect(backAndForth(new VectorEnvironment(walk(6), 1, { seed: 1 }))).toEqual([6, 1])
    expect(backAndForth(new VectorEnvironment(walk(6), 1, { seed: 1, maxEpisodeSteps: 4 }))).toEqual([4, 1])
    const basic = new VectorEnvironment(() => makeEnvironment('basic'), 1, { seed: 1 })
    basic.actions.discrete[0] = 0
    let steps = 1
    while (basic.step().truncated[0] === 0) steps++
    expect(steps).toBe(DEFAULT_EPISODE_LIMIT)
  })

  it('draws seeds above every held-out one, and the same ones for the same seed', () => {
    const seeds = (seed: number) => {
      const vector = new VectorEnvironment(walk(), 4, { seed })
      return Array.from({ length: 90 }, () => {
        forward(vector)
        vector.step()
        return vector.finished.map((episode) => episode.seed)
      }).flat()
    }
    const drawn = seeds(5)
    expect(drawn).toHaveLength(40)
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(FIRST_TRAINING_SEED)
    expect(new Set(drawn).size).toBe(40)
    expect(seeds(5)).toEqual(drawn)
    expect(seeds(6)).not.toEqual(drawn)
  })

  it.each(['basic', 'bubble/25'])('goes on exactly after save and load: %s', async (id) => {
    const make = () => makeEnvironment(id)
    const vector = new VectorEnvironment(make, 3, { seed: 9 })
    const random = new Random(3)
    trace(vector, random, 40)
    const saved = structuredClone({ vector: await vector.save(), random: random.save() })
    const expected = trace(vector, random, 80)

    const resumed = new VectorEnvironment(make, 3, { seed: 1234 })
    await resumed.load(saved.vector)
    const again = new Random(0)
    again.restore(saved.random)
    expect(trace(resumed, again, 80)).toEqual(expected)
    const smaller = new VectorEnvironment(make, 2, { seed: 9 })
    await expect(smaller.load(saved.vector)).rejects.toThrow('3 environments were saved')
  })
})
