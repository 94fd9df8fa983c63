/** Arrays as NumPy 2.4.6 has written them: fixtures/numpy-2-kinds.npz, by numpy.savez_compressed. */
import { readFileSync } from 'node:fs'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { parseNpy } from '../../core/demos/formats/parts/npy.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import { DataError } from '../../core/errors.ts'

const files = unzipSync(readFileSync(new URL('./fixtures/numpy-2-kinds.npz', import.meta.url)))
const parse = (name: string) => parseNpy(files[`${name}.npy`]!, `array "${name}"`, new FileProblems('a.npz'))

/** numpy.arange(6).reshape(2, 3) * 37, and a half more where there are fractions. */
const valuesOf = (kind: string): number[] =>
  [0, 1, 2, 3, 4, 5].map((i) => (kind === 'b1' ? i % 2 : 37 * i + (kind.startsWith('f') ? 0.5 : 0)))

describe.each(['b1', 'i1', 'u1', 'i2', 'u2', 'f2', 'i4', 'u4', 'f4', 'i8', 'u8', 'f8'])('%s', (kind) => {
  it.each(['little', 'big', 'little_fortran', 'big_fortran'])('is read in its order: %s', (order) => {
    const { type, shape, data } = parse(`${kind}_${order}`)
    expect([type, shape]).toEqual([kind, [2, 3]])
    const bits = kind === 'i1' ? valuesOf(kind).map((value) => (value << 24) >> 24) : valuesOf(kind)
    expect(Array.from(data as ArrayLike<number | bigint>, Number)).toEqual(bits)
  })
})

it('turns every axis, and takes a number alone', () => {
  expect([...(parse('deep').data as Int16Array)]).toEqual(Array.from({ length: 24 }, (_, i) => i))
  expect(parse('deep').shape).toEqual([2, 3, 4])
  expect(parse('scalar')).toEqual({ type: 'f4', shape: [], data: Float32Array.of(7) })
})

it.each([
  ['complex', "complex numbers ('<c8')"],
  ['object', "objects, which only Python can unpack ('|O')"],
  ['text', "texts ('<U1')"],
  ['bytes', "texts ('|S1')"],
  ['date', "dates ('<M8[D]')"],
  ['records', "records ([('a', '<f4'), ('b', '<i4')])"],
  ['extended', "numbers of extended precision ('<f16')"],
])('says of %s what it is and what is taken', (name, found) => {
  const error = (() => {
    try {
      parse(`x_${name}`)
    } catch (reason) {
      return reason
    }
  })()
  expect(error).toBeInstanceOf(DataError)
  expect((error as DataError).message).toBe(
    `a.npz: array "x_${name}", dtype: expected numbers or flags: bool, int8 to int64, uint8 to uint64, float16 to float64, found ${found}`,
  )
})
