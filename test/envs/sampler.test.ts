import { expect, it } from 'vitest'
import { drawValue, type Sampler } from '../../core/envs/sampler.ts'

const draw = (sampler: Sampler, count = 4000) =>
  Array.from({ length: count }, (_, episode) => drawValue(sampler, 2 ** 30 + episode))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

it('draws uniformly', () => {
  const values = draw({ kind: 'uniform', from: 2, to: 6, seed: 1 })
  expect(Math.min(...values)).toBeGreaterThanOrEqual(2)
  expect(Math.max(...values)).toBeLessThan(6)
  expect(mean(values)).toBeCloseTo(4, 1)
  expect(values.filter((value) => value < 3).length / values.length).toBeCloseTo(0.25, 1)
})

it('draws from a normal distribution', () => {
  const values = draw({ kind: 'gaussian', mean: 3, deviation: 0.5, seed: 1 })
  expect(mean(values)).toBeCloseTo(3, 1)
  expect(Math.sqrt(mean(values.map((value) => (value - 3) ** 2)))).toBeCloseTo(0.5, 1)
})

it('draws from several intervals, each as often as it is wide', () => {
  const values = draw({
    kind: 'multirange',
    seed: 1,
    intervals: [
      [0, 1],
      [10, 13],
    ],
  })
  expect(values.every((value) => (value >= 0 && value <= 1) || (value >= 10 && value <= 13))).toBe(true)
  expect(values.filter((value) => value <= 1).length / values.length).toBeCloseTo(0.25, 1)
  expect(drawValue({ kind: 'multirange', seed: 1, intervals: [[4, 4]] }, 9)).toBe(4)
})

it('draws the same for the same episode, and differently for another seed', () => {
  const sampler: Sampler = { kind: 'uniform', from: 0, to: 1, seed: 5 }
  expect(draw(sampler, 20)).toEqual(draw(sampler, 20))
  expect(drawValue(sampler, 77)).not.toBe(drawValue({ ...sampler, seed: 6 }, 77))
  expect(drawValue({ kind: 'constant', value: 2.5 }, 77)).toBe(2.5)
})
