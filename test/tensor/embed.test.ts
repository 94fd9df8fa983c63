import { describe, expect, it } from 'vitest'
import { DataError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { embedWeights } from '../../core/tensor/onnx/embed.ts'
import { type Field, message, modelWith, outside } from './onnx-message.ts'

const DATA = Uint8Array.from({ length: 32 }, (_, i) => i + 1)

/** Asks for nothing but w.data. */
function embed(bytes: Uint8Array, most = 1000): Uint8Array {
  const read = (location: string) => {
    expect(location).toBe('w.data')
    return DATA
  }
  return embedWeights(bytes, { file: 'a.onnx', read, most })
}

const node = message([4, 'MatMul'])
const inner: Field = [9, Uint8Array.of(7, 7, 7, 7)]
const tensor = (...fields: Field[]): [number, Uint8Array] => [5, message([1, 4], [8, 'w'], ...fields)]

describe('embedWeights', () => {
  it('puts the bytes where others have them, and leaves the rest as it is', () => {
    const whole = outside({ location: 'w.data' })
    const part = outside({ location: 'w.data', offset: '4', length: '8' })
    const rest = outside({ location: 'w.data', offset: '30' })
    const found = embed(
      modelWith([1, node], tensor(...whole), tensor(inner), tensor(...part), tensor(...rest)),
    )
    const expected = modelWith(
      [1, node],
      tensor([9, DATA]),
      tensor(inner),
      tensor([9, DATA.subarray(4, 12)]),
      tensor([9, DATA.subarray(30)]),
    )
    expect(Buffer.from(found).equals(expected)).toBe(true)
  })

  it('gives a model that has its weights within as it is', () => {
    const bytes = modelWith([1, node], tensor(inner))
    expect(embed(bytes)).toBe(bytes)
  })

  it.each([
    [
      'more than there is',
      { location: 'w.data', offset: '16', length: '17' },
      '17 bytes from byte 16 of w.data on',
    ],
    ['what lies behind the end', { location: 'w.data', offset: '33' }, 'all bytes from byte 33 of w.data on'],
    [
      'what lies before the beginning',
      { location: 'w.data', offset: '-4', length: '8' },
      'from byte -4 of w.data',
    ],
    ['half a byte', { location: 'w.data', length: '0.5' }, '0.5 bytes from byte 0 of w.data on'],
    ['no file', { offset: '4' }, 'expected the name of the file that has them'],
  ])('refuses a model that wants %s', (_, entries, said) => {
    expect(() => embed(modelWith(tensor(...outside(entries))))).toThrow(DataError)
    expect(() => embed(modelWith(tensor(...outside(entries))))).toThrow(said)
  })

  it('takes in no more than is allowed, though the same bytes are wanted again and again', () => {
    const again = Array.from({ length: 40 }, () => tensor(...outside({ location: 'w.data' })))
    expect(() => embed(modelWith(...again), 39 * 32)).toThrow('expected at most 1248 bytes in other files')
    expect(embed(modelWith(...again), 40 * 32).length).toBeGreaterThan(40 * 32)
  })

  it('says of changed bytes that they are damaged, or reads them', () => {
    const plain = modelWith([1, node], tensor(...outside({ location: 'w.data', offset: '4', length: '8' })))
    const random = new Random(5)
    let refused = 0
    for (let i = 0; i < 5_000; i++) {
      const bytes = plain.slice(0, random.uniform() < 0.3 ? random.below(plain.length) : plain.length)
      for (let n = random.below(4); n >= 0 && bytes.length > 0; n--)
        bytes[random.below(bytes.length)] = random.below(256)
      try {
        embedWeights(bytes, { file: 'a.onnx', read: () => DATA, most: 1000 })
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1_000)
  })
})
