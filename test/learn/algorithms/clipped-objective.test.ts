import { describe, expect, it } from 'vitest'
import {
  clippedLoss,
  ppoSchedule,
  writeValueRange,
} from '../../../core/learn/algorithms/clipped-objective.ts'
import { RolloutBuffer } from '../../../core/learn/on-policy/rollout-buffer.ts'
import { Graph, loadRuntime } from '../../../core/tensor/index.ts'

const M = 4
const V = [0.5, 10, -3, 2]
const OLD = [0, 9, -3, 2.3]
const RETURN = [100, 9.5, -2, 2]

/** The value loss of a minibatch. @param range  absent where the value is free */
async function valueLoss(range?: number): Promise<number> {
  const graph = new Graph()
  const numbers = (values: readonly number[], shape = [M]) => graph.constant(values, shape)
  const none = numbers([0, 0, 0, 0])
  const { valueLoss: loss } = clippedLoss({ logPi: none, entropy: none }, numbers(V, [M, 1]), {
    oldLogPi: none,
    advantage: none,
    returns: numbers(RETURN, [M, 1]),
    epsilon: graph.constant(0.2),
    beta: graph.constant(0),
    near: range === undefined ? null : { oldValue: numbers(OLD, [M, 1]), range: numbers([range], [1, 1]) },
  })
  const runtime = await loadRuntime('onnxruntime')
  const program = await runtime.compile({ outputs: { loss } })
  await program.run()
  const found = program.outputs.loss![0]!
  await program.release()
  return found
}

describe('the value loss', () => {
  const near = (i: number, range: number) => OLD[i]! + Math.max(-range, Math.min(range, V[i]! - OLD[i]!))
  const clipped = (range: number) =>
    V.reduce((sum, v, i) => sum + Math.max((v - RETURN[i]!) ** 2, (near(i, range) - RETURN[i]!) ** 2), 0) / M

  it('is the squared error where the value is free', async () => {
    const free = V.reduce((sum, v, i) => sum + (v - RETURN[i]!) ** 2, 0) / M
    expect(await valueLoss()).toBeCloseTo(free, 2)
    expect(clipped(0.2)).toBeGreaterThan(free)
  })

  it('counts the larger of both errors where it is clipped', async () => {
    expect(await valueLoss(0.2)).toBeCloseTo(clipped(0.2), 2)
    expect(await valueLoss(0.9)).toBeCloseTo(clipped(0.9), 2)
  })
})

it('lets the value move by epsilon, or by epsilon deviations of the returns of its signal', () => {
  const shape = { observation: 1, continuous: 0, branches: 1, mask: 0 }
  const buffer = new RolloutBuffer(4, 1, shape, 2)
  buffer.length = 4
  buffer.returns.set([1, 100, 2, 300, 3, 100, 4, 300])
  const range = new Float32Array(2)
  writeValueRange(range, buffer, 'epsilon', 0.2)
  expect([...range]).toEqual([Math.fround(0.2), Math.fround(0.2)])
  writeValueRange(range, buffer, 'range', 0.2)
  expect(range[0]).toBeCloseTo(0.2 * Math.sqrt(1.25), 6)
  expect(range[1]).toBeCloseTo(20, 5)
})

it("lets what falls end at ML-Agents' floor, and what is set below it stay there", () => {
  const settings = { learning_rate: 1e-3, beta: 0, epsilon: 0.05, learning_rate_schedule: 'linear' } as const
  const low = ppoSchedule(settings, 100)
  expect([0, 50, 100].map(low.epsilon)).toEqual([0.05, 0.05, 0.05])
  expect([0, 50, 100].map(low.beta)).toEqual([0, 0, 0])
  const usual = ppoSchedule({ ...settings, beta: 0.01, epsilon: 0.2 }, 100)
  expect([0, 50, 200].map(usual.epsilon).map((value) => value.toFixed(3))).toEqual([
    '0.200',
    '0.150',
    '0.100',
  ])
  expect(usual.beta(200)).toBeCloseTo(1e-5, 10)
})
