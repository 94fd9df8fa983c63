import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { ensureBundledDemonstrations } from '../../../core/demos/index.ts'
import { APPLICATION_ID } from '../../../core/store/database.ts'
import { openLibrary } from '../../../core/store/index.ts'
import { MIGRATIONS, migrate } from '../../../core/store/migrations/index.ts'
import { figure } from '../../figures.ts'
import { randomEpisode, temporaryDirectory } from '../../store/support.ts'
import { fill, freeBytes, isRoot, noMounts, readOnlyView, runCommands, smallDisk } from './places.ts'

const NOBODY = 65534

const READING = [
  ['envs'],
  ['demos', 'list'],
  ['demos', 'list', '--json', '--deleted'],
  ['demos', 'show', '1'],
  ['demos', 'verify', '1'],
  ['demos', 'export', '1', '--format', 'jsonl', '--out', '-'],
  ['agents', 'list'],

  ['library', 'size'],
  ['library', 'check'],
]

/** A library with the bundled demonstrations and one more, in a folder that everybody may read. */
function readableLibrary(dir: string): void {
  mkdirSync(dir, { recursive: true })
  const library = openLibrary(dir)
  ensureBundledDemonstrations(library)
  library.addEpisode(randomEpisode(1))
  library.close()
}

function openToAll(dir: string): void {
  chmodSync(dir, 0o555)
  for (const name of readdirSync(dir)) chmodSync(join(dir, name), name === 'library.reserve' ? 0o600 : 0o444)
}

/** As after a crash: what the writer has committed stands in the log alone. */
function leaveInLog(dir: string): void {
  const file = join(dir, 'library.db')
  const sqlite = new Database(file)
  sqlite.pragma('wal_autocheckpoint = 0')
  sqlite.prepare(`UPDATE episode SET note = 'in the log' WHERE id = 1`).run()
  for (const end of ['', '-wal']) copyFileSync(file + end, `${file}.copy${end}`)
  sqlite.close()
  for (const end of ['', '-wal']) {
    copyFileSync(`${file}.copy${end}`, file + end)
  }
}

function expectAllAnswered(answers: ReturnType<typeof runCommands>): void {
  for (const { command, code, err } of answers) expect([command, code, err]).toEqual([command, 0, err])
  for (const { command, err } of answers)
    expect([command, err]).toEqual([command, expect.not.stringContaining('error')])
}

describe('every reading command answers', () => {
  it('in the library of another, in a folder that is not its own', ({ skip }) => {
    if (!isRoot) skip('only root can become another user')
    const dir = join(temporaryDirectory(), 'library')
    readableLibrary(dir)
    chmodSync(join(dir, '..'), 0o755)
    openToAll(dir)
    const before = readdirSync(dir)
    const evaluate = ['evaluate', 'scripted', '--env', 'bubble/25', '--episodes', '1']
    const answers = runCommands([...READING, evaluate], { dir, uid: NOBODY })
    expectAllAnswered(answers)
    expect(answers[1]!.out).toContain('22 episodes')
    expect(readdirSync(dir)).toEqual(before)
    figure('reading commands without write access', answers.length, 'commands')
  })

  it('with what a crash has left in the log', ({ skip }) => {
    if (!isRoot) skip('only root can become another user')
    const dir = join(temporaryDirectory(), 'library')
    readableLibrary(dir)
    leaveInLog(dir)
    chmodSync(join(dir, '..'), 0o755)
    openToAll(dir)
    const before = readdirSync(dir)
    const answers = runCommands(READING, { dir, uid: NOBODY })
    expectAllAnswered(answers)
    expect(answers[3]!.out).toContain('in the log')
    expect(readdirSync(dir)).toEqual(before)
  })

  it('of a library of an older version, which stays as it is', ({ skip }) => {
    if (!isRoot) skip('only root can become another user')
    const dir = join(temporaryDirectory(), 'library')
    mkdirSync(dir)
    const file = join(dir, 'library.db')
    const old = new Database(file)
    migrate(old, file, APPLICATION_ID, { migrations: MIGRATIONS.slice(0, 2) })
    old.pragma('journal_mode = WAL')
    old.close()
    chmodSync(join(dir, '..'), 0o755)
    openToAll(dir)
    expectAllAnswered(
      runCommands(
        [
          ['demos', 'list'],
          ['agents', 'list'],
          ['library', 'size'],
          ['library', 'check'],
        ],
        { dir, uid: NOBODY },
      ),
    )
    const after = new Database(file, { readonly: true })
    expect(after.pragma('user_version', { simple: true })).toBe(2)
    after.close()
  })

  it('on a medium that takes no writes', ({ skip }) => {
    const reason = noMounts()
    if (reason !== undefined) skip(reason)
    const dir = join(temporaryDirectory(), 'library')
    readableLibrary(dir)
    const view = readOnlyView(dir)
    expectAllAnswered(runCommands(READING, { dir: view }))
    leaveInLog(dir)
    expectAllAnswered(runCommands(READING, { dir: view }))
  })

  it('on a full disk, and on a full disk without a library', ({ skip }) => {
    const reason = noMounts()
    if (reason !== undefined) skip(reason)
    const dir = smallDisk(8)
    readableLibrary(dir)
    fill(dir)
    expect(freeBytes(dir)).toBe(0)
    expectAllAnswered(runCommands(READING, { dir }))
    const empty = smallDisk(1)
    fill(empty)
    const answers = runCommands(
      [
        ['demos', 'list'],
        ['demos', 'show', '1'],
        ['agents', 'list'],
      ],
      { dir: join(empty, 'none') },
    )
    expectAllAnswered(answers)
    expect(answers[0]!.out).toContain('21 episodes')
    expect(existsSync(join(empty, 'none'))).toBe(false)
  })

  it('or says in one sentence that the library may not be read', ({ skip }) => {
    if (!isRoot) skip('only root can become another user')
    const dir = join(temporaryDirectory(), 'library')
    readableLibrary(dir)
    chmodSync(join(dir, '..'), 0o755)
    chmodSync(dir, 0o755)
    const [answer] = runCommands([['demos', 'list']], { dir, uid: NOBODY })
    expect(answer).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error: .* cannot be read\n {7}ask its owner .*\n$/),
    })
  })
})
