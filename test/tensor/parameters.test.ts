import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { Adam, allocateParameters, Graph, initializers, Parameters, polyak } from '../../core/tensor/index.ts'
import { buildKernels } from '../../core/tensor/kernels/build.ts'
import { kernelModule } from '../../core/tensor/kernels/module.ts'

function allocated(prefix: string, seed = 1, sizes = [7, 30]): Parameters {
  const set = declared(prefix, sizes)
  allocateParameters([set], new Random(seed))
  return set
}

function declared(prefix: string, sizes: readonly number[] = [7, 30]): Parameters {
  const set = new Parameters(prefix)
  const graph = new Graph()
  for (const [i, size] of sizes.entries()) set.use(graph, `p${i}`, [size, 1], initializers.normal(1))
  return set
}

/** Adam and AdamW as in the papers, in double precision. */
class PlainAdam {
  readonly m: Float64Array
  readonly v: Float64Array
  readonly w: Float64Array
  t = 0

  constructor(w: ArrayLike<number>) {
    this.w = Float64Array.from(w)
    this.m = new Float64Array(w.length)
    this.v = new Float64Array(w.length)
  }

  step(gradient: ArrayLike<number>, rate: number, decay: number, maxNorm: number): number {
    const [beta1, beta2, epsilon] = [0.8, 0.95, 1e-6]
    this.t++
    const norm = Math.hypot(...Array.from(gradient))
    const scale = Math.min(1, maxNorm / norm)
    for (let i = 0; i < this.w.length; i++) {
      const g = gradient[i]! * scale
      this.m[i] = beta1 * this.m[i]! + (1 - beta1) * g
      this.v[i] = beta2 * this.v[i]! + (1 - beta2) * g * g
      const mHat = this.m[i]! / (1 - beta1 ** this.t)
      const vHat = this.v[i]! / (1 - beta2 ** this.t)
      this.w[i] = this.w[i]! * (1 - rate * decay) - (rate * mHat) / (Math.sqrt(vHat) + epsilon)
    }
    return norm
  }
}

describe('Adam', () => {
  test.each([
    ['plain', 0, Number.POSITIVE_INFINITY],
    ['with decoupled weight decay', 0.1, Number.POSITIVE_INFINITY],
    ['with clipping', 0, 2],
    ['with both', 0.1, 2],
  ])('%s equals the papers', (_, weightDecay, maxNorm) => {
    const set = allocated('net')
    const reference = new PlainAdam(set.values)
    const adam = new Adam(set, { learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay })
    const random = new Random(5)
    for (let step = 0; step < 50; step++) {
      if (step === 25) adam.learningRate = 0.005
      for (let i = 0; i < set.size; i++) set.gradients[i] = random.normal()
      const expected = reference.step(set.gradients, adam.learningRate, weightDecay, maxNorm)
      expect(adam.step({ maxNorm })).toBeCloseTo(expected, 4)
    }
    for (const [i, value] of set.values.entries()) expect(value).toBeCloseTo(reference.w[i]!, 4)
  })

  test('sums the norm of many gradients without losing digits', () => {
    const size = 1_000_003
    const set = allocated('large', 1, [size])
    set.gradients.fill(0.1)
    const norm = new Adam(set, { learningRate: 0 }).step()
    expect(Math.abs(norm / (0.1 * Math.sqrt(size)) - 1)).toBeLessThan(1e-6)
  })

  test('does not slow down on weights whose gradient has died out', () => {
    const set = allocated('dead', 1, [100_000])
    const adam = new Adam(set, { learningRate: 1e-3 })
    const random = new Random(1)
    for (let i = 0; i < set.size; i++) set.gradients[i] = 1e-6 * random.normal()
    adam.step()
    set.gradients.fill(0)
    // 0.9^t passes through the denormals from step 700 on; 0.999^t would much later.
    for (let step = 0; step < 1500; step++) adam.step()
    const { m, v } = set.save()
    expect(m.every((x) => x === 0 || Math.abs(x) > 1.2e-38)).toBe(true)
    expect(v.every((x) => x === 0 || x > 1.2e-38)).toBe(true)
    expect(m.every((x) => x === 0)).toBe(true)
  })

  test('continues exactly from saved parameters', () => {
    const run = (set: Parameters, adam: Adam, steps: number, random: Random): void => {
      for (let step = 0; step < steps; step++) {
        for (let i = 0; i < set.size; i++) set.gradients[i] = random.normal()
        adam.step()
      }
    }
    const whole = allocated('net')
    const random = new Random(3)
    run(whole, new Adam(whole, { learningRate: 0.01 }), 10, random)
    const saved = whole.save()
    const state = random.save()
    run(whole, new Adam(whole, { learningRate: 0.01 }), 10, random)

    const resumed = allocated('net', 99)
    resumed.load(saved)
    random.restore(state)
    run(resumed, new Adam(resumed, { learningRate: 0.01 }), 10, random)
    expect(resumed.save()).toEqual(whole.save())
    expect(whole.t).toBe(20)
  })
})

describe('Polyak averaging', () => {
  test('moves the target by tau of the way', () => {
    const [source, target] = [declared('source'), declared('target')]
    allocateParameters([source, target], new Random(1))
    const before = target.values.slice()
    polyak(target, source, 0.25)
    for (const [i, value] of target.values.entries()) {
      expect(value).toBeCloseTo(before[i]! + 0.25 * (source.values[i]! - before[i]!), 6)
    }
  })

  test('within a step of Adam gives the same bits as after it', () => {
    const random = new Random(4)
    const pair = () => {
      const sets = [declared('source', [700, 30]), declared('target', [700, 30])] as const
      allocateParameters(sets, new Random(1))
      return sets
    }
    const [[source, target], [sourceWithin, targetWithin]] = [pair(), pair()]
    const [after, within] = [source, sourceWithin].map((set) => new Adam(set, { learningRate: 0.1 }))
    for (const maxNorm of [undefined, 0.5]) {
      for (let i = 0; i < source.size; i++) {
        source.gradients[i] = random.normal()
        sourceWithin.gradients[i] = source.gradients[i]!
      }
      const options = maxNorm === undefined ? {} : { maxNorm }
      const norm = after!.step(options)
      polyak(target, source, 0.25)
      expect(within!.step({ ...options, follow: { target: targetWithin, tau: 0.25 } })).toBe(norm)
      expect(sourceWithin.values).toEqual(source.values)
      expect(targetWithin.values).toEqual(target.values)
    }
    expect(target.values).not.toEqual(source.values)
  })

  test('clips several sets by their common norm', () => {
    const [a, b] = [declared('a', [3]), declared('b', [3])]
    allocateParameters([a, b], new Random(1))
    a.gradients.fill(2)
    b.gradients.fill(-4)
    const adams = [a, b].map((set) => new Adam(set, { learningRate: 0.01 }))
    const norm = Math.sqrt(3 * 4 + 3 * 16)
    expect(Adam.stepTogether(adams, 1)).toBeCloseTo(norm, 5)
    // After the first step m is (1 - beta1) times the gradient, as clipped.
    expect(a.save().m[0]).toBeCloseTo((0.1 * 2) / norm, 6)
    expect(b.save().m[0]).toBeCloseTo((0.1 * -4) / norm, 6)
    expect(Adam.stepTogether(adams, 100)).toBeCloseTo(norm, 5)
  })

  test('refuses sets of another make or another memory', () => {
    const [a, b] = [declared('a'), declared('b', [37])]
    allocateParameters([a, b], new Random(1))
    expect(() => polyak(a, b, 0.5)).toThrow('p0 [37, 1]')
    expect(() => polyak(a, allocated('c'), 0.5)).toThrow('not allocated together')
  })
})

describe('a parameter set', () => {
  test('keeps its blocks and those of others apart', () => {
    const [a, b] = [declared('a'), declared('b')]
    allocateParameters([a, b], new Random(1))
    const expected = b.values.slice()
    a.values.fill(1)
    a.gradients.fill(2)
    new Adam(a, { learningRate: 1 }).step()
    expect(b.values).toEqual(expected)
    expect(b.save().m.every((x) => x === 0)).toBe(true)
    expect(b.gradients.every((x) => x === 0)).toBe(true)
  })

  test('views are parts of the flat block, in order of declaration', () => {
    const set = allocated('net')
    expect(set.names).toEqual(['p0', 'p1'])
    set.view('p1')[0] = 42
    expect(set.values[7]).toBe(42)
    set.gradientBindings()[set.gradientName('p1')]![29] = 43
    expect(set.gradients.at(-1)).toBe(43)
    expect(Object.keys(set.bindings())).toEqual(['net/p0', 'net/p1'])
  })

  test('belongs to any number of graphs', () => {
    const set = new Parameters('net')
    const [first, second] = [new Graph(), new Graph()]
    const use = (graph: Graph) => set.use(graph, 'w', [2, 3], initializers.zeros)
    expect(use(first)).toBe(use(first))
    expect(use(second).graph).toBe(second)
    expect(set.of(second)).toEqual([use(second)])
    expect(set.size).toBe(6)
  })

  test('refuses contradictions', () => {
    const set = allocated('net')
    const graph = new Graph()
    expect(() => set.use(graph, 'p0', [8, 1], initializers.zeros)).toThrow('[7, 1] and is used as [8, 1]')
    expect(() => set.use(graph, 'late', [1], initializers.zeros)).toThrow('after memory was allocated')
    expect(() => set.view('none')).toThrow('no parameter net/none')
    expect(() => declared('x').values).toThrow('before allocateParameters')
    expect(() => set.load({ ...set.save(), m: new Float32Array(3) })).toThrow(
      '3 saved numbers for 37 weights (m)',
    )
    expect(() => set.copyFrom(allocated('other', 1, [37]))).toThrow('not of the same make')
  })
})

describe('initializers', () => {
  const filled = (initializer: initializers.Initializer, shape: number[]): Float32Array => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1))
    initializer(values, shape, new Random(1))
    return values
  }
  const deviation = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)

  test('have the spread that their papers ask for', () => {
    expect(deviation(filled(initializers.heNormal(), [200, 100]))).toBeCloseTo(Math.sqrt(2 / 200), 2)
    expect(deviation(filled(initializers.heNormal(), [50, 8, 5, 5]))).toBeCloseTo(Math.sqrt(2 / 200), 2)
    const xavier = filled(initializers.xavierUniform(2), [200, 100])
    expect(Math.max(...xavier)).toBeCloseTo(2 * Math.sqrt(6 / 300), 2)
    expect(Math.max(...filled(initializers.fanInUniform(), [100, 200]))).toBeCloseTo(0.1, 2)
  })

  test.each([[[6, 4]], [[4, 6]]])('orthogonal weights %j have orthonormal rows or columns', (shape) => {
    const [rows, columns] = shape as [number, number]
    const w = filled(initializers.orthogonal(3), shape)
    const count = Math.min(rows, columns)
    const vector = (i: number): number[] =>
      rows < columns
        ? Array.from(w.subarray(i * columns, (i + 1) * columns))
        : Array.from({ length: rows }, (_, row) => w[row * columns + i]!)
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        const product = vector(i).reduce((sum, x, k) => sum + x * vector(j)[k]!, 0)
        expect(product).toBeCloseTo(i === j ? 9 : 0, 4)
      }
    }
  })
})

test('the committed kernels are what their source compiles to', async () => {
  const built = await buildKernels()
  expect(built).toContain(kernelModule.slice(0, 60))
  const committed = new URL('../../core/tensor/kernels/module.ts', import.meta.url)
  expect(built).toBe(await readFile(committed, 'utf8'))
})
