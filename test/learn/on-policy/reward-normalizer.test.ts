import { expect, it } from 'vitest'
import { Metrics } from '../../../core/learn/metrics.ts'
import { RewardNormalizer } from '../../../core/learn/on-policy/reward-normalizer.ts'

/** VecNormalize: the returns that it sees of two environments, of which the first ends after its second step. */
const rewards = [
  [1, -2],
  [3, 4],
  [5, 6],
] as const
const returns = [1, -2, 3 + 0.5, 4 - 1, 5, 6 + 1.5]

function observed(): RewardNormalizer {
  const normalizer = new RewardNormalizer(2, 0.5)
  for (const [t, step] of rewards.entries()) {
    for (const [e, reward] of step.entries()) normalizer.observe(e, reward, e === 0 && t === 1)
  }
  return normalizer
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

it('divides by the deviation of the discounted returns, which begin anew with every episode', () => {
  const metrics = new Metrics()
  const given = Float32Array.of(1, -2, 1000)
  observed().normalize(given, metrics)
  const size = deviation(returns)
  expect(given[0]).toBeCloseTo(1 / size, 6)
  expect(given[1]).toBeCloseTo(-2 / size, 6)
  expect(given[2]).toBe(10)
  expect(metrics.drain()['extrinsic/deviation']).toBeCloseTo(size, 10)
})

it('goes on from what was saved', () => {
  const [straight, saved] = [observed(), observed().save()]
  const other = new RewardNormalizer(2, 0.5)
  other.load(structuredClone(saved))
  for (const normalizer of [straight, other]) normalizer.observe(1, 2, false)
  expect(other.save()).toEqual(straight.save())
})

it('forgets the episode that was lost, and leaves rewards alone that are always the same', () => {
  const normalizer = new RewardNormalizer(1, 1)
  const rewards = Float32Array.of(3)
  for (let episode = 0; episode < 3; episode++) {
    normalizer.observe(0, 3, false)
    normalizer.drop(0)
  }
  normalizer.normalize(rewards, new Metrics())
  expect([...rewards]).toEqual([3])
})
