import { describe, expect, test } from 'vitest'
import { gradients } from '../../core/tensor/gradients.ts'
import { ancestors, Graph } from '../../core/tensor/graph.ts'
import * as ops from '../../core/tensor/ops.ts'

describe('shape errors name both shapes', () => {
  const graph = new Graph()
  const a = graph.input('a', [2, 3])
  const b = graph.input('b', [4, 5])
  const image = graph.input('image', [1, 2, 4, 4])
  test.each<[string, () => unknown, string[]]>([
    ['broadcast', () => ops.add(a, b), ['add', '[2, 3]', '[4, 5]']],
    ['compare', () => ops.greater(a, b), ['greater', '[2, 3]', '[4, 5]']],
    ['matmul', () => ops.matmul(a, b), ['matmul', '[2, 3]', '[4, 5]']],
    ['transposed matmul', () => ops.matmul(a, b, { transposeB: true }), ['[2, 3]', '[4, 5] transposed']],
    ['reshape', () => ops.reshape(a, [4]), ['reshape', '[2, 3]', '[4]']],
    ['broadcastTo', () => ops.broadcastTo(a, [1, 3]), ['broadcastTo', '[2, 3]', '[1, 3]']],
    ['concat', () => ops.concat([a, b], 0), ['concat', '[2, 3]', '[4, 5]']],
    ['slice', () => ops.slice(a, 1, 1, 4), ['slice', '1 to 4', '[2, 3]']],
    ['transpose', () => ops.transpose(a, [0, 0]), ['transpose', '[0,0]', '[2, 3]']],
    [
      'conv2d channels',
      () => ops.conv2d(image, graph.input('w', [1, 3, 2, 2])),
      ['[1, 2, 4, 4]', '[1, 3, 2, 2]'],
    ],
    [
      'conv2d size',
      () => ops.conv2d(image, graph.input('v', [1, 2, 5, 5])),
      ['[1, 2, 4, 4]', '[1, 2, 5, 5]'],
    ],
    ['input twice', () => graph.input('a', [3, 2]), ['"a"', '[2, 3]', '[3, 2]']],
    ['input size', () => graph.input('c', [2, 0]), ['"c"', '[2, 0]']],
    ['constant', () => graph.constant([1, 2, 3], [2]), ['3 numbers', '[2]']],
    ['axis', () => ops.sum(a, 2), ['axis 2', 'rank 2']],
    ['gradient of a matrix', () => gradients(a, [a]), ['[2, 3]']],
  ])('%s', (_, build, words) => {
    for (const word of words) expect(build).toThrow(word)
  })

  test('values of two graphs do not mix', () => {
    expect(() => ops.add(a, new Graph().input('a', [2, 3]))).toThrow('another graph')
  })
})

describe('a graph holds each computation once', () => {
  test('equal operations are one value', () => {
    const graph = new Graph()
    const x = graph.input('x', [2, 2])
    expect(ops.tanh(ops.add(x, 1))).toBe(ops.tanh(ops.add(x, graph.constant(1))))
    expect(ops.sum(x, 0)).not.toBe(ops.sum(x, 1))
    expect(graph.constant(0)).not.toBe(graph.constant(-0))
  })

  test('neutral operations vanish and scalar factors combine', () => {
    const graph = new Graph()
    const x = graph.input('x', [2, 3])
    for (const same of [ops.add(x, 0), ops.mul(1, x), ops.div(x, 1), ops.sub(x, 0), ops.reshape(x, [2, 3])]) {
      expect(same).toBe(x)
    }
    expect(ops.transpose(ops.transpose(x, [1, 0]), [1, 0])).toBe(x)
    expect(ops.neg(ops.neg(x))).toBe(x)
    expect(ops.mul(ops.mul(x, 2), 3)).toBe(ops.mul(x, 6))
    expect(ops.mul(x, 0).shape).toEqual([2, 3])
    // Adding a wider zero stretches, so it must stay.
    expect(ops.add(graph.input('v', [3]), graph.constant(0, [2, 3])).shape).toEqual([2, 3])
  })

  test('two draws of noise are two values', () => {
    const graph = new Graph()
    const x = graph.input('x', [2])
    expect(ops.randomNormal(x)).not.toBe(ops.randomNormal(x))
  })

  test('a gradient leaves out what it does not need', () => {
    const graph = new Graph()
    const x = graph.input('x', [8, 4])
    const w = graph.input('w', [4, 2])
    const [slope] = gradients(ops.sum(ops.square(ops.matmul(x, w))), [w])
    // One product forward, one for the weights; none for the input, which was not asked for.
    expect(ancestors([slope!]).filter((value) => value.op === 'matmul')).toHaveLength(2)
  })

  test('what the result does not depend on has gradient zero', () => {
    const graph = new Graph()
    const x = graph.input('x', [2])
    const other = graph.input('other', [3, 1])
    const [slope] = gradients(ops.sum(x), [other])
    expect(slope!.shape).toEqual([3, 1])
    expect(ancestors([slope!]).map((value) => value.op)).toEqual(['constant', 'broadcast'])
  })
})
