/** Owners that are suspended, in the midst of writing more often than not, and wake up when another has their run. */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { Random } from '../../../core/random.ts'
import { openLibrary } from '../../../core/store/index.ts'
import { deleteRun, recoverRuns, resumeRun } from '../../../core/train/index.ts'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { type Child, contentOf, isRunning, start, suspend } from './support.ts'

const LEASE_MS = 1_000

interface Sleeper {
  readonly dir: string
  readonly owner: Child
  readonly trainer: number
}

async function begin(): Promise<Sleeper> {
  const dir = temporaryDirectory()
  const owner = start('owner.ts', [dir, `${LEASE_MS}`, 'begin'])
  const trainer = Number((await owner.line()).split(' ')[0])
  onTestFinished(() => {
    if (isRunning(owner.pid)) process.kill(-owner.pid, 'SIGKILL')
  })
  return { dir, owner, trainer }
}

/** Goes on with the run until it has written a checkpoint of its own. */
async function takeOver(dir: string): Promise<void> {
  const library = openLibrary(dir)
  const run = await resumeRun({ library, runId: 'run' })
  await new Promise<void>((resolve) => run.on('checkpoint', () => resolve()))
  await run.stop()
  expect((await run.ended).failed).toBeNull()
  library.close()
}

function everything(dir: string) {
  const library = openLibrary(dir, { readonly: true })
  const kept = { run: library.getRun('run'), metrics: library.readMetrics('run') }
  library.close()
  return { ...kept, files: contentOf(join(dir, 'runs')) }
}

const SENTENCE =
  /^run "run" was (taken over by .*|taken for dead) while this (process|one) was asleep; nothing more was written\n$/

it('one that wakes up when another has trained its run writes nothing more, and says so', async () => {
  const random = new Random(11)
  let changed = 0
  const rounds = 3
  for (let round = 0; round < rounds; round++) {
    const { dir, owner, trainer } = await begin()
    await wait(random.below(80))
    // Owner and trainer, the owner alone, the trainer alone and then its owner.
    const asleep = [-owner.pid, owner.pid, trainer][round % 3]!
    await suspend(dir, asleep)
    if (asleep === trainer) await suspend(dir, owner.pid)
    await wait(LEASE_MS + 200)
    await takeOver(dir)
    // A trainer that was awake has seen by now whose the run is; its owner has not.
    if (asleep === owner.pid) await expect.poll(() => isRunning(trainer), { timeout: 20_000 }).toBe(false)
    const before = everything(dir)
    process.kill(-owner.pid, 'SIGCONT')
    const { code, err } = await owner.ended
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(SENTENCE) })
    await expect.poll(() => isRunning(trainer)).toBe(false)
    const after = everything(dir)
    for (const [name, hash] of Object.entries(after.files)) if (before.files[name] !== hash) changed++
    expect(after).toEqual(before)
  }
  figure('sleepers woken', rounds, 'processes')
  figure('files changed by sleepers', changed, 'files')
})

it('one whose run was deleted, or put in order, writes nothing more either', async () => {
  const { dir, owner } = await begin()
  await suspend(dir, -owner.pid)
  await wait(LEASE_MS + 200)
  const library = openLibrary(dir)
  // It is there, so nobody may say that it is gone; a person may delete what it sleeps with.
  expect(await recoverRuns(library)).toEqual([])
  await deleteRun(library, 'run')
  process.kill(-owner.pid, 'SIGCONT')
  expect(await owner.ended).toEqual({ code: 1, err: expect.stringMatching(SENTENCE) })
  expect(library.listRuns()).toEqual([])
  expect(contentOf(join(dir, 'runs'))).toEqual({})
  library.close()
})

it('one that nobody has missed goes on', async () => {
  const { dir, owner } = await begin()
  await suspend(dir, -owner.pid)
  await wait(LEASE_MS + 200)
  process.kill(-owner.pid, 'SIGCONT')
  for (let i = 0; i < 3; i++) await owner.line()
  const library = openLibrary(dir)
  await expect.poll(() => library.getRunClaim('run')?.standing).toBe('awake')
  await expect(resumeRun({ library, runId: 'run' })).rejects.toThrow(
    `is being trained by process ${owner.pid}`,
  )
  library.close()
  owner.process.kill('SIGTERM')
  expect(await owner.ended).toEqual({ code: 0, err: '' })
})
