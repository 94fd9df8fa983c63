import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { DataError, UserError } from '../../core/errors.ts'
import { APPLICATION_ID } from '../../core/store/database.ts'
import { type EpisodeFilter, openLibrary } from '../../core/store/index.ts'
import { LATEST_VERSION, MIGRATIONS, migrate } from '../../core/store/migrations/index.ts'
import { randomEpisode, temporaryDirectory } from './support.ts'

const child = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function thrownBy(action: () => unknown): Error {
  try {
    action()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

describe('a library', () => {
  it('is created with its promises: WAL, full synchronisation, strict tables', () => {
    const dir = join(temporaryDirectory(), 'deep', 'down')
    openLibrary(dir).close()
    expect(existsSync(join(dir, 'library.db-wal'))).toBe(false)
    const sqlite = new Database(join(dir, 'library.db'), { readonly: true })
    expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(sqlite.pragma('user_version', { simple: true })).toBe(LATEST_VERSION)
    expect(sqlite.pragma('application_id', { simple: true })).toBe(APPLICATION_ID)
    expect(sqlite.pragma('page_size', { simple: true })).toBe(8192)
    const tables = sqlite.pragma('table_list') as { name: string; strict: number; schema: string }[]
    const own = tables.filter(({ name }) => !name.startsWith('sqlite_'))
    expect(own.map(({ name }) => name).sort()).toEqual([
      'chunk',
      'episode',
      'imported_agent',
      'meta',
      'metric',
      'owner',
      'run',
      'run_claim',
      'staged_import',
    ])
    expect(own.every(({ strict }) => strict === 1)).toBe(true)
    sqlite.close()
  })

  it('can be read, not written, by a reader; a reader needs a library', () => {
    const dir = temporaryDirectory()
    expect(thrownBy(() => openLibrary(dir, { readonly: true }))).toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('there is no library'),
    })
    const library = openLibrary(dir)
    const reader = openLibrary(dir, { readonly: true })
    const before = reader.externalVersion()
    const id = library.addEpisode(randomEpisode(1))
    expect(reader.externalVersion()).not.toBe(before)
    expect(reader.readEpisode(id)).toEqual(randomEpisode(1))
    reader.close()
    library.close()
  })
})

describe('migrations', () => {
  const schema = (file: string): unknown[] => {
    const sqlite = new Database(file, { readonly: true })
    const rows = sqlite.prepare(
      'SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE ? ORDER BY name',
    )
    const found = rows.all('sqlite_stat%')
    sqlite.close()
    return found
  }

  it('count up', () => {
    const versions = MIGRATIONS.map(({ version }) => version)
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
  })

  it.each(MIGRATIONS.slice(0, -1).map(({ version }) => version))(
    'bring version %i to the same schema as a new library, keep its content, and leave a copy',
    (version) => {
      const fresh = temporaryDirectory()
      openLibrary(fresh).close()
      const dir = temporaryDirectory()
      const file = join(dir, 'library.db')
      const old = new Database(file)
      migrate(old, file, APPLICATION_ID, { migrations: MIGRATIONS.slice(0, version) })
      old.prepare(`INSERT INTO meta VALUES ('key', 'value')`).run()
      old.close()
      const reader = openLibrary(dir, { readonly: true })
      expect(reader.getMeta('key')).toBe('value')
      reader.close()
      expect(readdirSync(dir)).toEqual(['library.db'])
      const library = openLibrary(dir)
      expect(library.getMeta('key')).toBe('value')
      library.close()
      expect(schema(file)).toEqual(schema(join(fresh, 'library.db')))
      expect(existsSync(`${file}.v${version}`)).toBe(true)
    },
  )

  it('make the 0 that stood for unknown seeds unknown, and leave every other seed', () => {
    const dir = temporaryDirectory()
    const file = join(dir, 'library.db')
    const old = new Database(file)
    migrate(old, file, APPLICATION_ID, { migrations: MIGRATIONS.slice(0, 3) })
    const insert =
      old.prepare(`INSERT INTO episode (environment_id, environment_version, environment, seed, player_name,
      player_kind, started_at_us, state, length, total_reward, success, terminated, truncated, tags, note, rating, bundled)
      VALUES ('e', 1, '{}', ?, 'p', ?, ?, 'complete', 1, 0, 0, 1, 0, '[]', '', 0, ?)`)
    const now = 1_700_000_000_000_000
    insert.run(0, 'agent', 2, 0)
    insert.run(7, 'agent', 3, 0)
    insert.run(0, 'agent', now, 0)
    insert.run(0, 'human', now, 0)
    insert.run(0, 'agent', 0, 1)
    old.close()
    const library = openLibrary(dir)
    const seeds = library.listEpisodes().map(({ id, seed }) => [id, seed])
    expect(seeds.sort()).toEqual([
      [1, null],
      [2, 7],
      [3, 0],
      [4, 0],
      [5, 0],
    ])
    library.close()
  })

  it('make players and goals unknown that were supposed, and leave every other', () => {
    const dir = temporaryDirectory()
    const file = join(dir, 'library.db')
    const old = new Database(file)
    migrate(old, file, APPLICATION_ID, { migrations: MIGRATIONS.slice(0, 6) })
    const insert =
      old.prepare(`INSERT INTO episode (environment_id, environment_version, environment, seed, player_name,
      player_kind, started_at_us, state, length, total_reward, success, terminated, truncated, tags, note, rating, bundled)
      VALUES (?, ?, '{}', 0, ?, ?, ?, 'complete', 1, 0, ?, 1, 0, '[]', '', 0, 0)`)
    const now = 1_700_000_000_000_000
    insert.run('unity:Mover', 0, 'unknown', 'agent', 0, 0)
    insert.run('unity:Mover', 0, 'unknown', 'agent', 1, 1)
    insert.run('gym:Walk-v0', 0, 'unknown', 'agent', 2, 0)
    insert.run('unity:mover', 1, 'unknown', 'agent', now, 0)
    insert.run('unity:mover', 1, 'first', 'agent', 3, 0)
    insert.run('basic', 1, 'unknown', 'human', now, 1)
    old.close()
    const library = openLibrary(dir)
    const known = library.listEpisodes().map((row) => [row.id, row.playerKind, row.success] as const)
    expect(known.sort(([a], [b]) => a - b)).toEqual([
      [1, 'unknown', null],
      [2, 'unknown', true],
      [3, 'unknown', false],
      [4, 'agent', false],
      [5, 'agent', false],
      [6, 'human', true],
    ])
    const ids = (filter: EpisodeFilter) => library.listEpisodes(filter).map(({ id }) => id)
    expect(ids({ playerKind: 'unknown' }).sort()).toEqual([1, 2, 3])
    expect(ids({ playerKind: 'agent' }).sort()).toEqual([4, 5])
    expect(ids({ success: false }).sort()).toEqual([3, 4, 5])
    library.close()
  })

  it('refuse a library from the future and leave it as it is', () => {
    const dir = temporaryDirectory()
    openLibrary(dir).close()
    const file = join(dir, 'library.db')
    const sqlite = new Database(file)
    sqlite.pragma('user_version = 99')
    sqlite.close()
    const error = thrownBy(() => openLibrary(dir))
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe(
      `${file} was written by a newer Understudy (library version 99, this one knows up to ${LATEST_VERSION})`,
    )
    expect(thrownBy(() => openLibrary(dir, { readonly: true }))).toBeInstanceOf(UserError)
  })
})

describe('opening refuses', () => {
  it('a file that is not a database', () => {
    const dir = temporaryDirectory()
    writeFileSync(
      join(dir, 'library.db'),
      'this is a text file, and long enough to have a header'.repeat(100),
    )
    const error = thrownBy(() => openLibrary(dir))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toContain(
      'header: expected an intact Understudy library, found a file that is not a database',
    )
    expect(readFileSync(join(dir, 'library.db'), 'utf8')).toContain('this is a text file')
  })

  it("another program's database", () => {
    const dir = temporaryDirectory()
    const sqlite = new Database(join(dir, 'library.db'))
    sqlite.exec('CREATE TABLE bookmark (url TEXT)')
    sqlite.close()
    expect(thrownBy(() => openLibrary(dir)).message).toContain("another program's database")
  })

  it('a directory that is a file', () => {
    const dir = temporaryDirectory()
    writeFileSync(join(dir, 'file'), '')
    expect(thrownBy(() => openLibrary(join(dir, 'file')))).toBeInstanceOf(UserError)
    expect(thrownBy(() => openLibrary(join(dir, 'file', 'below')))).toBeInstanceOf(UserError)
  })

  it('a read-only directory, new or with a library, with one sentence', () => {
    const empty = temporaryDirectory()
    const used = temporaryDirectory()
    openLibrary(used).close()
    chmodSync(join(used, 'library.db'), 0o444)
    for (const dir of [empty, used]) {
      chmodSync(dir, 0o555)
      const { stdout, stderr } = spawnSync(process.execPath, [child('./read-only-child.ts'), dir], {
        encoding: 'utf8',
      })
      chmodSync(dir, 0o755)
      expect(stderr).toBe('')
      expect(stdout).toBe(`UserError: ${join(dir, 'library.db')} cannot be opened for writing\n`)
    }
  })
})

describe('a directory below one that takes none', () => {
  // On Linux /proc says of a new name that it does not exist, where others say that it is forbidden.
  const parent = process.platform === 'linux' ? '/proc' : join(temporaryDirectory(), 'file')

  it('is refused with a sentence', () => {
    if (process.platform !== 'linux') writeFileSync(parent, '')
    expect(thrownBy(() => openLibrary(join(parent, 'nowhere', 'deep')))).toBeInstanceOf(UserError)
  })
})

describe('several processes', () => {
  it('may create the same library at once, and write to it at once', async () => {
    const dir = join(temporaryDirectory(), 'new')
    const writers = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [child('./writing-child.ts'), dir, '25'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    )
    const exits = await Promise.all(writers.map((writer) => once(writer, 'exit')))
    expect(exits.map(([code]) => code)).toEqual([0, 0, 0, 0])
    const library = openLibrary(dir)
    expect(library.listEpisodes({ state: 'complete' })).toHaveLength(100)
    expect(library.checkIntegrity()).toEqual([])
    library.close()
  })

  it('can look on while another records, and always see whole steps', async () => {
    const dir = temporaryDirectory()
    openLibrary(dir).close()
    const recorder = spawn(process.execPath, [child('./recording-child.ts'), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(recorder.stdout!, 'data')
    recorder.stdout!.resume()
    const reader = openLibrary(dir, { readonly: true })
    const lengths = new Set<number>()
    // On a busy machine the recorder may get no turn during 300 looks.
    const deadline = Date.now() + 20_000
    for (let looks = 0; looks < 300 || (lengths.size < 2 && Date.now() < deadline); looks++) {
      const newest = reader.listEpisodes().find(({ length }) => length > 0)!
      const { rewards } = reader.readEpisode(newest.id)
      expect(Array.from(rewards)).toEqual(Array.from(rewards, (_, step) => step))
      lengths.add(rewards.length)
    }
    expect(lengths.size).toBeGreaterThan(1)
    reader.close()
    recorder.kill('SIGKILL')
    await once(recorder, 'exit')
  })

  it("leave another living process's recording alone", async () => {
    const dir = temporaryDirectory()
    const recorder = spawn(process.execPath, [child('./waiting-child.ts'), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(recorder.stdout!, 'data')
    const during = openLibrary(dir)
    expect(during.listEpisodes()).toMatchObject([{ state: 'recording', length: 1 }])
    expect(during.readEpisode(1)).toMatchObject({ truncated: true })
    expect(() => during.deleteEpisodes([1])).toThrow('still being recorded')
    during.close()
    recorder.kill('SIGKILL')
    await once(recorder, 'exit')
    const after = openLibrary(dir)
    expect(after.listEpisodes()).toMatchObject([{ state: 'interrupted', length: 1 }])
    after.close()
  })
})
