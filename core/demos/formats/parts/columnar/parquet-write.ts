/** Writes tables of numbers, texts and lists of them as Parquet, with the types that Arrow and pandas expect. */
import type { ColumnSource, KeyValue, SchemaElement } from 'hyparquet-writer'

export type ParquetElement = 'bool' | 'int64' | 'float32' | 'float64' | 'string' | 'picture'

export interface ParquetField {
  readonly name: string
  readonly element: ParquetElement
  /** One value a row, or a list of them; or how many lists deep they lie. */
  readonly list?: boolean | number
  /**
   * A value per row, or an array of values per row; int64 may be given as numbers. A picture is `{ bytes, path }`, as Hugging
   * Face's `datasets` keeps them.
   */
  readonly rows: readonly unknown[]
}

/** @param keyValues of the footer; readers that do not know them pass them over */
export async function writeParquet(
  fields: readonly ParquetField[],
  keyValues: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  return new Uint8Array(
    parquetWriteBuffer({
      schema: [{ name: 'schema', num_children: fields.length }, ...fields.flatMap(schemaOf)],
      columnData: fields.map(columnOf),
      kvMetadata: Object.entries(keyValues).map(([key, value]): KeyValue => ({ key, value })),
      createdBy: 'understudy',
      rowGroupSize: 100_000,
    }),
  )
}

const TYPES = {
  bool: { type: 'BOOLEAN' },
  int64: { type: 'INT64' },
  float32: { type: 'FLOAT' },
  float64: { type: 'DOUBLE' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
} as const satisfies Record<Exclude<ParquetElement, 'picture'>, Partial<SchemaElement>>

function schemaOf({ name, element, list = false }: ParquetField): SchemaElement[] {
  if (Number(list) > 0) {
    return [
      {
        name,
        repetition_type: 'OPTIONAL',
        num_children: 1,
        converted_type: 'LIST',
        logical_type: { type: 'LIST' },
      },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...schemaOf({ name: 'element', element, list: Number(list) - 1, rows: [] }),
    ]
  }
  if (element !== 'picture') return [{ name, repetition_type: 'OPTIONAL', ...TYPES[element] }]
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 2 },
    { name: 'bytes', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' },
    { name: 'path', repetition_type: 'OPTIONAL', ...TYPES.string },
  ]
}

/** Floats are never put into a dictionary: the writer takes 0 and -0 for one entry. */
function columnOf({ name, element, list, rows }: ParquetField): ColumnSource {
  const big = (value: unknown): unknown => BigInt(value as number)
  const data =
    element !== 'int64' ? rows : rows.map((row) => (Number(list) > 0 ? (row as number[]).map(big) : big(row)))
  const plain = element.startsWith('float') || element === 'picture'
  const encoding = plain ? { encoding: 'PLAIN' as const } : {}
  return { name, data: data as unknown[], ...encoding }
}
