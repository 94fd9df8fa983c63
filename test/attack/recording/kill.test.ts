import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { Random } from '../../../core/random.ts'
import { type Library, openLibrary } from '../../../core/store/index.ts'
import { figure } from '../../figures.ts'
import { head, temporaryDirectory } from '../../store/support.ts'

const CHILD = fileURLToPath(new URL('../../store/recording-child.ts', import.meta.url))
const KILLS = 50
/** Where the log is cut. */
const CUTS = 200

/**
 * Kills the child `delayMs` after it has said `lines` lines.
 * @returns the steps that it has said are safe, by episode
 */
async function recordAndKill(dir: string, lines: number, delayMs: number): Promise<Map<number, number>> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const closed = once(child.stdout!, 'close')
  let said = ''
  await new Promise<void>((resolve) => {
    if (lines === 0) resolve()
    child.stdout!.on('data', (text) => {
      said += text
      if (said.split('\n').length > lines) resolve()
    })
  })
  await new Promise((resolve) => setTimeout(resolve, delayMs))
  child.kill('SIGKILL')
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
  await closed
  const safe = new Map<number, number>()
  for (const line of said.split('\n').slice(0, -1)) {
    const [episode, steps] = line.split(' ').map(Number)
    safe.set(episode!, steps!)
  }
  return safe
}

function expectContiguous(library: Library, id: number): void {
  const { rewards, timesUs, observations } = library.readEpisode(id)
  for (let step = 0; step < rewards.length; step++) {
    expect([rewards[step], timesUs[step], observations[(step + 1) * 8]]).toEqual([step, step, step + 1])
  }
}

interface Tally {
  acknowledged: number
  complete: number
  interrupted: number
}

/** Records into one library and is killed again and again; each recording starts from what the kill before has left. */
async function killAgainAndAgain(times: number, random: Random, tally: Tally): Promise<void> {
  const dir = temporaryDirectory()
  let seen = 0
  for (let i = 0; i < times; i++) {
    // Every fifth time at any moment of its first instants: while it starts, migrates or recovers.
    const safe =
      i % 5 === 0
        ? await recordAndKill(dir, 0, 150 * random.uniform())
        : await recordAndKill(dir, 1 + random.below(80), 5 * random.uniform())
    const library = openLibrary(dir)
    expect(library.checkIntegrity()).toEqual([])
    const rows = new Map(library.listEpisodes().map((row) => [row.id, row]))
    for (const [episode, steps] of safe) {
      tally.acknowledged += steps
      expect(rows.get(episode)!.length).toBeGreaterThanOrEqual(steps)
    }
    const before = seen
    for (const row of rows.values()) {
      if (row.id <= before) continue
      expect(row.state).not.toBe('recording')
      expectContiguous(library, row.id)
      library.verifyEpisode(row.id)
      tally[row.state as 'complete' | 'interrupted']++
      seen = Math.max(seen, row.id)
    }
    library.close()
  }
}

it(`loses no acknowledged step when recording processes are killed at ${KILLS} moments`, {
  timeout: 90_000,
}, async () => {
  const tally: Tally = { acknowledged: 0, complete: 0, interrupted: 0 }
  await Promise.all([
    killAgainAndAgain(KILLS / 2, new Random(50), tally),
    killAgainAndAgain(KILLS / 2, new Random(51), tally),
  ])
  figure('recorders killed', KILLS, 'kills')
  figure('steps acknowledged before they were killed, none lost', tally.acknowledged, 'steps')
  expect(tally.acknowledged).toBeGreaterThan(KILLS * 10)
  expect(tally.complete).toBeGreaterThan(0)
  expect(tally.interrupted).toBeGreaterThan(0)
})

it('opens with a prefix of the steps when a power cut tears the write-ahead log', () => {
  const dir = temporaryDirectory()
  const library = openLibrary(dir)
  const writer = library.startEpisode(
    { ...head, player: { name: 'Ada', kind: 'human' } },
    new Float32Array(8),
  )
  for (let step = 0; step < 40; step++) {
    writer.append({
      continuous: Float32Array.of(0),
      discrete: Int32Array.of(0, 0),
      reward: step,
      observation: new Float32Array(8).fill(step + 1),
      timeUs: step,
    })
  }
  const log = readFileSync(join(dir, 'library.db-wal'))
  // SQLite's frames are of one size: those cut at a boundary and those cut within are both met.
  const lengths = new Set<number>()
  const torn = temporaryDirectory()
  for (let cut = 0; cut < CUTS; cut++) {
    copyFileSync(join(dir, 'library.db'), join(torn, 'library.db'))
    rmSync(join(torn, 'library.db-shm'), { force: true })
    const end = Math.round((log.length * (cut + 1)) / CUTS)
    writeFileSync(join(torn, 'library.db-wal'), log.subarray(0, end))
    const survivor = openLibrary(torn)
    expect(survivor.checkIntegrity()).toEqual([])
    for (const row of survivor.listEpisodes()) {
      lengths.add(row.length)
      if (row.length > 0) expectContiguous(survivor, row.id)
    }
    survivor.close()
  }
  figure('write-ahead logs cut', CUTS, 'cuts')
  expect(lengths.size).toBeGreaterThan(30)
  library.close()
})
