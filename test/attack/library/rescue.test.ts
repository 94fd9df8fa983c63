import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { DataError, UserError } from '../../../core/errors.ts'
import { Random } from '../../../core/random.ts'
import { openLibrary, type Rescued, rescueLibrary } from '../../../core/store/index.ts'
import { figure } from '../../figures.ts'
import { randomEpisode, runRow, temporaryDirectory } from '../../store/support.ts'
import { runCommands } from './places.ts'

const PAGE = 8192
const EPISODES = 40
const STEPS = 320

/** A library of 40 episodes and one that was erased, a run with metrics, and its file. */
async function library(): Promise<string> {
  const dir = temporaryDirectory()
  const made = openLibrary(dir)
  for (let seed = 1; seed <= EPISODES; seed++)
    made.addEpisode(randomEpisode(seed, { steps: STEPS, masked: seed % 3 === 0 }))
  const erased = made.addEpisode(randomEpisode(99, { steps: STEPS, changes: { note: 'erased' } }))
  made.putRun(runRow({ state: 'stopped', step: 5000, demonstrations: [1] }))
  made.appendMetrics(
    'run',
    Array.from({ length: 500 }, (_, step) => ({ step, name: 'reward', value: step / 2 })),
  )
  made.setMeta('bundled/some.understudy', 'digest')
  made.deleteEpisodes([erased])
  await made.purge(Number.MAX_SAFE_INTEGER)
  made.close()
  return made.file
}

/** Overwrites bytes. */
function spoil(file: string, from: number, to: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, from, Math.min(to, bytes.length))
  writeFileSync(file, bytes)
}

function numbers(rescued: Rescued) {
  const by = Map.groupBy(rescued.episodes, ({ state }) => state)
  return {
    whole: by.get('whole')?.length ?? 0,
    cut: by.get('cut')?.length ?? 0,
    lost: by.get('lost')?.length ?? 0,
  }
}

/** Everything that was taken out is what was there. */
function expectSound(out: string, rescued: Rescued): void {
  const found = openLibrary(out)
  expect(found.checkIntegrity()).toEqual([])
  for (const { id, state, steps } of rescued.episodes) {
    if (state === 'lost') continue
    const row = found.getEpisode(id)
    const original = randomEpisode(id, { steps: STEPS, masked: id % 3 === 0 })
    expect(Array.from(found.readEpisode(id).rewards)).toEqual(Array.from(original.rewards.subarray(0, steps)))
    if (state === 'whole') found.verifyEpisode(id)
    else
      expect(row).toMatchObject({ state: 'interrupted', tags: ['rescued'], length: steps, truncated: true })
    found.keepEpisodes([id])
  }
  expect(found.listEpisodes().every(({ note }) => note !== 'erased')).toBe(true)
  found.close()
}

describe('from a damaged library is rescued', () => {
  it('everything when its header, its table of contents or its indices are gone', async () => {
    const file = await library()
    const pages = readFileSync(file).length / PAGE
    const cuts: [string, number, number][] = [
      ['header', 0, 100],
      ['first page', 0, PAGE],
      ['map of pages', PAGE, 2 * PAGE],
    ]
    for (const [what, from, to] of cuts) {
      const damaged = join(temporaryDirectory(), 'library.db')
      copyFileSync(file, damaged)
      spoil(damaged, from, to)
      const before = readFileSync(damaged)
      const out = join(temporaryDirectory(), 'out')
      const rescued = rescueLibrary(damaged, out)
      expect([what, numbers(rescued)]).toEqual([what, { whole: EPISODES, cut: 0, lost: 0 }])
      expect(rescued).toMatchObject({ runs: 1, metrics: 500 })
      expectSound(out, rescued)
      expect(readFileSync(damaged).equals(before)).toBe(true)
    }
    expect(pages).toBeGreaterThan(50)
  })

  it('what does not lie in damaged pages, wherever they are', async () => {
    const file = await library()
    const random = new Random(5)
    let whole = 0
    let steps = 0
    const rounds = 6
    for (let round = 0; round < rounds; round++) {
      const damaged = join(temporaryDirectory(), 'library.db')
      const bytes = readFileSync(file)
      // One page in twenty.
      for (let i = 0; i < bytes.length / PAGE / 20; i++) {
        const page = random.below(bytes.length / PAGE)
        bytes.fill(random.below(256), page * PAGE, (page + 1) * PAGE)
      }
      writeFileSync(damaged, bytes)
      const out = join(temporaryDirectory(), 'out')
      const rescued = rescueLibrary(damaged, out)
      expectSound(out, rescued)
      whole += numbers(rescued).whole
      steps += rescued.episodes.reduce((sum, episode) => sum + episode.steps, 0)
    }
    expect(whole).toBeGreaterThan(0.3 * rounds * EPISODES)
    figure('episodes rescued whole, one page in twenty damaged', (100 * whole) / (rounds * EPISODES), '%')
    figure('steps rescued, one page in twenty damaged', (100 * steps) / (rounds * EPISODES * STEPS), '%')
  })

  it('what is there of a file that ends too early, and what stands in the log', async () => {
    const file = await library()
    const short = join(temporaryDirectory(), 'library.db')
    copyFileSync(file, short)
    truncateSync(short, Math.floor(0.8 * readFileSync(file).length))
    const out = join(temporaryDirectory(), 'out')
    const rescued = rescueLibrary(short, out)
    expectSound(out, rescued)
    expect(numbers(rescued).whole).toBeGreaterThan(0.3 * EPISODES)

    const sqlite = new Database(file)
    sqlite.pragma('wal_autocheckpoint = 0')
    sqlite.prepare(`UPDATE episode SET rating = 5 WHERE id = 3`).run()
    sqlite.prepare(`UPDATE episode SET rating = 1 WHERE id = 3`).run()
    const copy = join(temporaryDirectory(), 'library.db')
    for (const end of ['', '-wal']) copyFileSync(file + end, copy + end)
    sqlite.close()
    const log = readFileSync(`${copy}-wal`)
    // The last change is torn: the one before it counts.
    log.fill(0, log.length - 4000)
    writeFileSync(`${copy}-wal`, log)
    const again = join(temporaryDirectory(), 'out')
    expect(numbers(rescueLibrary(copy, again)).whole).toBe(EPISODES)
    const found = openLibrary(again, { readonly: true })
    expect(found.getEpisode(3).rating).toBe(5)
    found.close()
  })

  it('nothing from what is no library, and nothing over one that is there', async () => {
    const file = await library()
    const dir = temporaryDirectory()
    const other = join(dir, 'other.db')
    writeFileSync(other, 'no database'.repeat(5000))
    expect(() => rescueLibrary(other, join(dir, 'out'))).toThrow(DataError)
    expect(() => rescueLibrary(file, join(file, '..'))).toThrow('there is already a library in')
    expect(() => rescueLibrary(join(dir, 'nowhere.db'), join(dir, 'out2'))).toThrow(UserError)
    expect(existsSync(join(dir, 'out2'))).toBe(false)
  })
})

describe('a damaged chunk', () => {
  it('stops the export of its episode only', async () => {
    const dir = temporaryDirectory()
    const made = openLibrary(dir)
    for (let seed = 1; seed <= 5; seed++) made.addEpisode(randomEpisode(seed, { steps: 150 }))
    made.close()
    const sqlite = new Database(made.file)
    sqlite
      .prepare(`UPDATE chunk SET payload = zeroblob(length(payload)) WHERE episode_id = 3 AND seq = 1`)
      .run()
    sqlite.close()
    const answers = runCommands(
      [
        ['demos', 'export', '--format', 'jsonl', '--out', join(dir, 'all.jsonl')],
        ['demos', 'export', '3', '--format', 'jsonl', '--out', join(dir, 'none.jsonl')],
        ['library', 'check'],
        ['demos', 'rescue', made.file, '--out', join(dir, 'new')],
        ['demos', 'list'],
      ],
      { dir },
    )
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 1, 0])
    expect(answers[0]!.out).toContain('4 episodes')
    expect(answers[0]!.err).toMatch(/^ {2}left out: .*episode 3, chunk 1: expected checksum/)
    expect(readFileSync(join(dir, 'all.jsonl'), 'utf8').match(/"seed":/g)).toHaveLength(4)
    expect(existsSync(join(dir, 'none.jsonl'))).toBe(false)
    expect(answers[2]!.out).toContain('5 episodes checked, 1 problem')
    expect(answers[3]!.out).toContain('episode 3: lost, 150 steps')
    expect(answers[3]!.out).toContain('4 of 5 episodes saved whole')
  })
})
