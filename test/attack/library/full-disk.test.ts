import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { APPLICATION_ID } from '../../../core/store/database.ts'
import { type Library, openLibrary } from '../../../core/store/index.ts'
import { MIGRATIONS, migrate } from '../../../core/store/migrations/index.ts'
import { figure } from '../../figures.ts'
import { randomEpisode, runRow, temporaryDirectory } from '../../store/support.ts'
import { fill, freeBytes, noMounts, smallDisk } from './places.ts'

function fillLibrary(library: Library, episodes: number): void {
  for (let seed = 0; seed < episodes; seed++) library.addEpisode(randomEpisode(seed, { steps: 256 }))
  library.putRun(runRow({ state: 'stopped', step: 5000, demonstrations: [1] }))
  const metrics = Array.from({ length: 5000 }, (_, step) => ({ step, name: 'reward', value: step }))
  library.appendMetrics('run', metrics)
}

describe('on a full disk', () => {
  it.for([
    ['small episodes', 100],
    ['many', 250],
  ] as const)('what is erased gives its space back: %s', ([, episodes], { skip }) => {
    const reason = noMounts()
    if (reason !== undefined) skip(reason)
    const disk = smallDisk(16)
    const library = openLibrary(disk)
    fillLibrary(library, episodes)
    library.close()
    expect(statSync(join(disk, 'library.reserve')).size).toBe(2 ** 20)
    fill(disk)
    expect(freeBytes(disk)).toBe(0)
    const before = statSync(join(disk, 'library.db')).size
    const child = fileURLToPath(new URL('./erase-child.ts', import.meta.url))
    const { stdout, stderr } = spawnSync(process.execPath, [child, disk], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const half = Math.floor(episodes / 2)
    expect(JSON.parse(stdout)).toMatchObject({ episodes: half, left: episodes - half, complaints: [] })
    const freed = before - statSync(join(disk, 'library.db')).size
    expect(freed).toBeGreaterThan(0.4 * before)
    expect(freeBytes(disk)).toBeGreaterThan(0.4 * before - 2 ** 20)
    figure('given back on a full disk', freed, 'bytes')
  })

  it('a backup and a migration say how much they need, and leave no half of a file', async ({ skip }) => {
    const reason = noMounts()
    if (reason !== undefined) skip(reason)
    const disk = smallDisk(8)
    const old = new Database(join(disk, 'library.db'))
    migrate(old, join(disk, 'library.db'), APPLICATION_ID, { migrations: MIGRATIONS.slice(0, 3) })
    old.exec('CREATE TABLE ballast (x BLOB); INSERT INTO ballast VALUES (zeroblob(3000000))')
    old.close()
    writeFileSync(join(disk, 'filling'), Buffer.alloc(freeBytes(disk) - 500_000))
    expect(() => openLibrary(disk)).toThrow(/a backup of .* takes up to 3\.\d MB, and .* has 0\.\d MB free/)
    expect(readdirSync(disk).filter((name) => /tmp|\.v3/.test(name))).toEqual([])
    const full = smallDisk(1)
    fill(full)
    const library = openLibrary(temporaryDirectory())
    fillLibrary(library, 10)
    await expect(library.backUp(join(full, 'copy.db'))).rejects.toThrow(
      /takes up to .* MB, and .* has 0\.0 MB free/,
    )
    expect(existsSync(join(full, 'copy.db'))).toBe(false)
    library.close()
  })
})

describe('what is erased', () => {
  it('shrinks the file, and the loop goes on meanwhile', async () => {
    const dir = temporaryDirectory()
    const library = openLibrary(dir)
    fillLibrary(library, 400)
    library.deleteEpisodes(library.listEpisodes().map(({ id }) => id))
    const before = statSync(library.file).size
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 1)
    const { bytes } = await library.purge(Number.MAX_SAFE_INTEGER)
    clearInterval(timer)
    expect(bytes).toBeGreaterThan(0.8 * before)
    expect(statSync(library.file).size).toBeLessThan(0.2 * before)
    figure('longest stop of the loop while the trash is emptied', longest, 'ms')
    library.close()
  })
})
