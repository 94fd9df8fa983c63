import { describe, expect, it } from 'vitest'
import {
  boundedLogProb,
  categoricalEntropy,
  type DrawnKind,
  greatestAllowed,
  maskedLogSoftmax,
  sampleCategorical,
  squashedGaussian,
} from '../../../core/learn/networks/distributions.ts'
import { Random } from '../../../core/random.ts'
import { Graph, gradients, loadRuntime, sum } from '../../../core/tensor/index.ts'

describe('squashed Gaussian', () => {
  it('has a log-probability that integrates to one and to the right mass of an interval', async () => {
    // Numeric integration over a = tanh(u) on a fine grid of u, with noise chosen so that u is that grid.
    const n = 20_001
    const [mean, std] = [0.4, 0.7]
    const graph = new Graph()
    const noise = graph.input('noise', [n, 1])
    const { action, logPi } = squashedGaussian(
      graph.constant(mean, [n, 1]),
      graph.constant(Math.log(std), [n, 1]),
      noise,
    )
    const program = await (await loadRuntime('onnxruntime')).compile({ outputs: { action, logPi } })
    for (let i = 0; i < n; i++) program.inputs.noise![i] = -8 + (16 * i) / (n - 1)
    await program.run()
    const a = program.outputs.action!
    const p = program.outputs.logPi!.map(Math.exp)
    let total = 0
    let inside = 0
    for (let i = 1; i < n; i++) {
      const area = ((p[i]! + p[i - 1]!) / 2) * (a[i]! - a[i - 1]!)
      total += area
      if (a[i]! <= 0.5) inside += area
    }
    expect(total).toBeCloseTo(1, 3)
    // P(tanh(u) <= 0.5) = Phi((atanh(0.5) - mean) / std)
    const z = (Math.atanh(0.5) - mean) / std
    expect(inside).toBeCloseTo(normalCdf(z), 3)
    await program.release()
  })

  it('stays finite where tanh saturates', async () => {
    const graph = new Graph()
    const { logPi } = squashedGaussian(
      graph.constant([15, -15], [2, 1]),
      graph.constant(0, [2, 1]),
      graph.input('noise', [2, 1]),
    )
    const program = await (await loadRuntime('onnxruntime')).compile({ outputs: { logPi } })
    await program.run()
    // log N(0) - log(1 - tanh(15)^2) = -0.9189 - (2 ln 2 - 30)
    for (const value of program.outputs.logPi!) expect(value).toBeCloseTo(-0.91894 - (2 * Math.LN2 - 30), 3)
    await program.release()
  })
})

describe('a bounded Gaussian', () => {
  /** log pi of each action, and its derivative by the mean and by the log-spread. */
  async function judged(kind: DrawnKind, actions: number[], mean: number, std: number) {
    const n = actions.length
    const graph = new Graph()
    const [mu, logStd] = ['mean', 'log-std'].map((name) => graph.input(name, [n, 1]))
    const logPi = boundedLogProb(kind, graph.constant(actions, [n, 1]), mu!, logStd!)
    const [byMean, byLogStd] = gradients(sum(logPi), [mu!, logStd!])
    const outputs = { logPi, byMean: byMean!, byLogStd: byLogStd! }
    const program = await (await loadRuntime('onnxruntime')).compile({ outputs })
    program.inputs.mean!.fill(mean)
    program.inputs['log-std']!.fill(Math.log(std))
    await program.run()
    const taken = Object.fromEntries(
      Object.entries(program.outputs).map(([name, values]) => [name, [...values]]),
    )
    await program.release()
    return taken as Record<keyof typeof outputs, number[]>
  }

  it.each([
    ['squashed', 0.4, 0.7, 0.99],
    ['squashed', -2.5, 1.5, 0.99],
    ['clipped', 0.4, 0.7, 1],
    ['clipped', 2, 1.5, 1],
  ] as const)(
    'that is %s has all of its probability inside and at its bounds',
    async (kind, mean, std, edge) => {
      const n = 4001
      const grid = Array.from({ length: n }, (_, i) => 0.999999 * edge * (-1 + (2 * i) / (n - 1)))
      const { logPi } = await judged(kind, [...grid, -1, 1], mean, std)
      let inside = 0
      for (let i = 1; i < n; i++) {
        inside += ((Math.exp(logPi[i]!) + Math.exp(logPi[i - 1]!)) / 2) * (grid[i]! - grid[i - 1]!)
      }
      const limit = kind === 'squashed' ? Math.atanh(edge) : 3
      expect(Math.exp(logPi[n]!)).toBeCloseTo(normalCdf((-limit - mean) / std), 3)
      expect(Math.exp(logPi[n + 1]!)).toBeCloseTo(normalCdf((mean - limit) / std), 3)
      expect(inside + Math.exp(logPi[n]!) + Math.exp(logPi[n + 1]!)).toBeCloseTo(1, 3)
    },
  )

  it.each(['squashed', 'clipped'] as const)(
    'that is %s is drawn to a bound from afar, and no further',
    async (kind) => {
      const far = await judged(kind, [1, -1], -40, 0.05)
      const there = await judged(kind, [1], 4, 0.15)
      expect(far.byMean[0]).toBeGreaterThan(100)
      for (const values of Object.values(far))
        for (const value of values) expect(value).toSatisfy(Number.isFinite)
      expect(there.logPi[0]).toBeCloseTo(0, 5)
      expect(there.byMean[0]).toBeCloseTo(0, 4)
      expect(there.byLogStd[0]).toBeCloseTo(0, 4)
    },
  )
})

describe('categorical', () => {
  it('gives forbidden actions no probability and an entropy over the rest', async () => {
    const graph = new Graph()
    const logP = maskedLogSoftmax(graph.constant([1, 1, 5, 1], [1, 4]), graph.constant([1, 1, 0, 1], [1, 4]))
    const program = await (await loadRuntime('onnxruntime')).compile({
      outputs: { logP, entropy: categoricalEntropy(logP) },
    })
    await program.run()
    expect(Math.exp(program.outputs.logP![2]!)).toBe(0)
    expect(Math.exp(program.outputs.logP![0]!)).toBeCloseTo(1 / 3, 5)
    expect(program.outputs.entropy![0]).toBeCloseTo(Math.log(3), 4)
    await program.release()
  })

  it('is sampled in proportion', () => {
    const random = new Random(5)
    const logits = Float32Array.of(9, 0, Math.log(2), Math.log(3), 9)
    const counts = [0, 0, 0]
    const n = 60_000
    for (let i = 0; i < n; i++) counts[sampleCategorical(random, logits, 1, 3, null, 0)]!++
    ;[1 / 6, 2 / 6, 3 / 6].forEach((p, i) => {
      // five standard errors
      expect(Math.abs(counts[i]! / n - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n))
    })
  })

  it('is sampled in proportion among what is allowed', () => {
    const random = new Random(5)
    const logits = Float32Array.of(9, 4, 0, Math.log(3), 9)
    const mask = Float32Array.of(1, 0, 1, 1)
    const n = 10_000
    let counted = 0
    for (let i = 0; i < n; i++) counted += Number(sampleCategorical(random, logits, 1, 3, mask, 1) === 1)
    expect(Math.abs(counted / n - 1 / 4)).toBeLessThan(5 * Math.sqrt(3 / 16 / n))
  })

  it('is likeliest where it is allowed', () => {
    const logits = Float32Array.of(9, 4, 0, 3, 9)
    expect(greatestAllowed(logits, 1, 3, null, 0)).toBe(0)
    expect(greatestAllowed(logits, 1, 3, Float32Array.of(1, 0, 1, 1), 1)).toBe(2)
    expect(() => greatestAllowed(logits, 1, 3, new Float32Array(3), 0)).toThrow('forbids every action')
  })

  it('never draws a forbidden action', () => {
    const random = new Random(6)
    const mask = Float32Array.of(0, 1, 0)
    for (let i = 0; i < 100; i++) {
      expect(sampleCategorical(random, Float32Array.of(5, -5, 5), 0, 3, mask, 0)).toBe(1)
    }
  })
})

/** Standard normal distribution function by Simpson's rule. */
function normalCdf(z: number): number {
  const n = 2000
  const from = -9
  const h = (z - from) / n
  let sum = 0
  for (let i = 0; i <= n; i++) {
    const x = from + i * h
    const weight = i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2
    sum += weight * Math.exp(-0.5 * x * x)
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI)
}
