import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { Random } from '../../core/random.ts'
import { ENDLESS_EPISODE, FIRST_TRAINING_SEED } from '../../core/rollout/episodes.ts'
import { VectorEnvironment } from '../../core/rollout/vector.ts'
import { Walk } from '../demos/walk.ts'
import { OwnEnd, type OwnEndOptions } from './own-end.ts'

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
  })

  it.each([
    ['its own end alone', {}, 1_000, false],
    ['its patience', { patience: 30 }, 30, true],
    ['what nobody reaches who ends', { length: 1e9 }, ENDLESS_EPISODE, true],
  ] as const)(
    'ends an episode without a limit by %s, and says whether it was cut',
    (_, options, length, cut) => {
      const vector = new VectorEnvironment(() => new OwnEnd(options), 1, { seed: 1 })
      while (vector.finished.length === 0) vector.step()
      expect(vector.finished).toMatchObject([{ length, return: length, cut }])
    },
  )

  it('counts the steps and rewards of every episode by themselves', () => {
    const vector = new VectorEnvironment(() => new OwnEnd({ length: 3 }), 1, { seed: 1 })
    const finished = Array.from({ length: 6 }, () => {
      vector.step()
      return [...vector.finished]
    }).flat()
    expect(finished).toMatchObject([
      { length: 3, return: 3 },
      { length: 3, return: 3 },
    ])
  })

  it('breaks off a player of basic that dithers', () => {
    const basic = new VectorEnvironment(() => makeEnvironment('basic'), 1, { seed: 1 })
    basic.actions.discrete[0] = 0
    while (basic.finished.length === 0) basic.step()
    expect(basic.finished).toMatchObject([{ length: 200, cut: true }])
  })

  describe('where an environment cannot make its step', () => {
    const fault: OwnEndOptions = { fault: { atStep: 3, every: 1, message: 'it gave NaN' } }
    const sound: OwnEndOptions = {}
    const mixed = (restarts?: ConstructorParameters<typeof VectorEnvironment>[2]['restarts']) => {
      let e = 0
      const make = () => new OwnEnd(e++ === 1 ? fault : sound)
      return new VectorEnvironment(make, 3, { seed: 1, ...(restarts === undefined ? {} : { restarts }) })
    }

    it('drops its episode, begins another, and goes on with the others', () => {
      const vector = mixed()
      for (let step = 0; step < 2; step++) expect(vector.step().environments).toBeNull()
      const before = vector.observations[2]
      const batch = vector.step()
      expect(batch.environments).toEqual(Int32Array.of(0, 2))
      expect([vector.dropped, vector.troubles, vector.failure]).toEqual([[1], ['it gave NaN'], null])
      expect([0, 1, 2].map((e) => vector.observations[2 * e + 1])).toEqual([3, 0, 3])
      expect(vector.observations[2]).not.toBe(before)
      expect(vector.step().environments).toBeNull()
      expect([vector.dropped, vector.troubles]).toEqual([[], []])
    })

    it('gives up once that happens more often than it may, and can be saved and loaded then', async () => {
      const vector = mixed()
      for (let step = 0; step < 6; step++) vector.step()
      expect(vector.failure).toMatchObject({
        message: 'it gave NaN',
        remedy: expect.stringContaining('restarts_rate_limit_n'),
      })
      const saved = await vector.save()
      expect(saved.snapshots.map((snapshot) => snapshot === null)).toEqual([false, true, false])
      const resumed = mixed()
      await resumed.load(saved)
      expect(resumed.step().environments).toBeNull()
      expect([0, 1, 2].map((e) => resumed.observations[2 * e + 1])).toEqual([7, 1, 7])
    })

    it('goes on as often as it may', () => {
      const vector = mixed({ maxLifetimeRestarts: -1, rateLimit: -1, ratePeriodSeconds: 60 })
      for (let step = 0; step < 30; step++) vector.step()
      expect(vector.failure).toBeNull()
    })
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
