import { afterAll, beforeAll, expect, test } from 'vitest'
import { Connection } from '../../core/store/database.ts'
import { tableOf } from '../../core/studio/protocol.ts'
import { rowsOf } from '../../renderer/client/table.ts'
import { openStudio, type TestStudio } from './support.ts'

let studio: TestStudio

beforeAll(async () => {
  studio = await openStudio()
})

afterAll(() => studio.remove())

test('a long list of like objects travels as columns, and comes back as it was', () => {
  const rows = Array.from({ length: 120 }, (_, id) => ({
    id,
    name: `n${id}`,
    tags: ['a'],
    seed: id % 2 === 0 ? null : id,
  }))
  const table = tableOf(rows)
  expect(table?.keys).toEqual(['id', 'name', 'tags', 'seed'])
  expect(rowsOf(table!)).toEqual(rows)
  const { seed: _, ...short } = rows[7]!
  expect(tableOf(rows.slice(0, 99))).toBeNull()
  expect(tableOf(rows.with(7, short as (typeof rows)[0]))).toBeNull()
  expect(tableOf(rows.with(7, { ...rows[7]!, more: 1 } as (typeof rows)[0]))).toBeNull()
  expect(tableOf(rows.map(({ id }) => id))).toBeNull()
})

test('ten thousand demonstrations are listed within a second of the processor', async () => {
  const library = new Connection(`${studio.directory}/library.db`)
  const columns = (library.sqlite.pragma('table_info(episode)') as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== 'id' && name !== 'started_at_us')
    .join(', ')
  library.sqlite.exec(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
    INSERT INTO episode (${columns}, started_at_us)
      SELECT ${columns}, started_at_us + i FROM episode, n WHERE id = (SELECT min(id) FROM episode)`)
  library.close()
  await studio.page.call('demonstrations.list', {})
  const before = process.cpuUsage()
  const rows = await studio.page.call('demonstrations.list', {})
  const { user, system } = process.cpuUsage(before)
  expect(rows).toHaveLength(10_021)
  // Some 0.3 s, those of the page's end and of its check here included, when it was written.
  expect((user + system) / 1e6).toBeLessThan(1)
})
