import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { DataError, UserError } from '../../core/errors.ts'
import { Connection } from '../../core/store/database.ts'
import { EpisodeTable } from '../../core/store/episode-table.ts'
import { EpisodeWriter } from '../../core/store/episode-writer.ts'
import { type Library, openLibrary } from '../../core/store/index.ts'
import { LEASE_MS, Owners } from '../../core/store/owners.ts'
import { head, randomEpisode, temporaryDirectory } from './support.ts'

/** A library with one episode of 150 steps, after `sql` was done to it behind its back. */
function damagedBy(sql: string): { library: Library; id: number } {
  const dir = temporaryDirectory()
  const before = openLibrary(dir)
  const id = before.addEpisode(randomEpisode(1, { steps: 150 }))
  before.close()
  const sqlite = new Database(join(dir, 'library.db'))
  expect(sqlite.prepare(sql).run().changes).toBe(1)
  sqlite.close()
  return { library: openLibrary(dir), id }
}

describe('damage is noticed', () => {
  it.each([
    [
      'two other bytes',
      `UPDATE chunk SET payload = CAST(substr(payload, 1, 99) || x'00ff' || substr(payload, 102) AS BLOB) WHERE seq = 2`,
      /episode 1, chunk 2: expected checksum [0-9a-f]{8}, found [0-9a-f]{8}$/,
    ],
    ['a missing chunk', 'DELETE FROM chunk WHERE seq = 1', /chunks: expected chunk 1, found chunk 2$/],
    ['a missing last chunk', 'DELETE FROM chunk WHERE seq = 3', /chunks: expected 150 steps, found 128$/],
    [
      'a shifted chunk',
      'UPDATE chunk SET first_step = 70 WHERE seq = 2',
      /chunk 2: expected first step 64, found 70$/,
    ],
    ['a wrong count', 'UPDATE chunk SET n_steps = 63 WHERE seq = 1', /expected 63 steps, found 64$/],
    [
      'another action layout',
      `UPDATE episode SET environment = json_set(environment, '$.action.continuous', 2)`,
      /continuous: expected 150 x 2 = 300 numbers for 150 steps, found 150$/,
    ],
  ])('%s', (_what, sql, message) => {
    const { library, id } = damagedBy(sql)
    expect(() => library.readEpisode(id)).toThrow(DataError)
    expect(() => library.readEpisode(id)).toThrow(message)
    library.close()
  })

  it.each(['seed = 2', 'success = 1', `environment = json_set(environment, '$.version', 4)`])(
    'by the hash: %s',
    (change) => {
      const { library, id } = damagedBy(`UPDATE episode SET ${change}`)
      library.readEpisode(id)
      expect(() => library.verifyEpisode(id)).toThrow(
        /episode 1, hash: expected [0-9a-f]{64}, found [0-9a-f]{64}$/,
      )
      library.close()
    },
  )

  it('in a file with pages overwritten', () => {
    const dir = temporaryDirectory()
    const file = join(dir, 'library.db')
    const before = openLibrary(dir)
    before.importEpisodes(Array.from({ length: 20 }, (_, i) => randomEpisode(i, { steps: 64 })))
    before.close()
    const bytes = readFileSync(file)
    bytes.fill(0xa5, 5 * 8192, 20 * 8192)
    writeFileSync(file, bytes)
    let found: unknown
    try {
      const library = openLibrary(dir)
      found = library.checkIntegrity().length
      library.close()
    } catch (error) {
      found = error
    }
    if (found instanceof Error) expect(found).toBeInstanceOf(DataError)
    else expect(found).toBeGreaterThan(0)
  })
})

describe('a full disk', () => {
  function smallLibrary(pages: number): { connection: Connection; table: EpisodeTable } {
    const connection = new Connection(join(temporaryDirectory(), 'library.db'))
    connection.sqlite.pragma(`max_page_count = ${pages}`)
    return { connection, table: new EpisodeTable(connection, new Owners(connection, LEASE_MS)) }
  }

  const step = (i: number) => ({
    continuous: Float32Array.of(0),
    discrete: Int32Array.of(0, 0),
    reward: i,
    observation: new Float32Array(8),
    timeUs: i,
  })

  it('is one sentence, loses nothing, and recording goes on when there is space again', () => {
    const { connection, table } = smallLibrary(20)
    const writer = new EpisodeWriter(
      connection,
      table,
      { ...head, player: { name: 'A', kind: 'human' } },
      new Float32Array(8),
    )
    let steps = 0
    let failure: unknown
    while (failure === undefined && steps < 10_000) {
      try {
        writer.append(step(steps++))
      } catch (error) {
        failure = error
      }
    }
    expect(failure).toBeInstanceOf(UserError)
    expect((failure as UserError).message).toBe(`the disk is full: ${connection.file} cannot grow`)
    expect((failure as UserError).remedy).toContain('free some space')
    expect(writer.committed).toBe(steps - 1)
    expect(table.read(writer.episodeId).rewards).toHaveLength(steps - 1)
    connection.sqlite.pragma('max_page_count = 10000')
    writer.append(step(steps++))
    const id = writer.finish({ terminated: true, truncated: false, success: false })
    expect([...table.read(id).rewards]).toEqual(Array.from({ length: steps }, (_, i) => i))
    expect(connection.sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
    connection.close()
  })

  it('reports at the next step what failed between two steps', async () => {
    const { connection, table } = smallLibrary(10_000)
    const writer = new EpisodeWriter(connection, table, head, new Float32Array(8))
    for (let i = 0; i < 60; i++) writer.append(step(i))
    connection.sqlite.exec(
      'CREATE TEMP TRIGGER full BEFORE INSERT ON main.chunk BEGIN SELECT RAISE(ABORT, "full"); END',
    )
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(writer.committed).toBe(0)
    expect(() => writer.append(step(60))).toThrow('full')
    connection.sqlite.exec('DROP TRIGGER full')
    writer.append(step(60))
    writer.flush()
    expect(writer.committed).toBe(61)
    connection.close()
  })
})
