import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { lerobot } from '../../core/demos/formats/lerobot/index.ts'
import { featureStatistics } from '../../core/demos/formats/lerobot/statistics.ts'
import { ParquetFile } from '../../core/demos/formats/parts/columnar/parquet-read.ts'
import { writeParquet } from '../../core/demos/formats/parts/columnar/parquet-write.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import { Random } from '../../core/random.ts'
import { randomEpisode, stamp } from '../store/support.ts'
import { actionSamples } from './action-samples.ts'
import { damaged, damagedFolder, survive } from './damage.ts'

const DATA = 'data/chunk-000/file-000.parquet'
const EPISODES = 'meta/episodes/chunk-000/file-000.parquet'

function json(files: ReadonlyMap<string, Uint8Array>, path: string) {
  return JSON.parse(Buffer.from(files.get(path)!).toString())
}

/** Read by another reader than ours. */
function rowsOf(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: Uint8Array.from(bytes).buffer })
}

describe('lerobot', () => {
  it.each(Object.entries(actionSamples()))('gives back exactly what was written: %s', async (_, episodes) => {
    const files = await lerobot.write(episodes)
    const { format, episodes: back } = await readDemonstrationsHere({ name: 'folder', files })
    expect(format.name).toBe('lerobot')
    expect(back).toEqual(episodes)
    expect(await lerobot.write(back)).toEqual(files)
  })

  it('writes the tree, the description and the columns of version 3.0', async () => {
    const episodes = actionSamples()['one branch, one picture']!
    const files = await lerobot.write(episodes)
    expect([...files.keys()]).toEqual([
      'meta/info.json',
      'meta/stats.json',
      'meta/tasks.parquet',
      EPISODES,
      DATA,
      'meta/understudy.json',
    ])
    const info = json(files, 'meta/info.json')
    expect(info).toMatchObject({
      codebase_version: 'v3.0',
      fps: 60,
      total_episodes: 3,
      total_frames: 11,
      splits: { train: '0:3' },
      video_path: null,
    })
    expect(info.features['observation.state']).toEqual({ dtype: 'float32', shape: [8], names: null })
    expect(info.features.action).toEqual({ dtype: 'int64', shape: [1], names: null })
    const frames = await rowsOf(files.get(DATA)!)
    expect(frames.map(({ index }) => Number(index))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(frames.map((frame) => frame['next.done'])).toEqual(
      [0, 7, 10].reduce((flags, at) => flags.with(at, true), new Array(11).fill(false)),
    )
    expect(frames[7]).toMatchObject({
      'next.terminated': false,
      'next.truncated': true,
      frame_index: 6n,
      episode_index: 1n,
      timestamp: Math.fround(6 / 60),
    })
    const described = await rowsOf(files.get(EPISODES)!)
    expect(described[1]).toMatchObject({
      tasks: ['test/walk'],
      length: 7n,
      dataset_from_index: 1n,
      dataset_to_index: 8n,
      'stats/index/min': [1n],
      'stats/index/mean': [4],
      'stats/next.done/max': [true],
    })
    const { key_value_metadata } = parquetMetadata(files.get('meta/tasks.parquet')!)
    const pandas = key_value_metadata?.find(({ key }) => key === 'pandas')
    expect(JSON.parse(pandas!.value!).index_columns).toEqual(['__index_level_0__'])
  })

  it('keeps the rows of an observation that has a name, in the description, the data and the statistics', async () => {
    const episode = randomEpisode(1, { steps: 3 })
    const files = await lerobot.write([episode])
    const { features } = json(files, 'meta/info.json')
    expect([features['observation.map'].shape, features['observation.position'].shape]).toEqual([[2, 3], [2]])
    const rows = (step: number) =>
      [2, 5].map((at) => [...episode.observations.slice(8 * step + at, 8 * step + at + 3)])
    const frames = await rowsOf(files.get(DATA)!)
    expect(frames.map((frame) => frame['observation.map'])).toEqual([0, 1, 2].map(rows))
    const least = rows(0).map((row, i) =>
      row.map((value, j) => Math.min(value, rows(1)[i]![j]!, rows(2)[i]![j]!)),
    )
    expect(json(files, 'meta/stats.json')['observation.map']).toMatchObject({ min: least, count: [3] })
    expect((await rowsOf(files.get(EPISODES)!))[0]).toMatchObject({
      'stats/observation.map/min': least,
      'stats/observation.map/count': [3n],
    })
    expect(lerobot.cannotHold([episode]).join()).not.toContain('shape')
  })

  it('says what is supposed of a data set that was made elsewhere', async () => {
    const ours = await lerobot.write([randomEpisode(1, { steps: 3 }), randomEpisode(2, { steps: 2 })])
    const frames = await rowsOf(ours.get(DATA)!)
    const column = (name: string) => frames.map((frame) => frame[name])
    const theirs = new Map(ours)
    theirs.delete('meta/understudy.json')
    theirs.set(
      DATA,
      await writeParquet([
        {
          name: 'observation.position',
          element: 'float32',
          list: true,
          rows: column('observation.position'),
        },
        { name: 'observation.map', element: 'float32', list: 2, rows: column('observation.map') },
        { name: 'action', element: 'float32', list: true, rows: column('action') },
        { name: 'next.done', element: 'bool', rows: column('next.done') },
        { name: 'timestamp', element: 'float32', rows: [0, 0.5, 1, 0, 0.5] },
        { name: 'frame_index', element: 'int64', rows: [0, 1, 2, 0, 1] },
        { name: 'episode_index', element: 'int64', rows: [0, 0, 0, 1, 1] },
      ]),
    )
    const notes: string[] = []
    const { episodes } = await readDemonstrationsHere(
      { name: 'folder', files: theirs },
      { environment: stamp, note: (text) => void notes.push(text) },
    )
    const [first] = episodes
    expect(first!.continuous).toEqual(randomEpisode(1, { steps: 3 }).continuous)
    expect([...first!.timesUs]).toEqual([0, 500_000, 1_000_000])
    expect(first!.observations.slice(24)).toEqual(first!.observations.slice(16, 24))
    expect([first!.terminated, first!.truncated, first!.success]).toEqual([false, true, null])
    expect(notes).toEqual([
      'LeRobot keeps no observation after the last action: the one before it is used instead',
      'it has no next.reward: rewards are 0',
      'next.done does not say whether the rules ended an episode or it was cut off: episodes count as truncated',
    ])
    await expect(readDemonstrationsHere({ name: 'folder', files: theirs })).rejects.toThrow('what was played')
  })

  it('has no word for a goal of which nobody knows whether it was reached', async () => {
    const unknown = randomEpisode(1, { steps: 3, changes: { success: null } })
    const known = randomEpisode(2, { steps: 2, changes: { success: true } })
    for (const [episodes, written] of [
      [[known], true],
      [[unknown], false],
      [[unknown, known], false],
    ] as const) {
      const files = await lerobot.write(episodes)
      expect('next.success' in (await rowsOf(files.get(DATA)!))[0]!).toBe(written)
      const lost = lerobot.cannotHold(episodes).filter((text) => text.startsWith('which goals'))
      expect(lost).toHaveLength(episodes.length - 1)
    }
  })

  it('points to the converter for older versions', async () => {
    const files = new Map(await lerobot.write([randomEpisode(1)]))
    files.set('meta/info.json', Buffer.from('{"codebase_version": "v2.1"}'))
    await expect(lerobot.read(files, 'folder')).rejects.toThrow(
      /codebase_version: expected v3\.0 .*found v2\.1/,
    )
  })

  it('refuses every damaged folder with a DataError, within a second', async () => {
    const random = new Random(10)
    const masked = [randomEpisode(1, { masked: true }), randomEpisode(2, { masked: true })]
    const whole = new Map(await lerobot.write(masked))
    for (const path of ['meta/stats.json', 'meta/tasks.parquet', EPISODES]) whole.delete(path)
    const { refused, milliseconds } = await survive(1000, () => {
      const files = damagedFolder(whole, random)
      return () => lerobot.read(files, 'fuzzed', { environment: stamp })
    })
    expect(refused).toBeGreaterThan(500)
    expect(milliseconds).toBeLessThan(1000)
  })
})

describe('Parquet', () => {
  const problems = new FileProblems('file')

  it('stands up to damage of every kind of page', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => i)
    const whole = await writeParquet([
      { name: 'numbers', element: 'int64', rows: rows.map((i) => i % 7) },
      { name: 'flags', element: 'bool', rows: rows.map((i) => i % 3 === 0) },
      { name: 'lists', element: 'float32', list: true, rows: rows.map((i) => [i, i / 2]) },
      { name: 'texts', element: 'string', rows: rows.map((i) => `text ${i % 5}`) },
    ])
    const random = new Random(12)
    const { refused, milliseconds } = await survive(1000, () => {
      const bytes = damaged(whole, random)
      return async () => {
        const file = await ParquetFile.open(bytes, 'table', problems)
        for (const name of ['numbers', 'flags', 'lists']) file.numbers(name)
        file.texts('texts')
      }
    })
    expect(refused).toBeGreaterThan(500)
    expect(milliseconds).toBeLessThan(1000)
  })

  it('names the column and the row where a list is longer', async () => {
    const bytes = await writeParquet([{ name: 'a', element: 'float32', list: true, rows: [[1, 2], [3]] }])
    const file = await ParquetFile.open(bytes, 'table', problems)
    expect(() => file.numbers('a')).toThrow('file: table, column "a", row 1: expected 2 numbers, found 1')
  })

  it('refuses nulls where numbers must be', async () => {
    const bytes = await writeParquet([{ name: 'a', element: 'float32', rows: [1, null] }])
    const file = await ParquetFile.open(bytes, 'table', problems)
    expect(() => file.numbers('a')).toThrow('row 1: expected 1 numbers, found 0')
  })
})

describe('the statistics of LeRobot', () => {
  it('are those of the population, with quantiles between neighbours', () => {
    const rows = [
      [1, 0],
      [2, 0],
      [3, 0],
      [6, 4],
    ]
    const { min, max, mean, std, count, q50, q90 } = featureStatistics(rows)
    expect([min, max, mean, count, q50]).toEqual([[1, 0], [6, 4], [3, 1], [4], [2.5, 0]])
    expect(std![0]).toBeCloseTo(Math.sqrt(3.5))
    expect(q90![0]).toBeCloseTo(5.1)
  })
})
