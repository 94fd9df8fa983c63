import { spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Library, openLibrary, RunTaken } from '../../core/store/index.ts'
import { thisProcess } from '../../core/store/process.ts'
import { runRow, temporaryDirectory } from './support.ts'

const run = runRow()

function open(dir: string, leaseMs?: number): Library {
  const library = openLibrary(dir, leaseMs === undefined ? {} : { leaseMs })
  onTestFinished(() => library.close())
  return library
}

/** Changes what the library knows of its owners. */
function alter(library: Library, sql: string, ...values: unknown[]): void {
  const sqlite = new Database(library.file)
  sqlite.prepare(sql).run(...values)
  sqlite.close()
}

const who = `process ${process.pid} on ${thisProcess().host}`

describe('a run', () => {
  it('is claimed by one, until it no longer runs', () => {
    const dir = temporaryDirectory()
    const [first, second] = [open(dir), open(dir)]
    const claim = first.claimRun(run)
    expect(second.getRunClaim('run')).toMatchObject({ token: claim, standing: 'awake', owner: thisProcess() })
    for (const attempt of [
      () => second.claimRun(run),
      () => first.claimRun(run),
      () => second.deleteRun('run'),
      () => second.putRun(run),
      () => second.appendMetrics('run', []),
    ]) {
      expect(attempt).toThrow(new RunTaken(`run "run" is being trained by ${who}`, 'stop it first'))
    }
    first.appendMetrics('run', [{ step: 1, name: 'loss', value: 1 }], claim)
    first.putRun({ ...run, state: 'stopped' }, claim)
    expect(second.getRunClaim('run')).toBeUndefined()
    second.claimRun(run)
  })

  it('belongs to nobody once its owner has closed the library or died', () => {
    const dir = temporaryDirectory()
    const closing = openLibrary(dir)
    closing.claimRun(run)
    closing.close()
    const library = open(dir)
    expect(library.getRunClaim('run')).toMatchObject({ owner: undefined, standing: 'gone' })
    library.claimRun(run)
    const { pid } = spawnSync(process.execPath, ['--version'])
    alter(library, `UPDATE owner SET identity = json_set(identity, '$.pid', ?)`, pid)
    expect(open(dir).getRunClaim('run')?.standing).toBe('gone')
    open(dir).claimRun(run)
  })

  it('is kept while its orphaned training process writes the last checkpoint', () => {
    const dir = temporaryDirectory()
    const owner = openLibrary(dir)
    const claim = owner.claimRun(run)
    owner.putRun({ ...run, pid: process.ppid }, claim)
    owner.close()
    const library = open(dir)
    expect(library.getRunClaim('run')?.standing).toBe('ending')
    expect(() => library.claimRun(run)).toThrow(`is being saved by process ${process.ppid} on`)
  })

  it('is lost by an owner that slept through its lease, and only if another took it', async () => {
    const dir = temporaryDirectory()
    const [sleeper, other] = [open(dir), open(dir)]
    const claim = sleeper.claimRun(run)
    alter(sleeper, 'UPDATE owner SET renewed_at_ms = renewed_at_ms - 31000')
    expect(other.getRunClaim('run')?.standing).toBe('asleep')
    sleeper.putRun({ ...run, step: 1 }, claim)
    const taken = other.claimRun(run)
    const sentence = `run "run" was taken over by ${who} while this process was asleep; nothing more was written`
    expect(() => sleeper.putRun({ ...run, step: 2 }, claim)).toThrow(sentence)
    expect(() => sleeper.appendMetrics('run', [{ step: 2, name: 'loss', value: 1 }], claim)).toThrow(sentence)
    expect(other.getRun('run')).toMatchObject({ step: 0 })
    expect(other.readMetrics('run')).toEqual([])
    other.putRun({ ...run, state: 'stopped' }, taken)
    expect(() => sleeper.putRun(run, claim)).toThrow('was taken for dead while this process was asleep')
  })

  it('stays with an owner that renews, whatever its lease', async () => {
    const dir = temporaryDirectory()
    const [owner, other] = [open(dir, 300), open(dir)]
    owner.claimRun(run)
    for (let i = 0; i < 5; i++) {
      await wait(150)
      expect(() => other.claimRun(run)).toThrow('is being trained')
    }
  })

  it('of another container is judged by its lease alone', () => {
    const dir = temporaryDirectory()
    const library = open(dir)
    library.claimRun(run)
    const elsewhere = `UPDATE owner SET identity = json_set(identity, '$.namespace', 'pid:[1]', '$.host', 'box', '$.pid', 2)`
    alter(library, elsewhere)
    const other = open(dir)
    expect(() => other.claimRun(run)).toThrow(
      expect.objectContaining({
        message: 'run "run" is being trained by process 2 on box',
        remedy: 'stop it first; if it no longer exists, try again in 30 s',
      }),
    )
    alter(library, 'UPDATE owner SET renewed_at_ms = renewed_at_ms - 31000')
    other.claimRun(run)
  })

  it('is not kept for ever by a clock that was set back', () => {
    const dir = temporaryDirectory()
    const library = open(dir)
    library.claimRun(run)
    alter(library, `UPDATE owner SET identity = json_set(identity, '$.namespace', 'pid:[1]')`)
    alter(library, 'UPDATE owner SET renewed_at_ms = renewed_at_ms + 3600000')
    open(dir).claimRun(run)
  })
})

describe('a recording', () => {
  it('of a container that renews its lease goes on; once that is gone it is interrupted', () => {
    const dir = temporaryDirectory()
    const library = open(dir)
    const head = {
      environment: {
        id: 'e',
        version: 1,
        parameters: {},
        observations: [{ name: 'o', shape: [1] }],
        action: { continuous: 0, discrete: [2] },
      },
      seed: 1,
      player: { name: 'p', kind: 'human' as const },
      startedAtUs: 1,
    }
    const writer = library.startEpisode(head, new Float32Array(1))
    writer.append({
      continuous: new Float32Array(0),
      discrete: Int32Array.of(1),
      reward: 0,
      observation: new Float32Array(1),
      timeUs: 1,
    })
    const state = () => open(dir).listEpisodes()[0]!.state
    alter(library, `UPDATE owner SET identity = json_set(identity, '$.namespace', 'pid:[1]')`)
    expect(state()).toBe('recording')
    alter(library, 'UPDATE owner SET renewed_at_ms = renewed_at_ms - 31000')
    expect(state()).toBe('interrupted')
  })
})
