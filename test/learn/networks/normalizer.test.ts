import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { Normalizer } from '../../../core/learn/networks/normalizer.ts'

const { spec } = makeEnvironment('pendulum')
const some = Float32Array.of(1, 0, 8, 3, 0, -8)

describe('a normaliser', () => {
  it('is as it was until what was taken in is shown', () => {
    const normalizer = new Normalizer(spec)
    normalizer.take(some)
    expect([...normalizer.mean, ...normalizer.inverseDeviation]).toEqual([0, 0, 0, 1, 1, 1])
    expect(normalizer.fresh).toBe(true)
    normalizer.show()
    expect(normalizer.mean[0]).toBeCloseTo(4 / 3, 5)
    expect(normalizer.inverseDeviation[2]).toBeCloseTo(Math.sqrt(3 / 129), 5)
    expect(normalizer.fresh).toBe(false)
  })

  it('stays as it is once it has settled', () => {
    const normalizer = new Normalizer(spec)
    normalizer.update(some)
    normalizer.settle()
    const before = [...normalizer.mean, ...normalizer.inverseDeviation]
    normalizer.update(Float32Array.of(100, 100, 100))
    expect([...normalizer.mean, ...normalizer.inverseDeviation]).toEqual(before)
    const other = new Normalizer(spec)
    other.load(normalizer.save())
    other.update(Float32Array.of(100, 100, 100))
    expect([...other.mean, ...other.inverseDeviation]).toEqual(before)
  })

  it('is saved with what it shows and what it has taken in besides', () => {
    const normalizer = new Normalizer(spec)
    normalizer.update(some)
    normalizer.take(Float32Array.of(5, 5, 5))
    const other = new Normalizer(spec)
    other.load(structuredClone(normalizer.save()))
    expect(other.mean).toEqual(normalizer.mean)
    normalizer.show()
    expect(other.mean).not.toEqual(normalizer.mean)
    other.show()
    expect(other.mean).toEqual(normalizer.mean)
    expect(other.inverseDeviation).toEqual(normalizer.inverseDeviation)
  })

  it('takes what earlier versions have saved for shown, unless nothing was seen yet', () => {
    const { count, mean, m2 } = (() => {
      const normalizer = new Normalizer(spec)
      normalizer.update(some)
      return normalizer.save() as { count: number; mean: Float64Array; m2: Float64Array }
    })()
    const normalizer = new Normalizer(spec)
    normalizer.load({ count, mean, m2 })
    expect([normalizer.fresh, normalizer.mean[0]!.toFixed(4)]).toEqual([false, '1.3333'])
    normalizer.load({ count: 1, mean: new Float64Array(3), m2: new Float64Array(3).fill(1) })
    expect(normalizer.fresh).toBe(true)
  })
})
