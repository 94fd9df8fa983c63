import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { jsonl } from '../../core/demos/formats/jsonl.ts'
import { npz } from '../../core/demos/formats/npz.ts'
import { type Episode, environmentStamp, recordEpisode } from '../../core/demos/index.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { type Library, openLibrary } from '../../core/store/index.ts'
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
    [{ id: 'bubble/25' }, 'it was played in bubble/25, not in basic'],
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
  it('reads a file, and a folder file by file in the order of their names', async () => {
    const [first, second] = await twoEpisodes()
    const folder = temporaryDirectory()
    writeFileSync(join(folder, 'b.jsonl'), jsonl.write([second!.episode]))
    writeFileSync(join(folder, 'a.npz'), npz.write([first!.episode, first!.episode]))
    writeFileSync(join(folder, 'notes.txt'), 'no demonstrations')
    const labels = async (path: string) => (await readDemonstrationFiles(path)).map(({ label }) => label)
    expect(await labels(folder)).toEqual(['episode 0 of a.npz', 'episode 1 of a.npz', 'episode 0 of b.jsonl'])
    expect(await labels(join(folder, 'b.jsonl'))).toEqual(['episode 0 of b.jsonl'])
    expect(demonstrationData(spec, await readDemonstrationFiles(folder)).length).toBe(21)
  })

  it('says what is missing', async () => {
    const folder = temporaryDirectory()
    await expect(readDemonstrationFiles(folder)).rejects.toThrow('has no demonstrations')
    await expect(readDemonstrationFiles(join(folder, 'none.npz'))).rejects.toThrow(
      'cannot be read: there is no such file',
    )
    writeFileSync(join(folder, 'broken.npz'), 'PK nonsense')
    await expect(readDemonstrationFiles(folder)).rejects.toThrow('broken.npz')
  })
})

describe('selectDemonstrations', () => {
  it('understands words, players, tags and ids', async () => {
    const library = open()
    const [person, script, agent] = await recorded(library, 'human', 'scripted', 'agent')
    library.updateEpisodes([agent!], { tags: ['good: really'] })
    const chosen = (selection: string) => selectDemonstrations(library, spec, selection).map((row) => row.id)
    expect(chosen('all')).toEqual([person, script])
    expect(chosen('human')).toEqual([person])
    expect(chosen('scripted')).toEqual([script])
    expect(chosen('player:rightward')).toEqual([person, script, agent])
    expect(chosen('tag:good: really')).toEqual([agent])
    expect(chosen(`${agent},${person}`)).toEqual([agent, person])
    expect(chosen(`${person}-${agent}`)).toEqual([person, script, agent])
  })

  it.each([
    ['bundled', 'no demonstrations of basic match "bundled"'],
    ['77', 'episode 77 is not a complete demonstration'],
    ['everything', '"everything" selects no demonstrations'],
  ])('refuses %s', (selection, message) => {
    expect(() => selectDemonstrations(open(), spec, selection)).toThrow(message)
  })
})
