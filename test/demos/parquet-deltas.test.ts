/** Parquet's delta and split encodings, in a file that PyArrow 26 wrote (fixtures/pyarrow-26-deltas.parquet, 300 rows). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  decodeDeltaLengths,
  decodeDeltas,
  decodeDeltaTexts,
} from '../../core/demos/formats/parts/columnar/delta.ts'
import { ParquetFile } from '../../core/demos/formats/parts/columnar/parquet-read.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import { Random } from '../../core/random.ts'
import { damaged, survive } from './damage.ts'

const problems = new FileProblems('file')
const bytes = readFileSync(new URL('./fixtures/pyarrow-26-deltas.parquet', import.meta.url))
const rows = Array.from({ length: 300 }, (_, i) => i)

/** Far from one another, so that the differences run over the end of 64 bits. */
const far = (i: number): number => (i % 97 === 5 ? 2 ** 62 : i % 97 === 6 ? -(2 ** 62) : i * i)

const numbers: Record<string, (i: number) => number | number[]> = {
  int32: (i) => (i === 7 ? 2 ** 31 - 1 : i === 8 ? -(2 ** 31) : (i * 31) % 50),
  int64: (i) => (i % 2 === 0 ? ((i * 7919) % 1000) - 500 : far(i)),
  lists: (i) => [i, i * 1000 - 7],
  float32: (i) => Math.fround(i / 3 - 40),
  float64: (i) => i / 7,
  split: (i) => i * 2 ** 33 - 5,
}
const texts: Record<string, (i: number) => string> = {
  lengths: (i) => 'x'.repeat(i % 13) + i,
  texts: (i) => `task ${Math.floor(i / 40)} of the robot, part ${i % 3}`,
}

describe('a file of PyArrow', () => {
  it.each(Object.keys(numbers))('gives every number of %s', async (name) => {
    const file = await ParquetFile.open(bytes, 'table', problems)
    expect([...file.numbers(name).values]).toEqual(rows.flatMap((i) => numbers[name]!(i)))
  })

  it.each(Object.keys(texts))('gives every text of %s', async (name) => {
    const file = await ParquetFile.open(bytes, 'table', problems)
    expect(file.texts(name)).toEqual(rows.map((i) => texts[name]!(i)))
  })

  it('passes over nulls, which have no difference of their own', async () => {
    const file = await ParquetFile.open(bytes, 'table', problems)
    expect(() => file.numbers('steps')).toThrow('column "steps", row 3: expected 1 numbers, found 0')
  })

  it('is refused when it is damaged, within a second', async () => {
    const random = new Random(21)
    const { refused, milliseconds } = await survive(1000, () => {
      const broken = damaged(bytes, random)
      return async () => {
        const file = await ParquetFile.open(broken, 'table', problems)
        for (const name of Object.keys(numbers)) file.numbers(name)
        for (const name of Object.keys(texts)) file.texts(name)
      }
    })
    expect(refused).toBeGreaterThan(500)
    expect(milliseconds).toBeLessThan(1000)
  })
})

describe('differences that are wrong', () => {
  /** 128 values a block in 4 miniblocks, `count` values, the first one 5: then one block with these bit widths. */
  const block = (count: number, ...widths: number[]): Uint8Array =>
    Uint8Array.of(0x80, 0x01, 4, count, 10, 0, ...widths)

  it.each([
    ['another count than there are values', block(3, 0, 0, 0, 0), '3 values where 2 are needed'],
    ['bits that are not there', block(2, 32, 0, 0, 0), 'cut off'],
    ['wider differences than the numbers are', block(2, 33, 0, 0, 0), 'differences of 33 bits'],
    ['blocks without an end', Uint8Array.of(0x80, 0x01, 0, 2, 10), 'blocks of 128 values in 0 parts'],
    ['numbers that never end', new Uint8Array(20).fill(0xff), 'more than 64 bits'],
    ['nothing', new Uint8Array(0), 'cut off'],
  ])('are refused: %s', (_what, broken, message) => {
    expect(() => decodeDeltas(broken, 2, 32)).toThrow(message)
  })

  it('are refused where texts would reach back further than there is, or to below nothing', () => {
    // One value each: 3 shared bytes of no text before; a length of -1.
    expect(() => decodeDeltaTexts(Uint8Array.of(0x80, 1, 4, 1, 6, 0x80, 1, 4, 1, 0), 1)).toThrow(
      '3 bytes of a text of 0',
    )
    expect(() => decodeDeltaLengths(Uint8Array.of(0x80, 1, 4, 1, 1), 1)).toThrow('a text of -1 bytes')
  })

  it('are refused where texts grow out of nothing', () => {
    // Every text has all of the one before and an x more: n texts of n bytes have n^2 / 2 bytes.
    const n = 4000
    const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, value >> 7])
    const runs = (first: number, least: number): number[] => [
      ...[0x80, 1, 4, ...varint(n), first],
      ...Array.from({ length: Math.ceil((n - 1) / 128) }, () => [least, 0, 0, 0, 0]).flat(),
    ]
    const growing = Uint8Array.from([...runs(0, 2), ...runs(2, 0), ...new Array<number>(n).fill(120)])
    expect(() => decodeDeltaTexts(growing, n)).toThrow('texts of more than 4194304 bytes')
  })
})
