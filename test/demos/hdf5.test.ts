import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readHdf5, writeHdf5 } from '../../core/demos/formats/parts/hdf5/thread.ts'
import { booleans, dataset, group, isHdf5 } from '../../core/demos/formats/parts/hdf5/tree.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import { DataError } from '../../core/errors.ts'

const problems = new FileProblems('a.hdf5')

function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url))
}

const resizable = { resizable: true } as const
const TREE = group(
  [
    [
      'episode',
      group(
        [
          ['singles', { ...dataset(Float32Array.of(-0, 1e-45, 1 / 3, 4), [2, 2]), ...resizable }],
          ['doubles', dataset(Float64Array.of(0.1 + 0.2), [1])],
          ['long', { ...dataset(BigInt64Array.of(-1n, 2n ** 62n), [2, 1]), ...resizable }],
          ['flags', { ...booleans([0, 1, 1]), ...resizable }],
          ['texts', dataset(['', 'größe', '🎈'], [3])],
          ['nothing', dataset(new Float32Array(0), [2, 0])],
        ],
        [
          ['half', 0.5],
          ['id', 3n],
          ['text', 'quoted "雪"'],
        ],
      ),
    ],
    ['other', group([['bytes', dataset(Uint8Array.of(255, 0), [2])]])],
  ],
  [['of the file', 'x'.repeat(100_000)]],
)

it('gives back what was written, and equal bytes for equal trees', async () => {
  const bytes = await writeHdf5(TREE)
  expect(isHdf5(bytes)).toBe(true)
  const back = await readHdf5(bytes, problems)
  const { flags, ...rest } = Object.fromEntries((back.children.get('episode') as typeof TREE).children)
  const expected = Object.fromEntries((TREE.children.get('episode') as typeof TREE).children)
  for (const [name, node] of Object.entries(rest)) {
    const { resizable: _, ...read } = { resizable: true, ...expected[name]! }
    expect(node).toEqual(read)
  }
  expect(flags).toEqual(booleans([0, 1, 1]))
  expect(back.attributes).toEqual(TREE.attributes)
  expect((back.children.get('episode') as typeof TREE).attributes).toEqual(
    (TREE.children.get('episode') as typeof TREE).attributes,
  )
  expect(Buffer.compare(await writeHdf5(TREE), bytes)).toBe(0)
})

it('writes a column of many chunks and reads it piece by piece', async () => {
  const values = Float64Array.from({ length: 1_500_000 }, (_, i) => i * i)
  const tree = group([['values', { ...dataset(values, [500_000, 3]), ...resizable }]])
  const { children } = await readHdf5(await writeHdf5(tree), problems)
  expect(children.get('values')).toEqual(dataset(values, [500_000, 3]))
})

it('reads what h5py 3.16 wrote: other byte orders, compression, links within; and names what it does not read', async () => {
  const { children, attributes } = await readHdf5(fixture('unusual.hdf5'), problems)
  const numbers = dataset(Int16Array.of(0, 1, 2, 3, 4, 5), [2, 3])
  expect(children.get('numbers')).toEqual(numbers)
  expect(children.get('soft')).toEqual(numbers)
  expect(children.get('scalar')).toEqual(dataset(Float64Array.of(0.25), []))
  expect(children.get('texts')).toEqual(dataset(['a', 'größe'], [2]))
  expect(children.get('fixed')).toEqual(dataset(['ab', 'cde'], [2]))
  expect(children.get('flags')).toEqual(booleans([1, 0]))
  const many = Uint8Array.from({ length: 700_000 }, (_, i) => (i % 256) % 251)
  expect(children.get('many')).toEqual(dataset(many, [700_000]))
  expect(children.get('half')).toEqual(dataset(new Float16Array(2), [2]))
  const halves = Float16Array.of(0.5, -2, 65504)
  expect(Object.fromEntries((await readHdf5(fixture('halves.hdf5'), problems)).children)).toEqual({
    little: dataset(halves, [3]),
    big: dataset(halves, [1, 3]),
  })
  for (const name of ['external', 'dangling', 'empty', 'pairs', 'ragged', 'elsewhere']) {
    expect(children.get(name), name).toMatchObject({ kind: 'other' })
  }
  expect(Object.fromEntries(attributes)).toEqual({
    text: 'hä',
    bytes: 'xy',
    int: -3n,
    flag: 1n,
    big: 2n ** 63n,
  })
})

it('refuses a group that holds itself', async () => {
  await expect(readHdf5(fixture('loop.hdf5'), problems)).rejects.toThrow('groups nested at most 12 deep')
})

it('refuses to unfold what was never written, and values that were damaged', async () => {
  const rows = 1237
  const values = Float32Array.from({ length: rows }, (_, i) => i)
  const bytes = Buffer.from(
    await writeHdf5(group([['values', { ...dataset(values, [rows]), ...resizable }]])),
  )
  const length = Buffer.alloc(16, 0xff)
  length.writeBigUInt64LE(BigInt(rows))
  const at = bytes.indexOf(length)
  const bomb = Buffer.from(bytes)
  bomb.writeBigUInt64LE(2n ** 33n, at)
  await expect(readHdf5(bomb, problems)).rejects.toThrow('no more values than a file of this size can have')
  const torn = bytes.subarray(0, bytes.length - 3000)
  await expect(readHdf5(torn, problems)).rejects.toThrow(DataError)
})
