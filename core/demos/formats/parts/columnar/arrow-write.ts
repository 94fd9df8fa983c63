/** Writes an Arrow IPC stream of one batch: numbers, texts, flags, and lists of them. */

import type { Column, DataType } from '@uwdata/flechette'

export type ArrowElement = 'bool' | 'int64' | 'float32' | 'float64' | 'string'

export interface ArrowField {
  readonly name: string
  readonly element: ArrowElement
  /** How deep the lists are: 0 for one element a row, 2 for lists of lists of elements. */
  readonly lists: number
  readonly rows: readonly unknown[]
}

/** @param metadata  of the schema; readers that do not know it pass it over */
export async function writeArrowStream(
  fields: readonly ArrowField[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const arrow = await import('@uwdata/flechette')
  const elements = {
    bool: arrow.bool,
    int64: arrow.int64,
    float32: arrow.float32,
    float64: arrow.float64,
    string: arrow.utf8,
  }
  const typeOf = ({ element, lists }: ArrowField): DataType => {
    let type: DataType = elements[element]()
    // 'item' is what PyArrow calls the entries of a list.
    for (let depth = 0; depth < lists; depth++) type = arrow.list(arrow.field('item', type))
    return type
  }
  const { schema, children } = arrow.tableFromColumns(
    fields.map((field): [string, Column<unknown>] => [
      field.name,
      arrow.columnFromArray([...field.rows], typeOf(field)),
    ]),
  )
  const described = { ...schema, metadata: new Map(Object.entries(metadata)) }
  return arrow.tableToIPC(new arrow.Table(described, children), { format: 'stream' })!
}
