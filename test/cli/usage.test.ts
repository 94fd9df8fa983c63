import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openLibrary } from '../../core/store/index.ts'
import { temporaryDirectory } from '../store/support.ts'
import { invoke, invokeJson } from './invoke.ts'
import { startUnderstudy } from './support.ts'

describe('wrong usage: exit code 2 and what was meant', () => {
  it.each([
    [['evns'], /unknown command 'evns'\n\(Did you mean envs\?\)/],
    [['demos', 'lst'], /unknown command 'lst'\n\(Did you mean list\?\)/],
    [['--brwser'], /unknown option '--brwser'\n\(Did you mean --browser\?\)/],
    [['envs', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [['record'], /required option '--env <id>' not specified/],
    [
      ['record', '--env', 'bubbel/25'],
      /^error: unknown environment "bubbel\/25"\n +did you mean "bubble\/25"\?\n$/,
    ],
    [['record', '--env', 'basic', '--player', 'nobody'], /^error: there is no player "nobody"\n/],
    [
      ['record', '--env', 'basic', '--episodes', '0'],
      /^error: --episodes must be a whole number, 1 to 1000000, not "0"\n$/,
    ],
    [['demos', 'export', '--out', 'demos.xyz'], /^error: the name demos\.xyz does not tell the format\n/],
    [
      ['demos', 'export', '--out', 'x', '--format', 'npy'],
      /^error: unknown format "npy"\n +did you mean "npz"\?\n$/,
    ],
    [['demos', 'list', '--kind', 'robot'], /^error: unknown kind of player "robot"\n/],
    [['demos', 'delete', 'last'], /^error: "last" is not an episode number\n/],
    [['demos', 'tag', '1'], /^error: nothing to change\n/],
    [['train', '--resume'], /^error: which run should be resumed\?\n +add --run-id NAME\n$/],
  ])('%j', async (args, message) => {
    const { code, err, out } = await invoke(temporaryDirectory(), ...args)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/^ +at /m)
    expect([code, out]).toEqual([2, ''])
  })
})

describe('a request that cannot be met: exit code 1 and one sentence', () => {
  it('no such episode, file or directory', async () => {
    const dir = temporaryDirectory()
    expect(await invoke(dir, 'demos', 'show', '999')).toMatchObject({
      code: 1,
      err: /^error: there is no episode 999\n/,
    })
    expect((await invoke(dir, 'demos', 'import', 'nowhere.npz')).err).toBe(
      'error: nowhere.npz cannot be read: there is no such file or folder\n',
    )
    writeFileSync(join(dir, 'file'), '')
    const { code, err } = await invoke(join(dir, 'file', 'below'), 'demos', 'list')
    expect(code).toBe(1)
    expect(err.split('\n')).toHaveLength(3)
  })

  it('a library that is no database, or from the future; --verbose adds where it was noticed', async () => {
    const dir = temporaryDirectory()
    writeFileSync(join(dir, 'library.db'), 'x'.repeat(5000))
    const text = await invoke(dir, 'demos', 'list')
    expect(text.code).toBe(1)
    expect(text.err).toMatch(
      /^error: .*library\.db: header: expected an intact Understudy library, found .*\n$/,
    )
    expect((await invoke(dir, 'demos', 'list', '--verbose')).err).toMatch(/^ +at /m)

    const future = temporaryDirectory()
    openLibrary(future).close()
    const sqlite = new Database(join(future, 'library.db'))
    sqlite.pragma('user_version = 99')
    sqlite.close()
    const { code, err } = await invoke(future, 'demos', 'list')
    expect(code).toBe(1)
    expect(err).toMatch(/^error: .* was written by a newer Understudy \(.*\)\n +update Understudy, .*\n$/)
  })
})

describe('understudy', () => {
  it('lists the environments for people and for machines', async () => {
    const dir = temporaryDirectory()
    const { out, code } = await invoke(dir, 'envs')
    expect(code).toBe(0)
    expect(out).toMatch(/^ENVIRONMENT .*\n/)
    expect(out).toMatch(/^bubble\/25 .* 25\.14 bubbles \(21 plays\)$/m)
    const [specs] = await invokeJson<{ id: string }[]>(dir, 'envs')
    expect(specs!.map(({ id }) => id)).toContain('basic')
  })

  it.each([['envs'], ['demos', 'list'], ['envs', '--json']])(
    '%s %s says nothing where nobody reads',
    async (...args) => {
      const child = startUnderstudy(temporaryDirectory(), ...args)
      child.stdout.destroy()
      let err = ''
      child.stderr.on('data', (text: Buffer) => {
        err += text
      })
      const [code] = (await once(child, 'close')) as [number]
      expect([code, err]).toEqual([0, ''])
    },
  )

  it('explains itself', async () => {
    const dir = temporaryDirectory()
    for (const args of [['--help'], ['demos', '--help']]) {
      const { code, out, err } = await invoke(dir, ...args)
      expect([code, err]).toEqual([0, ''])
      expect(out).toContain('Usage: understudy')
    }
    expect((await invoke(dir, '--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
