/** Against values worked out by hand. */
import { describe, expect, it } from 'vitest'
import {
  bootstrapInterval,
  comparePaired,
  interquartileMean,
  mean,
  quantile,
  standardDeviation,
  summarize,
} from '../../core/evaluate/statistics.ts'
import { Random } from '../../core/random.ts'

describe('mean, standard deviation and interquartile mean', () => {
  it('of small samples', () => {
    expect(mean([1, 2, 6])).toBe(3)
    // Deviations -2, -1, 3: sum of squares 14, over n - 1 = 2.
    expect(standardDeviation([1, 2, 6])).toBeCloseTo(Math.sqrt(7), 12)
    expect(standardDeviation([5])).toBe(0)
    // Of eight values two go at either end: the mean of 3, 4, 5, 6.
    expect(interquartileMean([8, 7, 1, 2, 6, 3, 5, 4])).toBe(4.5)
    // Of five one goes at either end.
    expect(interquartileMean([0, 10, 20, 30, 1_000])).toBe(20)
    // Of three none goes.
    expect(interquartileMean([1, 2, 6])).toBe(3)
    expect(() => mean([])).toThrow('no values')
  })

  it('sort numbers as numbers', () => {
    expect(interquartileMean([9, 10, 100, 1])).toBe(9.5)
  })
})

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    expect(quantile([10, 20, 30, 40], 0)).toBe(10)
    expect(quantile([10, 20, 30, 40], 1)).toBe(40)
    expect(quantile([10, 20, 30, 40], 0.5)).toBe(25)
    expect(quantile([10, 20, 30, 40], 0.1)).toBeCloseTo(13, 12)
  })
})

describe('bootstrapInterval', () => {
  it('of a coin is the binomial one', () => {
    // 50 of 100: the mean of a resample is binomial(100, 1/2) / 100, whose middle 95% is 0.40 to 0.60.
    const coin = Array.from({ length: 100 }, (_, i) => i % 2)
    const [low, high] = bootstrapInterval(coin, mean, { resamples: 20_000 })!
    expect(low).toBeCloseTo(0.4, 2)
    expect(high).toBeCloseTo(0.6, 2)
  })

  it('covers the true mean about 95 times in 100', () => {
    const random = new Random(1)
    let covered = 0
    for (let trial = 0; trial < 300; trial++) {
      const sample = Array.from({ length: 40 }, () => 10 + 3 * random.normal())
      const [low, high] = bootstrapInterval(sample, mean, { resamples: 400, seed: trial })!
      if (low <= 10 && 10 <= high) covered++
    }
    expect(covered / 300).toBeGreaterThan(0.9)
    expect(covered / 300).toBeLessThan(0.98)
  })

  it('is the same for the same seed, and there is none for one value', () => {
    const values = [3.1, 1.41, 4.7, 1.73, 5.9, 9.2, 2.71, 6.6]
    expect(bootstrapInterval(values, mean)).toEqual(bootstrapInterval(values, mean))
    expect(bootstrapInterval(values, mean, { seed: 1 })).not.toEqual(bootstrapInterval(values, mean))
    expect(summarize([7])).toEqual({ n: 1, mean: 7, sd: 0, iqm: 7, ci95: null })
    expect(comparePaired([[3, 4]], true)).toMatchObject({
      n: 1,
      difference: -1,
      differenceCi95: null,
      probabilityBetter: 1,
      probabilityCi95: null,
    })
  })

  it('is narrower where less confidence is asked for', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6]
    const width = (confidence: number) => {
      const [low, high] = bootstrapInterval(values, mean, { confidence })!
      return high - low
    }
    expect(width(0.5)).toBeLessThan(width(0.95))
  })
})

describe('comparePaired', () => {
  it('takes differences within pairs', () => {
    const pairs = [
      [10, 12],
      [20, 25],
      [30, 30],
      [40, 39],
    ] as const
    const result = comparePaired(pairs, true)
    expect(result).toMatchObject({ n: 4, difference: -1.5, probabilityBetter: 0.625 })
    const [low, high] = result.differenceCi95!
    expect(low).toBeGreaterThanOrEqual(-5)
    expect(high).toBeLessThanOrEqual(1)
  })

  it('is far tighter than the samples where boards differ more than players', () => {
    const random = new Random(2)
    const boards = Array.from({ length: 60 }, () => 20 + 10 * random.uniform())
    const pairs = boards.map((board) => [board - 1 + 0.2 * random.normal(), board] as const)
    const [low, high] = comparePaired(pairs, true).differenceCi95!
    expect(low).toBeLessThan(-1)
    expect(high).toBeGreaterThan(-1)
    expect(high - low).toBeLessThan(0.2)
  })
})
