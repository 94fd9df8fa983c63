/** Every function of ops/: values, gradients and second derivatives against finite differences and TensorFlow.js. */
import { describe, expect, test } from 'vitest'
import { gradients } from '../../core/tensor/gradients.ts'
import { ancestors, Graph, type Value } from '../../core/tensor/graph.ts'
import * as ops from '../../core/tensor/ops.ts'
import { rules } from '../../core/tensor/rules.ts'
import { distance, dot, evaluator, finiteDifferences, samples, tf, weights } from './harness.ts'
import { type OpCase, opCases, untabled } from './op-cases.ts'

interface Built {
  x: Value[]
  y: Value
  /** Cotangent given to y, and those given to the gradients for the second derivative. */
  weight: Float32Array
  secondWeights: Float32Array[]
  first: Value[]
  second: Value[]
}

function weighted(y: Value, weight: Float32Array): Value {
  return ops.sum(ops.mul(y, y.graph.constant(weight, y.shape)))
}

function build(row: OpCase): Built {
  const graph = new Graph()
  const x = row.inputs.map((shape, i) => graph.input(`x${i}`, shape))
  const y = row.build(...x)
  const weight = weights(y.shape, 1)
  const first = gradients(weighted(y, weight), x)
  const secondWeights = first.map((slope, i) => weights(slope.shape, 2 + i))
  const total = first.map((slope, i) => weighted(slope, secondWeights[i]!)).reduce((a, b) => ops.add(a, b))
  return { x, y, weight, secondWeights, first, second: gradients(total, x) }
}

test('every function is in the table, and every operation that has a gradient occurs in it', () => {
  const named = new Set(opCases.map((row) => row.name.split(' ')[0]))
  const missing = Object.keys(ops).filter((name) => !named.has(name) && !untabled.includes(name))
  expect(missing).toEqual([])
  const used = new Set(opCases.flatMap((row) => ancestors([build(row).y]).map((value) => value.op)))
  const ruled = Object.keys(rules).filter((op) => op !== 'random')
  expect(ruled.filter((op) => !used.has(op as Value['op']))).toEqual([])
})

describe.each(opCases.map((row) => [row.name, row] as const))('%s', (_, row) => {
  const built = build(row)
  const inputs = samples(row.inputs, row.domain)

  test('the engines agree on values, gradients and second derivatives', async () => {
    const wanted = [built.y, ...built.first, ...built.second]
    const [left, right] = [await evaluator('onnxruntime', wanted), await evaluator('tensorflow', wanted)]
    const [a, b] = [await left.evaluate(inputs), await right.evaluate(inputs)]
    for (const i of wanted.keys()) expect(distance(a[i]!, b[i]!)).toBeLessThan(1e-5)
    await left.release()
    await right.release()
  })

  test('values and gradients equal those of TensorFlow.js', async () => {
    const { evaluate, release } = await evaluator('onnxruntime', [built.y, ...built.first])
    const [y, ...slopes] = await evaluate(inputs)
    const tensors = row.inputs.map((shape, i) => tf.tensor(inputs[i]!, [...shape]))
    const reference = row.reference(tf, ...tensors)
    expect(reference.shape).toEqual(built.y.shape)
    expect(distance(y!, reference.dataSync())).toBeLessThan(1e-5)
    if (row.flat) {
      for (const slope of slopes) expect(slope.every((x) => x === 0)).toBe(true)
    } else if (!row.noReferenceGradient) {
      const weight = tf.tensor(built.weight, [...built.y.shape])
      const expected = tf.grads((...x) => tf.sum(tf.mul(row.reference(tf, ...x), weight)))(tensors)
      for (const [i, slope] of slopes.entries()) {
        expect(distance(slope, expected[i]!.dataSync())).toBeLessThan(1e-5)
      }
    }
    await release()
  })
})

const smooth = opCases.filter((row) => !row.flat)

describe.each(smooth.map((row) => [row.name, row] as const))('%s', (_, row) => {
  const built = build(row)
  const inputs = samples(row.inputs, row.domain)

  test('gradients equal finite differences', async () => {
    const { evaluate, release } = await evaluator('onnxruntime', [built.y, ...built.first])
    const [, ...slopes] = await evaluate(inputs)
    const expected = await finiteDifferences(async (x) => {
      const [y] = await evaluate(x)
      return dot(y!, built.weight)
    }, inputs)
    for (const [i, slope] of slopes.entries()) expect(distance(slope, expected[i]!)).toBeLessThan(1e-3)
    await release()
  })

  test('second derivatives equal finite differences of gradients', async () => {
    const { evaluate, release } = await evaluator('onnxruntime', [...built.first, ...built.second])
    const slopes = (await evaluate(inputs)).slice(built.first.length)
    const expected = await finiteDifferences(async (x) => {
      const results = await evaluate(x)
      return built.secondWeights.reduce((sum, weight, i) => sum + dot(results[i]!, weight), 0)
    }, inputs)
    for (const [i, slope] of slopes.entries()) expect(distance(slope, expected[i]!)).toBeLessThan(2e-3)
    await release()
  })
})
