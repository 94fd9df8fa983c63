import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { BOUNDS } from '../../../core/bounds.ts'
import { formatByName, readDemonstrations } from '../../../core/demos/index.ts'
import { makeEnvironment, registerEnvironment } from '../../../core/envs/index.ts'
import { DataError, UserError } from '../../../core/errors.ts'
import { type Episode, openLibrary } from '../../../core/store/index.ts'
import { methods } from '../../../core/studio/protocol.ts'
import { figure } from '../../figures.ts'
import { head, randomEpisode, stamp, temporaryDirectory } from '../../store/support.ts'
import { runCommands } from './places.ts'

const LONG = 'x'.repeat(BOUNDS.environmentId + 1)

/** What no id or name may be, by what is wrong with it. */
const BAD_NAMES: Readonly<Record<string, string>> = {
  'too long': LONG,
  empty: '',
  blank: '   ',
  'an escape sequence': 'a\u001b[2Jb',
  'a line break': 'a\nb',
  'a null': 'a\0b',
  'half a character': 'a\ud800',
  'a turned direction': 'a\u202eb',
  'a line separator': 'a\u2028b',
}

function withHead(changes: Partial<Episode>): Episode {
  return randomEpisode(1, { changes })
}

/** Episodes that each have one bad text, by where. */
function badEpisodes(): Map<string, Episode> {
  const bad = new Map<string, Episode>()
  for (const [what, name] of Object.entries(BAD_NAMES)) {
    bad.set(`environment, ${what}`, withHead({ environment: { ...stamp, id: name } }))
    bad.set(`player, ${what}`, withHead({ player: { name, kind: 'human' } }))
    bad.set(`tag, ${what}`, withHead({ tags: [name] }))
    bad.set(`parameter, ${what}`, withHead({ environment: { ...stamp, parameters: { [name]: 1 } } }))
    const observations = [{ name, shape: [8] }]
    bad.set(`observation, ${what}`, withHead({ environment: { ...stamp, observations } }))
  }
  bad.set('note, too long', withHead({ note: 'x'.repeat(BOUNDS.note + 1) }))
  bad.set('note, an escape sequence', withHead({ note: 'a\u001b[2J' }))
  bad.set('tags, too many', withHead({ tags: Array.from({ length: BOUNDS.tags + 1 }, (_, i) => `${i}`) }))
  return bad
}

describe('an id or text out of bounds is refused', () => {
  it('by every format that carries it, in memory', async () => {
    let tried = 0
    for (const format of ['jsonl', 'npz', 'understudy', 'minari']) {
      // HDF5 files are made by a worker, which takes its time.
      const bad = [...badEpisodes()].slice(0, format === 'minari' ? 10 : undefined)
      for (const [what, episode] of bad) {
        // Writing takes what it is given: files like these come from elsewhere.
        let content: Awaited<ReturnType<ReturnType<typeof formatByName>['write']>>
        try {
          content = await formatByName(format).write([episode])
        } catch {
          continue
        }
        const source =
          content instanceof Uint8Array
            ? { name: `x.${format}`, bytes: content }
            : { name: 'x', files: content }
        const read = await readDemonstrations(source).catch((error: Error) => error)
        if (!(read instanceof Error)) {
          // A format that does not carry this text gives another in its place, and that one is sound.
          const library = openLibrary(temporaryDirectory())
          library.importEpisodes(read.episodes)
          library.close()
        } else {
          expect([format, what, read instanceof DataError || read instanceof UserError]).toEqual([
            format,
            what,
            true,
          ])
        }
        tried++
      }
    }
    figure('texts out of bounds in files', tried, 'files')
  })

  it('by the library itself, whole or recorded', () => {
    const library = openLibrary(temporaryDirectory())
    for (const [what, episode] of badEpisodes()) {
      expect(() => library.addEpisode(episode), what).toThrow(DataError)
      expect(() => library.importEpisodes([episode]), what).toThrow(DataError)
    }
    for (const [what, id] of Object.entries(BAD_NAMES)) {
      const bad = { ...head, environment: { ...stamp, id } }
      expect(() => library.startEpisode(bad, new Float32Array(8)), what).toThrow(DataError)
    }
    const id = library.addEpisode(randomEpisode(1))
    for (const tag of ['x'.repeat(BOUNDS.tag + 1), 'a\nb', 'a\u001b[0m']) {
      expect(() => library.updateEpisodes([id], { tags: [tag] })).toThrow(UserError)
    }
    expect(() => library.updateEpisodes([id], { note: 'a\u001b[0m' })).toThrow(UserError)
    library.updateEpisodes([id], { tags: ['Üben 👩‍🚀'], note: 'two\nlines\twith a tab' })
    expect(library.listEpisodes()).toHaveLength(1)
    library.close()
  })

  it('by whoever makes or registers an environment', () => {
    for (const [what, id] of Object.entries(BAD_NAMES)) {
      expect(() => registerEnvironment(id, () => makeEnvironment('basic')), what).toThrow(UserError)
      if (what !== 'too long') continue
      expect(() => makeEnvironment(`gym:${id}`), what).toThrow(
        'the id of an environment has 1 to 120 printable characters',
      )
    }
  })

  it('by the page, which reads the same numbers', () => {
    const refused = (method: keyof typeof methods, params: unknown): boolean =>
      !methods[method].params.safeParse(params).success
    for (const [what, name] of Object.entries(BAD_NAMES)) {
      expect([what, refused('environments.add', { id: name })]).toEqual([what, true])
      expect([what, refused('runs.rename', { runId: 'a', name })]).toEqual([what, true])
      expect([what, refused('imported.rename', { id: 'a', name })]).toEqual([what, true])
      expect([what, refused('demonstrations.update', { ids: [1], tags: [name] })]).toEqual([what, true])
    }
    expect(refused('environments.add', { id: 'x'.repeat(BOUNDS.environmentId) })).toBe(false)
    expect(refused('demonstrations.update', { ids: [1], tags: [' good '] })).toBe(false)
  })

  it('by the command line, as wrong usage', () => {
    const dir = temporaryDirectory()
    const library = openLibrary(dir)
    library.addEpisode(randomEpisode(1))
    library.close()
    const file = join(dir, 'long.jsonl')
    writeFileSync(
      file,
      formatByName('jsonl').write([withHead({ environment: { ...stamp, id: LONG } })]) as Uint8Array,
    )
    const answers = runCommands(
      [
        ['demos', 'import', file],
        ['demos', 'tag', '1', '--add', 'x'.repeat(BOUNDS.tag + 1)],
        ['demos', 'tag', '1', '--note', 'a\u001b[2Jb'],
        ['record', '--env', `gym:${LONG}`],
        ['agents', 'rename', 'nobody', 'x'.repeat(BOUNDS.name + 1)],
        ['train', '--env', 'basic', '--algo', 'ppo', '--run-id', 'x'.repeat(BOUNDS.runId + 1)],
        ['demos', 'list'],
      ],
      { dir },
    )
    expect(answers.map(({ code }) => code)).toEqual([1, 2, 2, 2, 1, 2, 0])
    for (const { err } of answers) expect(err).not.toMatch(/this is a bug/)
    expect(answers[0]!.err).toContain(
      'environment.id: expected 1 to 120 printable characters, found 121 characters',
    )
  })
})

describe('what a library holds already', () => {
  it('is listed whatever its length, and a row that cannot be read is listed as damaged', () => {
    const dir = temporaryDirectory()
    const library = openLibrary(dir)
    const ids = [1, 2, 3, 4].map((seed) =>
      library.addEpisode(randomEpisode(seed, { changes: { tags: ['t'] } })),
    )
    library.close()
    const sqlite = new Database(join(dir, 'library.db'))
    sqlite.pragma('ignore_check_constraints = ON')
    sqlite.prepare('UPDATE episode SET environment_id = ? WHERE id = ?').run(LONG.repeat(3), ids[0])
    sqlite.prepare(`UPDATE episode SET environment = '{"id":' WHERE id = ?`).run(ids[1])
    sqlite
      .prepare(`UPDATE episode SET tags = 'not json', state = 'odd', length = -5 WHERE id = ?`)
      .run(ids[2])
    sqlite.close()
    const reader = openLibrary(dir, { readonly: true })
    const rows = reader.listEpisodes()
    expect(rows).toHaveLength(4)
    const damage = new Map(rows.map((row) => [row.id, row.damage]))
    expect(ids.map((id) => damage.get(id))).toEqual([
      null,
      'its parameters cannot be read',
      'its length, tags, state cannot be read',
      null,
    ])
    expect(
      reader
        .listEpisodes({ tag: 't' })
        .map((row) => row.id)
        .sort(),
    ).toEqual([ids[0], ids[1], ids[3]])
    for (const id of ids.slice(1, 3)) expect(() => reader.readEpisode(id)).toThrow(DataError)
    const shown = methods['demonstrations.list'].result.safeParse(rows.map((row) => ({ ...row, score: 1 })))
    expect(shown.error).toBeUndefined()
    reader.close()
  })
})
