import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { jsonl } from '../../core/demos/formats/jsonl/index.ts'
import { npz } from '../../core/demos/formats/npz/index.ts'
import { type Episode, environmentStamp, recordEpisode } from '../../core/demos/index.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { type EnvironmentStamp, type Library, openLibrary } from '../../core/store/index.ts'
import { readDemonstrationFiles } from '../../core/train/demonstration-files.ts'
import {
  controlDemonstrations,
  demonstrationData,
  demonstrationDigest,
  selectDemonstrations,
} from '../../core/train/demonstrations.ts'
import { temporaryDirectory } from '../store/support.ts'
import { rightward } from './rightward.ts'

const environment = makeEnvironment('basic')
const { spec } = environment

async function recorded(library: Library, ...kinds: ('human' | 'scripted' | 'agent')[]): Promise<number[]> {
  const ids = []
  for (const kind of kinds) {
    const recorder = await recordEpisode(library, environment, rightward(kind), ids.length)
    ids.push(recorder.episodeId!)
  }
  return ids
}

function open(): Library {
  return openLibrary(temporaryDirectory())
}

async function twoEpisodes(): Promise<{ label: string; episode: Episode }[]> {
  const library = open()
  const ids = await recorded(library, 'human', 'human')
  return ids.map((id) => ({ label: `episode ${id}`, episode: library.readEpisode(id) }))
}

describe('demonstrationData', () => {
  it('turns N+1 observations into N transitions and keeps episodes apart', async () => {
    const data = demonstrationData(spec, await twoEpisodes())
    expect(data.length).toBe(14)
    const positionOf = (rows: Float32Array, row: number) => rows.subarray(row * 20, (row + 1) * 20).indexOf(1)
    const positions = (rows: Float32Array) => Array.from({ length: 14 }, (_, row) => positionOf(rows, row))
    expect(positions(data.observations)).toEqual([10, 11, 12, 13, 14, 15, 16, 10, 11, 12, 13, 14, 15, 16])
    expect(positions(data.nextObservations)).toEqual([11, 12, 13, 14, 15, 16, 17, 11, 12, 13, 14, 15, 16, 17])
    expect([...data.discrete]).toEqual(new Array(14).fill(2))
    expect([...data.terminated]).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1])
    expect([...data.truncated]).toEqual(new Array(14).fill(0))
    expect(data.rewards[6]).toBeCloseTo(0.99, 6)
  })

  it('cuts an episode that was broken off instead of ending it', async () => {
    const [first] = await twoEpisodes()
    const episode = { ...first!.episode, terminated: false }
    const data = demonstrationData(spec, [{ label: 'x', episode }])
    expect([data.terminated.at(-1), data.truncated.at(-1)]).toEqual([0, 1])
  })

  it.each([
    [
      { id: 'test/other', action: { continuous: 0, discrete: [4] } },
      'it was played in test/other and has the actions 0 continuous and branches [4], not 0 continuous and branches [3] as in basic',
    ],
    [{ version: 99 }, 'it was played in version 99'],
    [{ observations: [{ name: 'position', shape: [3] }] }, 'it has the observations position[3]'],
    [{ action: { continuous: 2, discrete: [] } }, 'it has the actions 2 continuous'],
  ])('refuses what was played elsewhere: %o', async (change, sentence) => {
    const [first] = await twoEpisodes()
    const environment = { ...environmentStamp(spec), ...change }
    const episodes = [{ label: 'episode 4', episode: { ...first!.episode, environment } }]
    expect(() => demonstrationData(spec, episodes)).toThrow(
      `episode 4 cannot be learned from here: ${sentence}`,
    )
  })

  it('takes what was played in another environment that is laid out the same, and says so', async () => {
    const [first, second] = await twoEpisodes()
    const elsewhere = { ...environmentStamp(spec), id: 'unity:Basic', version: 0 }
    const named = { ...elsewhere, observations: [{ name: 'observation_0', shape: [20] }] }
    const notes: string[] = []
    const episodes = [first!, { ...second!, episode: { ...second!.episode, environment: named } }]
    expect(demonstrationData(spec, episodes, (text) => notes.push(text)).length).toBe(14)
    expect(notes).toEqual([
      '1 of the demonstrations were played in unity:Basic, which has the same observations and actions',
    ])
  })

  it('takes a version that nobody knows for this one, and no other', async () => {
    const [first] = await twoEpisodes()
    const of = (version: number) => {
      const environment = { ...environmentStamp(spec), version }
      return [{ label: 'x', episode: { ...first!.episode, environment } }]
    }
    const notes: string[] = []
    expect(demonstrationData(spec, of(0), (text) => notes.push(text)).length).toBe(7)
    expect(notes).toEqual([])
    expect(() => demonstrationData(spec, of(2 + spec.version))).toThrow('was played in version')
  })

  it('shuffles actions and where they led together, the same way for the same seed', async () => {
    const data = demonstrationData(spec, await twoEpisodes())
    const width = data.nextObservations.length / 14
    const marked = {
      ...data,
      discrete: Int32Array.from({ length: 14 }, (_, i) => i),
      nextObservations: Float32Array.from({ length: 14 * width }, (_, i) => Math.floor(i / width)),
    }
    const shuffled = controlDemonstrations(marked, 'shuffled', 3)
    expect([...shuffled.discrete]).not.toEqual([...marked.discrete])
    expect([...shuffled.discrete].sort((a, b) => a - b)).toEqual([...marked.discrete])
    expect(shuffled.observations).toBe(marked.observations)
    expect(shuffled.rewards).toBe(marked.rewards)
    shuffled.discrete.forEach((from, row) => {
      const led = shuffled.nextObservations.subarray(row * width, (row + 1) * width)
      expect(led.every((value) => value === from)).toBe(true)
    })
    expect(controlDemonstrations(marked, 'shuffled', 3)).toEqual(shuffled)
    expect(demonstrationDigest(shuffled)).not.toBe(demonstrationDigest(marked))
  })

  it('empties all that was seen, done and earned, and keeps where episodes end', async () => {
    const data = demonstrationData(spec, await twoEpisodes())
    const empty = controlDemonstrations(data, 'empty', 3)
    for (const column of ['observations', 'nextObservations', 'discrete', 'rewards'] as const) {
      expect(empty[column].length).toBe(data[column].length)
      expect(empty[column].every((value) => value === 0)).toBe(true)
      expect(data[column].some((value) => value !== 0)).toBe(true)
    }
    expect(empty.terminated).toEqual(data.terminated)
    expect(controlDemonstrations(data, 'none', 3)).toBe(data)
  })
})

describe('readDemonstrationFiles', () => {
  const silent = (): void => undefined

  it('reads a file, and a folder file by file in the order of their names', async () => {
    const [first, second] = await twoEpisodes()
    const folder = temporaryDirectory()
    writeFileSync(join(folder, 'b.jsonl'), jsonl.write([second!.episode]))
    writeFileSync(join(folder, 'a.npz'), npz.write([first!.episode, first!.episode]))
    writeFileSync(join(folder, 'notes.txt'), 'no demonstrations')
    const notes: string[] = []
    const read = (path: string) => readDemonstrationFiles(path, spec, (text) => notes.push(text))
    const labels = async (path: string) => (await read(path)).map(({ label }) => label)
    expect(await labels(folder)).toEqual(['episode 0 of a.npz', 'episode 1 of a.npz', 'episode 0 of b.jsonl'])
    expect(await labels(join(folder, 'b.jsonl'))).toEqual(['episode 0 of b.jsonl'])
    expect(demonstrationData(spec, await read(folder)).length).toBe(21)
    expect(notes).toEqual([])
  })

  it('says what is missing', async () => {
    const folder = temporaryDirectory()
    const read = (path: string) => readDemonstrationFiles(path, spec, silent)
    await expect(read(folder)).rejects.toThrow('has no demonstrations')
    await expect(read(join(folder, 'none.npz'))).rejects.toThrow('cannot be read: there is no such file')
    writeFileSync(join(folder, 'broken.npz'), 'PK nonsense')
    await expect(read(folder)).rejects.toThrow('broken.npz')
  })

  it('passes over what macOS leaves beside the files', async () => {
    const folder = temporaryDirectory()
    for (const name of ['._basic.demo', '.DS_Store', '.hidden.npz']) {
      writeFileSync(join(folder, name), Buffer.alloc(120, 7))
    }
    await expect(readDemonstrationFiles(folder, spec, silent)).rejects.toThrow('has no demonstrations')
    copyFileSync(fixture('basic.demo'), join(folder, 'basic.demo'))
    expect(await readDemonstrationFiles(folder, spec, silent)).toHaveLength(6)
  })

  it.each(['unity:basic', 'gym:Basic-v0'])(
    'takes a recording of Unity, and tables that say nothing, to be of %s, which they fit',
    async (id) => {
      const named = { ...spec, id, observations: [{ ...spec.observations[0]!, name: 'view' }] }
      const folder = temporaryDirectory()
      copyFileSync(fixture('basic.demo'), join(folder, 'basic.demo'))
      writeFileSync(join(folder, 'mine.csv'), table())
      const notes: string[] = []
      const episodes = await readDemonstrationFiles(folder, named, (text) => notes.push(text))
      expect(episodes.map(({ episode }) => episode.environment.id)).toEqual(Array(7).fill(id))
      expect(demonstrationData(named, episodes).length).toBe(43)
      expect(notes).toContain(
        `basic.demo: its behaviour is Basic; read as ${id}, whose observations and actions fit`,
      )
      expect(notes).toContain(
        `mine.csv: it does not say what was played; read as ${id}, whose observations and actions fit`,
      )
    },
  )

  it('refuses what does not fit', async () => {
    const other = { ...spec, id: 'unity:other', action: { continuous: 0, discrete: [4] } }
    await expect(readDemonstrationFiles(fixture('basic.demo'), other, silent)).rejects.toThrow(
      'basic.demo: layout of unity:other: expected observations [20], 0 continuous actions, branches [4]',
    )
    const file = join(temporaryDirectory(), 'a.npz')
    writeFileSync(file, npz.write([(await twoEpisodes())[0]!.episode]))
    await expect(readDemonstrationFiles(file, other, silent)).rejects.toThrow(
      'a.npz: episode 0 was played in basic and has the actions 0 continuous and branches [3]',
    )
  })
})

/** One step of a table that was made elsewhere. */
function table(): string {
  const names = Array.from({ length: 20 }, (_, i) => `view.${i}`)
  const row = names.map((_, i) => Number(i === 10))
  return `${names},action.discrete.0,reward,terminated\n${row},2,1,1\n`
}

function fixture(name: string): string {
  return join(import.meta.dirname, '../demos/fixtures/unity', name)
}

describe('selectDemonstrations', () => {
  it('understands words, players, tags and ids', async () => {
    const library = open()
    const [person, script, agent] = await recorded(library, 'human', 'scripted', 'agent')
    library.updateEpisodes([agent!], { tags: ['good: really'] })
    const chosen = (selection: string) => selectDemonstrations(library, spec, selection).map((row) => row.id)
    expect(chosen('all')).toEqual([person, script])
    expect(chosen('any')).toEqual([person, script, agent])
    expect(chosen('human')).toEqual([person])
    expect(chosen('scripted')).toEqual([script])
    expect(chosen('agent')).toEqual([agent])
    expect(chosen('player:rightward')).toEqual([person, script, agent])
    expect(chosen('tag:good: really')).toEqual([agent])
    expect(chosen(`${agent},${person}`)).toEqual([agent, person])
    expect(chosen(`${person}-${agent}`)).toEqual([person, script, agent])
  })

  it('means with "all" those of which nobody knows who played and whether the goal was reached, and says what it leaves out', async () => {
    const library = open()
    const [{ episode } = { episode: undefined }] = await twoEpisodes()
    const nobody = { name: 'unknown', kind: 'unknown' } as const
    const agent = { name: 'first', kind: 'agent' } as const
    const add = (changes: Partial<Episode>) => library.addEpisode({ ...episode!, ...changes })
    const left = [add({ player: agent }), add({ player: agent, success: false }), add({ success: false })]
    const notes: string[] = []
    const chosen = (selection: string) =>
      selectDemonstrations(library, spec, selection, (text) => notes.push(text)).map((row) => row.id)
    const sentence = '"all" leaves out 2 by agents and 1 that missed the goal; --demos any includes them'
    expect(() => chosen('all')).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining(sentence) }),
    )
    const unknown = [add({ player: nobody, success: null }), add({ success: null })]
    expect(chosen('all')).toEqual(unknown)
    expect(notes).toEqual([expect.stringContaining(sentence)])
    expect(chosen('unknown')).toEqual([unknown[0]])
    expect(chosen('any')).toEqual([...left, ...unknown])
    expect(notes).toHaveLength(1)
  })

  it('takes by its id an episode of another environment that fits, and no other', async () => {
    const library = open()
    const [first] = await twoEpisodes()
    const elsewhere = (change: Partial<EnvironmentStamp>) =>
      library.addEpisode({
        ...first!.episode,
        environment: { ...environmentStamp(spec), id: 'unity:Basic', ...change },
      })
    const [same, other] = [elsewhere({}), elsewhere({ version: 2, action: { continuous: 0, discrete: [9] } })]
    expect(selectDemonstrations(library, spec, `${same}`).map((row) => row.id)).toEqual([same])
    expect(() => selectDemonstrations(library, spec, `${same},${other}`)).toThrow(
      `episode ${other} was played in unity:Basic and has the actions 0 continuous and branches [9]`,
    )
    expect(() => selectDemonstrations(library, spec, 'any')).toThrow('no demonstrations of basic match "any"')
  })

  it.each([
    ['bundled', 'no demonstrations of basic match "bundled"'],
    ['77', 'episode 77 is not a complete demonstration'],
    ['everything', '"everything" selects no demonstrations'],
  ])('refuses %s', (selection, message) => {
    expect(() => selectDemonstrations(open(), spec, selection)).toThrow(message)
  })
})
