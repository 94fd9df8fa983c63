import type { Table } from '../../core/studio/protocol.ts'

/** The objects that a long list was before it travelled as columns. */
export function rowsOf({ keys, columns }: Table): Record<string, unknown>[] {
  const rows = Array.from({ length: columns[0]?.length ?? 0 }, (): Record<string, unknown> => ({}))
  for (const [column, key] of keys.entries()) {
    const values = columns[column]!
    for (let i = 0; i < rows.length; i++) rows[i]![key] = values[i]
  }
  return rows
}
