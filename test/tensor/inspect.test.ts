import { describe, expect, it } from 'vitest'
import { DataError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { exportOnnx, Graph, relu, softmax } from '../../core/tensor/index.ts'
import { inspectOnnx } from '../../core/tensor/onnx/inspect.ts'
import { message, modelWith } from './onnx-message.ts'

const plain = exportOnnx({ y: softmax(relu(new Graph().input('x', [2, 3]))) })

describe('inspectOnnx', () => {
  it('tells who made a model, for which version, of what', () => {
    const { operators, ...rest } = inspectOnnx(plain, 'a.onnx')
    expect(rest).toEqual({ irVersion: 8, opset: 15, producer: 'understudy' })
    expect([...operators]).toEqual(['Relu', 'Softmax'])
  })

  it('finds operators of others, and those within graphs of nodes', () => {
    const inner = message([1, message([4, 'Loop'])])
    const node = message([4, 'If'], [5, message([6, inner])])
    const foreign = message([4, 'Gelu'], [7, 'com.microsoft'])
    const { operators } = inspectOnnx(modelWith([1, node], [1, foreign]), 'a.onnx')
    expect([...operators].sort()).toEqual(['If', 'Loop', 'com.microsoft:Gelu'])
  })

  const location = message([13, message([1, 'location'], [2, '../../etc/passwd'])])
  it.each([
    ['an initializer', modelWith([5, location])],
    ['an initializer by its mark alone', modelWith([5, message([14, 1])])],
    ['a sparse initializer', modelWith([15, message([1, location])])],
    ['an attribute', modelWith([1, message([4, 'Constant'], [5, message([5, location])])])],
    ['a graph within a node', modelWith([1, message([4, 'If'], [5, message([6, message([5, location])])])])],
    ['a function', message([1, 8], [7, message()], [25, message([7, message([5, message([5, location])])])])],
  ])('refuses weights in another file: %s', (_, bytes) => {
    expect(() => inspectOnnx(bytes, 'a.onnx')).toThrow(
      'a.onnx: weights: expected all weights within the file, found weights that lie in another file',
    )
  })

  it('refuses graphs without end', () => {
    let graph = message()
    for (let i = 0; i < 200; i++) graph = message([1, message([5, message([6, graph])])])
    expect(() => inspectOnnx(message([1, 8], [7, graph]), 'a.onnx')).toThrow(DataError)
  })

  it('says of changed bytes that they are damaged, or reads them', () => {
    const random = new Random(5)
    let refused = 0
    for (let i = 0; i < 5_000; i++) {
      const bytes = plain.slice(0, random.uniform() < 0.3 ? random.below(plain.length) : plain.length)
      for (let n = random.below(4); n >= 0 && bytes.length > 0; n--)
        bytes[random.below(bytes.length)] = random.below(256)
      try {
        inspectOnnx(bytes, 'a.onnx')
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1_000)
  })
})
