/** The gradient penalty of GAIL: the derivative by the weights of a derivative by the inputs, through whole networks. */
import type * as Tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { gradients } from '../../core/tensor/gradients.ts'
import { Graph, type Value } from '../../core/tensor/graph.ts'
import * as ops from '../../core/tensor/ops.ts'
import type { Shape } from '../../core/tensor/shape.ts'
import { distance, evaluator, finiteDifferences, samples, tf } from './harness.ts'

const [batch, width, hidden] = [4, 3, 5]
const shapes: Shape[] = [[batch, width], [width, hidden], [hidden], [hidden, hidden], [hidden], [hidden, 1]]

interface Activation {
  readonly name: string
  readonly ours: (x: Value) => Value
  readonly theirs: (x: Tf.Tensor) => Tf.Tensor
}

// TensorFlow.js loses second derivatives through operations whose rule keeps the result (tanh, sigmoid, exp), as its
// tape notes the kept copy before the operation. sinh and cosh keep their argument.
const activations: Activation[] = [
  { name: 'relu', ours: ops.relu, theirs: tf.relu },
  { name: 'tanh', ours: ops.tanh, theirs: (x) => tf.div(tf.sinh(x), tf.cosh(x)) },
  {
    name: 'swish',
    ours: ops.swish,
    theirs: (x) => tf.div(x, tf.add(1, tf.sub(tf.cosh(x), tf.sinh(x)))),
  },
]

function penalty(activation: Activation): { penalty: Value; slopes: Value[] } {
  const graph = new Graph()
  const [x, w1, b1, w2, b2, w3] = shapes.map((shape, i) => graph.input(`x${i}`, shape)) as [Value, ...Value[]]
  const first = activation.ours(ops.add(ops.matmul(x, w1!), b1!))
  const second = activation.ours(ops.add(ops.matmul(first, w2!), b2!))
  const [slope] = gradients(ops.sum(ops.matmul(second, w3!)), [x])
  const norm = ops.sqrt(ops.add(ops.sum(ops.square(slope!), 1), 1e-6))
  const value = ops.mean(ops.square(ops.sub(norm, 1)))
  return { penalty: value, slopes: gradients(value, [x, w1!, b1!, w2!, b2!, w3!]) }
}

function reference(activation: Activation, x: Tf.Tensor, w: Tf.Tensor[]): Tf.Tensor<Tf.Rank.R0> {
  const score = (input: Tf.Tensor): Tf.Tensor => {
    const first = activation.theirs(tf.add(tf.matMul(input, w[0]!), w[1]!))
    const second = activation.theirs(tf.add(tf.matMul(first, w[2]!), w[3]!))
    return tf.sum(tf.matMul(second, w[4]!))
  }
  const slope = tf.grad(score)(x)
  const norm = tf.sqrt(tf.add(tf.sum(tf.square(slope), 1), 1e-6))
  return tf.mean(tf.square(tf.sub(norm, 1)))
}

test.each(activations)('through $name, against TensorFlow.js and finite differences', async (activation) => {
  const built = penalty(activation)
  const inputs = samples(shapes, 'signed', 11)
  const { evaluate, release } = await evaluator('onnxruntime', [built.penalty, ...built.slopes])
  const [value, ...slopes] = await evaluate(inputs)

  const tensors = shapes.map((shape, i) => tf.tensor(inputs[i]!, [...shape]))
  const [x, ...w] = tensors
  const theirs = reference(activation, x!, w)
  // cosh - sinh, in the stand-in for swish, loses digits: hence not 1e-5.
  expect(distance(value!, theirs.dataSync())).toBeLessThan(2e-4)
  const expected = tf.grads((...all) => reference(activation, all[0]!, all.slice(1)))(tensors)
  for (const [i, slope] of slopes.entries()) {
    expect(distance(slope, expected[i]!.dataSync())).toBeLessThan(2e-4)
  }

  const measured = await finiteDifferences(async (moved) => (await evaluate(moved))[0]![0]!, inputs, 0.004)
  for (const [i, slope] of slopes.entries()) expect(distance(slope, measured[i]!)).toBeLessThan(2e-3)
  await release()
})
