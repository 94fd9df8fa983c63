import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { Normalizer } from '../../../core/learn/networks/normalizer.ts'
import { Graph, loadRuntime } from '../../../core/tensor/index.ts'

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

  it('takes in the rows that it is told of alone', () => {
    const [some, all] = [new Normalizer(spec), new Normalizer(spec)]
    some.update(Float32Array.of(50, 50, 50, 1, 2, 3, 60, 60, 60), Int32Array.of(1))
    all.update(Float32Array.of(1, 2, 3))
    expect([...some.mean, ...some.inverseDeviation]).toEqual([...all.mean, ...all.inverseDeviation])
  })

  it('gives (x - mean) / deviation, and no more than 5 of either sign', async () => {
    const normalizer = new Normalizer(spec)
    normalizer.update(some)
    const graph = new Graph()
    const [x] = normalizer.apply(graph, graph.constant([2, 0, 1e3, 4 / 3, 0, -1e3], [2, 3]))
    const runtime = await loadRuntime('onnxruntime')
    const program = await runtime.compile({ outputs: { x }, bind: normalizer.bindings() })
    await program.run()
    const scale = normalizer.inverseDeviation[0]!
    const expected = [(2 - 4 / 3) * scale, 0, 5, 0, 0, -5]
    expected.forEach((value, i) => {
      expect(program.outputs.x![i]).toBeCloseTo(value, 5)
    })
    await program.release()
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
