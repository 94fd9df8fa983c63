/** What takes how much of the disk, as the page shows it and gives it back. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLibrary } from '../../core/store/index.ts'
import { writeCheckpoint } from '../../core/train/checkpoint.ts'
import { runRow } from '../store/support.ts'
import { checkpoint } from '../train/some-checkpoint.ts'
import { openStudio, type TestStudio } from './support.ts'

let studio: TestStudio
beforeAll(async () => {
  studio = await openStudio()
})
afterAll(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

test('the trash is emptied, a run pruned, a backup deleted, each saying what it freed', async () => {
  const { page, directory } = studio
  const run = join(directory, 'runs', 'first')
  const sizeOf = (...names: string[]): number =>
    names.reduce((sum, name) => sum + statSync(join(run, 'checkpoints', name)).size, 0)
  for (const step of [100, 200, 300]) await writeCheckpoint(run, checkpoint(step), Buffer.alloc(10), 5)
  const older = ['100.checkpoint', '200.checkpoint']
  const policies = statSync(join(run, 'agent.onnx')).size + 30
  const replayBuffers = sizeOf('200.replay', '300.replay')
  const total = sizeOf(...older, '300.checkpoint') + replayBuffers + policies
  mkdirSync(join(directory, 'backups'))
  writeFileSync(join(directory, 'backups', 'library-then.db'), Buffer.alloc(777))
  writeFileSync(join(directory, 'library.db.v3'), Buffer.alloc(333))
  const library = openLibrary(directory)
  library.putRun(runRow({ id: 'first', state: 'stopped', step: 5000, demonstrations: [1] }))
  library.close()

  await page.call('demonstrations.delete', { ids: [1, 2, 3] })
  const before = await page.call('storage.sizes', {})
  expect(before).toMatchObject({
    environments: [{ environmentId: 'bubble/25', episodes: 18 }],
    trash: { episodes: 3 },
    runs: [
      {
        id: 'first',
        checkpoints: sizeOf(...older, '300.checkpoint'),
        replayBuffers,
        policies,
        total,
        active: false,
        listed: true,
      },
    ],
  })
  expect(before.backups.map(({ name, bytes }) => [name, bytes]).sort()).toEqual([
    ['backups/library-then.db', 777],
    ['library.db.v3', 333],
  ])
  expect(before.total).toBe(before.library + total + 777 + 333)

  const erased = await page.call('storage.emptyTrash', {})
  expect(erased).toMatchObject({ episodes: 3 })
  expect(erased.bytes).toBeGreaterThan(50_000)
  expect(await page.call('demonstrations.list', { deleted: true })).toEqual([])
  expect((await page.call('storage.sizes', {})).unused).toBe(0)

  const bytes = sizeOf(...older, '200.replay', '100.onnx', '200.onnx')
  expect(await page.call('storage.pruneRun', { runId: 'first', keep: 1 })).toEqual({ bytes })
  expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['300.checkpoint', '300.onnx', '300.replay'])
  expect(await page.call('storage.deleteBackup', { name: 'backups/library-then.db' })).toEqual({ bytes: 777 })
  await expect(page.call('storage.deleteBackup', { name: '../library.db' })).rejects.toMatchObject({
    kind: 'user',
    message: 'that backup no longer exists',
  })
  await expect(page.call('storage.pruneRun', { runId: 'first', keep: 0 })).rejects.toMatchObject({
    kind: 'protocol',
  })
})

test('a damaged episode is left out of an export, and named', async () => {
  const { page, directory } = studio
  const rows = await page.call('demonstrations.list', {})
  const [first, second] = rows.map(({ id }) => id)
  const { default: Database } = await import('better-sqlite3')
  const sqlite = new Database(join(directory, 'library.db'))
  sqlite.prepare('UPDATE chunk SET crc32 = crc32 + 1 WHERE episode_id = ? AND seq = 0').run(first)
  sqlite.close()
  const exported = await page.call('demonstrations.export', { ids: [first!, second!], format: 'jsonl' })
  expect(exported.leftOut).toMatchObject([
    { id: first, problem: expect.stringContaining(`episode ${first}, chunk 0`) },
  ])
  expect((await studio.fetch(exported)).toString().match(/"seed":/g)).toHaveLength(1)
  await expect(page.call('demonstrations.export', { ids: [first!], format: 'jsonl' })).rejects.toMatchObject({
    kind: 'data',
  })
})
