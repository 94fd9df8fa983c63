/** Observations of LeRobot that are pictures: PNGs within the Parquet file. The fixture is what LeRobot 0.4.4 wrote. */
import { join } from 'node:path'
import { decode } from 'fast-png'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { type DemonstrationSource, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { lerobot } from '../../core/demos/formats/lerobot/index.ts'
import { featureStatistics, pictureStatistics } from '../../core/demos/formats/lerobot/statistics.ts'
import { type ParquetField, writeParquet } from '../../core/demos/formats/parts/columnar/parquet-write.ts'
import { readSource } from '../../core/demos/index.ts'
import { Random } from '../../core/random.ts'
import { writePicture } from '../../core/remote/mlagents/pictures.ts'
import type { EnvironmentStamp, Episode } from '../../core/store/index.ts'
import { randomEpisode } from '../store/support.ts'
import { damagedFolder, survive } from './damage.ts'

const DATA = 'data/chunk-000/file-000.parquet'
const INFO = 'meta/info.json'

const stamp = (...shapes: [string, ...number[]][]): EnvironmentStamp => ({
  id: 'test/robot',
  version: 1,
  parameters: {},
  observations: shapes.map(([name, ...shape]) => ({ name, shape })),
  action: { continuous: 2, discrete: [] },
})

/** `steps` steps with observations that pictures can have, and numbers that they cannot. */
function played(seed: number, environment: EnvironmentStamp, steps = 3): Episode {
  const random = new Random(seed)
  const row = (): number[] =>
    environment.observations.flatMap(({ shape }) => {
      const size = shape.reduce((product, length) => product * length, 1)
      return Array.from({ length: size }, () =>
        shape.length === 3 ? random.below(256) / 255 : random.normal(),
      )
    })
  return randomEpisode(seed, {
    steps,
    changes: {
      environment,
      observations: Float32Array.from(Array.from({ length: steps + 1 }, row).flat()),
      continuous: Float32Array.from({ length: 2 * steps }, () => 2 * random.uniform() - 1),
      discrete: new Int32Array(0),
    },
  })
}

const json = (files: ReadonlyMap<string, Uint8Array>, path: string) =>
  JSON.parse(Buffer.from(files.get(path)!).toString())

describe('pictures', () => {
  it.each([
    ['one in colour', stamp(['view', 3, 4, 5]), ['observation.image']],
    ['one in grey', stamp(['view', 1, 4, 5]), ['observation.image']],
    [
      'two, and a vector',
      stamp(['left/eye', 3, 2, 4], ['arm', 2], ['right', 1, 3, 3]),
      ['observation.images.left_eye', 'observation.arm', 'observation.images.right'],
    ],
  ])('go out as images of LeRobot and come back exactly: %s', async (_what, environment, names) => {
    const episodes = [played(1, environment), played(2, environment, 1)]
    const files = await lerobot.write(episodes)
    const { features } = json(files, INFO)
    expect(Object.keys(features).slice(0, names.length)).toEqual(names)
    expect((await readDemonstrationsHere({ name: 'folder', files })).episodes).toEqual(episodes)
    expect(lerobot.cannotHold(episodes)).toHaveLength(1)
  })

  it('are described, measured and laid out as LeRobot does', async () => {
    const episode = played(1, stamp(['view', 3, 4, 5]))
    const files = await lerobot.write([episode])
    expect(json(files, INFO).features['observation.image']).toEqual({
      dtype: 'image',
      shape: [4, 5, 3],
      names: ['height', 'width', 'channels'],
    })
    const { mean, count } = json(files, 'meta/stats.json')['observation.image']
    const green = [0, 1, 2].flatMap((step) => [
      ...episode.observations.subarray(60 * step + 20, 60 * step + 40),
    ])
    expect(mean[1][0][0]).toBeCloseTo(green.reduce((sum, value) => sum + value, 0) / 60, 6)
    expect([mean.length, count]).toEqual([3, [3]])
    const rows = await parquetReadObjects({ file: Uint8Array.from(files.get(DATA)!).buffer, utf8: false })
    const { bytes, path } = rows[1]!['observation.image'] as { bytes: Uint8Array; path: unknown }
    expect(Buffer.from(path as Uint8Array).toString()).toBe('frame-000001.png')
    const { width, height, channels, data } = decode(bytes)
    expect([width, height, channels]).toEqual([5, 4, 3])
    expect(data[1]! / 255).toBeCloseTo(episode.observations[60 + 20]!, 6)
  })

  it('are numbers where a picture would round them', async () => {
    const episode = played(1, stamp(['view', 3, 4, 5]))
    episode.observations[7] = 0.1
    const files = await lerobot.write([episode])
    expect(json(files, INFO).features['observation.state']).toMatchObject({ dtype: 'float32', shape: [60] })
    expect((await readDemonstrationsHere({ name: 'folder', files })).episodes).toEqual([episode])
    expect(lerobot.cannotHold([episode])).toContain(
      'the shape of the observation: observation.state is one vector, which is what its policies take',
    )
  })

  it('have statistics of all pixels of a channel', () => {
    const rows = [played(1, stamp(['view', 3, 4, 5])), played(2, stamp(['view', 3, 4, 5]))].map(
      ({ observations }) => observations.subarray(0, 60),
    )
    const pixels = [...rows[0]!.subarray(0, 20), ...rows[1]!.subarray(0, 20)].map((value) => [value])
    const [found, expected] = [pictureStatistics(rows, 3), featureStatistics(pixels)]
    for (const name of ['min', 'max', 'mean', 'std', 'q01', 'q10', 'q50', 'q90', 'q99'])
      expect(found[name]![0], name).toBeCloseTo(expected[name]![0]!, 6)
    expect(found.count).toEqual([2])
  })
})

describe('what LeRobot 0.4.4 wrote', () => {
  const theirs = readSource(join(import.meta.dirname, 'fixtures/lerobot-0.4.4'))
  const files = new Map('files' in theirs ? theirs.files : [])
  const environment = stamp(['pixels', 3, 6, 5], ['position', 2])
  const read = (source: DemonstrationSource, played = environment) =>
    readDemonstrationsHere(source, { environment: played })

  it('is taken over pixel by pixel, by the only picture and the only state', async () => {
    const { episodes } = await read(theirs)
    expect(episodes.map(({ rewards }) => [...rewards])).toEqual([
      [0, 0.5, 1],
      [0, 0.5, 1],
    ])
    expect(episodes.map(({ terminated }) => terminated)).toEqual([true, false])
    for (const [e, { observations }] of episodes.entries()) {
      for (const step of [0, 1, 2]) {
        const pixels = Array.from({ length: 90 }, (_, i) => {
          const [channel, place] = [Math.floor(i / 30), i % 30]
          return Math.fround((((3 * place + channel) * 7 + 40 * step + 11 * e) % 256) / 255)
        })
        expect([...observations.subarray(92 * step, 92 * (step + 1))]).toEqual([...pixels, e, step])
      }
    }
  })

  it('is refused where the environment sees pictures of another size', async () => {
    await expect(read(theirs, stamp(['pixels', 3, 5, 6], ['position', 2]))).rejects.toThrow(
      'feature "observation.images.top", frame 0: expected a PNG of 6 x 5 pixels and 3 channels, found a picture of 5 x 6 pixels',
    )
  })

  it('is refused by name where the pictures are videos', async () => {
    const info = json(files, INFO)
    info.features['observation.images.top'].dtype = 'video'
    const changed = new Map(files).set(INFO, Buffer.from(JSON.stringify(info)))
    await expect(read({ name: 'folder', files: changed })).rejects.toThrow(
      'folder: feature "observation.images.top": expected numbers, or pictures inside the Parquet files (dtype image), found a video',
    )
  })

  /** One frame with this as its picture. */
  async function frame(picture: { bytes: Uint8Array | null; path: string }, size: number) {
    const numbers = (name: string, element: 'float32' | 'int64', value: number): ParquetField => ({
      name,
      element,
      rows: [value],
    })
    const data = await writeParquet([
      { name: 'observation.image', element: 'picture', rows: [picture] },
      { name: 'action', element: 'float32', list: true, rows: [[0, 0]] },
      numbers('timestamp', 'float32', 0),
      numbers('frame_index', 'int64', 0),
      numbers('episode_index', 'int64', 0),
    ])
    const info = { codebase_version: 'v3.0', features: { 'observation.image': { dtype: 'image' } } }
    const made = new Map([
      [DATA, data],
      [INFO, Buffer.from(JSON.stringify(info))],
    ])
    return read({ name: 'folder', files: made }, stamp(['view', 3, size, size]))
  }

  it('is refused where a picture is no PNG, lies elsewhere, or is too large for its file', async () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)
    await expect(frame({ bytes: jpeg, path: 'a.jpg' }, 2)).rejects.toThrow('found a JPEG')
    await expect(frame({ bytes: null, path: 'a.png' }, 2)).rejects.toThrow('expected bytes in every row')
    const blank = (size: number) => ({
      bytes: writePicture(new Float32Array(3 * size * size), [3, size, size]),
      path: 'a.png',
    })
    const { episodes } = await frame(blank(64), 64)
    expect(episodes[0]!.observations).toEqual(new Float32Array(2 * 3 * 64 * 64))
    await expect(frame(blank(1300), 1300)).rejects.toThrow(/at most \d{7} values in all, found 5070000/)
  })

  it('is refused when it is damaged, within a second', async () => {
    const random = new Random(31)
    const { refused, milliseconds } = await survive(500, () => {
      const broken = damagedFolder(files, random)
      return () => lerobot.read(broken, 'fuzzed', { environment })
    })
    expect(refused).toBeGreaterThan(250)
    expect(milliseconds).toBeLessThan(1000)
  })
})
