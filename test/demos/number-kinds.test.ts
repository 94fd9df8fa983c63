/** Numbers in tables that are neither floats of 32 bits and more nor whole numbers with a sign. */
import {
  columnFromArray,
  float16,
  list,
  tableFromColumns,
  tableToIPC,
  uint8,
  uint32,
} from '@uwdata/flechette'
import { type ColumnSource, parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer'
import { expect, it } from 'vitest'
import { readArrowStream } from '../../core/demos/formats/parts/columnar/arrow-read.ts'
import { ParquetFile } from '../../core/demos/formats/parts/columnar/parquet-read.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'

const problems = new FileProblems('file')

async function parquet(
  element: Omit<SchemaElement, 'name'>,
  data: unknown[],
  encoding?: ColumnSource['encoding'],
) {
  const schema: SchemaElement[] = [
    { name: 'schema', num_children: 1 },
    { name: 'action', repetition_type: 'REQUIRED', ...element },
  ]
  const column: ColumnSource = { name: 'action', data, ...(encoding === undefined ? {} : { encoding }) }
  const bytes = new Uint8Array(parquetWriteBuffer({ schema, columnData: [column] }))
  return await ParquetFile.open(bytes, 'table', problems)
}

const HALF: Omit<SchemaElement, 'name'> = {
  type: 'FIXED_LEN_BYTE_ARRAY',
  type_length: 2,
  logical_type: { type: 'FLOAT16' },
}

it.each(['PLAIN', undefined] as const)('reads halves from Parquet, encoded as %s', async (encoding) => {
  const halves = [0.5, -2, 0.39990234375, 65504, 0.5]
  expect([...(await parquet(HALF, halves, encoding)).numbers('action').values]).toEqual(halves)
})

it('reads whole numbers without a sign from Parquet', async () => {
  const large = [1, 2 ** 32 - 1, 2 ** 31, 1]
  const wide = await parquet({ type: 'INT32', converted_type: 'UINT_32' }, large)
  expect([...wide.numbers('action').values]).toEqual(large)
  const logical = { type: 'INTEGER', bitWidth: 32, isSigned: false } as const
  const said = await parquet({ type: 'INT32', logical_type: logical }, large, 'PLAIN')
  expect([...said.numbers('action').values]).toEqual(large)
  const signed = await parquet({ type: 'INT32' }, [1, -1])
  expect([...signed.numbers('action').values]).toEqual([1, -1])
})

it('does not take decimal numbers for whole ones', async () => {
  const file = await parquet(
    { type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9 },
    [1.25],
    'PLAIN',
  )
  expect(() => file.numbers('action')).toThrow('values of type DECIMAL')
})

it('reads halves and whole numbers without a sign from Arrow, in lists too', () => {
  const columns = {
    half: columnFromArray([0.5, -2], float16()),
    lists: columnFromArray([[0.25], [1.5]], list(float16())),
    byte: columnFromArray([255, 0], uint8()),
    word: columnFromArray([2 ** 32 - 1, 0], uint32()),
  }
  const bytes = tableToIPC(tableFromColumns(columns), { format: 'stream' })!
  const [batch] = readArrowStream(bytes, 'table', problems)
  const numbers = (name: string) => {
    const column = batch!.columns.get(name)!
    const values = column.type === 'list' ? column.items : column
    return values.type === 'numbers' ? [...values.values] : []
  }
  expect(Object.keys(columns).map(numbers)).toEqual([
    [0.5, -2],
    [0.25, 1.5],
    [255, 0],
    [2 ** 32 - 1, 0],
  ])
})
