import { readdirSync, readFileSync } from 'node:fs'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { imitation } from '../../core/demos/formats/imitation/index.ts'
import { imitationNpz } from '../../core/demos/formats/imitation/npz.ts'
import { readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { writeNpy } from '../../core/demos/formats/parts/npy.ts'
import { Random } from '../../core/random.ts'
import type { EnvironmentStamp, Episode } from '../../core/store/index.ts'
import { randomEpisode, stamp } from '../store/support.ts'
import { actionSamples } from './action-samples.ts'
import { damaged, damagedFolder, survive } from './damage.ts'

const fixture = new URL('./fixtures/imitation-1.0.1/', import.meta.url)
/** What `imitation.data.serialize.save` of imitation 1.0.1 has written: two episodes, the second cut off. */
const theirs = new Map(readdirSync(fixture).map((name) => [name, readFileSync(new URL(name, fixture))]))
const played: EnvironmentStamp = {
  ...stamp,
  observations: [{ name: 'position', shape: [2] }],
  action: { continuous: 0, discrete: [3] },
}

describe('imitation', () => {
  it.each(Object.entries(actionSamples()))('gives back exactly what was written: %s', async (_, episodes) => {
    const files = await imitation.write(episodes)
    const { format, episodes: back } = await readDemonstrationsHere({ name: 'folder', files })
    expect(format.name).toBe('imitation')
    expect(back).toEqual(episodes)
    expect(await imitation.write(back)).toEqual(files)
  })

  it('writes a data set on disk as datasets saves it', async () => {
    const files = await imitation.write([randomEpisode(1)])
    const json = (name: string) => JSON.parse(Buffer.from(files.get(name)!).toString())
    expect(Object.keys(json('state.json')).sort()).toEqual(
      Object.keys(JSON.parse(theirs.get('state.json')!.toString())).sort(),
    )
    const { features } = json('dataset_info.json')
    expect(Object.keys(features)).toEqual(['obs', 'acts', 'infos', 'terminal', 'rews'])
    expect(features.obs.feature.feature).toEqual({ dtype: 'float32', _type: 'Value' })
    expect(features.terminal).toEqual({ dtype: 'bool', _type: 'Value' })
  })

  it('reads what imitation has written, once it is told what was played', async () => {
    const notes: string[] = []
    const options = { environment: played, note: (text: string) => void notes.push(text) }
    const { episodes } = await readDemonstrationsHere({ name: 'folder', files: theirs }, options)
    const [first, second] = episodes as [Episode, Episode]
    expect([...first.observations]).toEqual([0, 0.5, 1, -0.25, 2, Math.fround(1 / 3)])
    expect([[...first.discrete], [...first.rewards]]).toEqual([
      [1, 0],
      [0.5, 1],
    ])
    expect([first.terminated, first.truncated]).toEqual([true, false])
    // Stable-Baselines3 ends an episode that ran out of time with done and an entry in its last info.
    expect([second.terminated, second.truncated]).toEqual([false, true])
    expect(notes).toEqual(['imitation keeps no times, seeds or players: none are set'])
    await expect(readDemonstrationsHere({ name: 'folder', files: theirs })).rejects.toThrow(
      'folder does not say what was played',
    )
  })

  it('refuses columns of another environment', async () => {
    await expect(
      readDemonstrationsHere({ name: 'folder', files: theirs }, { environment: stamp }),
    ).rejects.toThrow(/folder: episode 0, acts: expected 2 x 3 = 6 numbers, found 2/)
  })

  it('refuses heads that belong to other data', async () => {
    const files = new Map(await imitation.write([randomEpisode(1), randomEpisode(2)]))
    const others = await imitation.write([randomEpisode(1)])
    files.set('understudy.json', others.get('understudy.json')!)
    expect(() => imitation.read(files, 'folder')).toThrow('understudy.json: expected 2 episodes')
    files.set(
      'understudy.json',
      (await imitation.write([randomEpisode(1), randomEpisode(3)])).get('understudy.json')!,
    )
    expect(() => imitation.read(files, 'folder')).toThrow('episode 1, hash')
  })

  it('refuses every damaged folder with a DataError, within a second', async () => {
    const random = new Random(9)
    const ours = await imitation.write([
      randomEpisode(1, { masked: true }),
      randomEpisode(2, { masked: true }),
    ])
    const mine = await survive(1000, () => {
      const files = damagedFolder(ours, random)
      return () => imitation.read(files, 'fuzzed', { environment: stamp })
    })
    const foreign = await survive(1000, () => {
      const files = damagedFolder(theirs, random)
      return () => imitation.read(files, 'fuzzed', { environment: played })
    })
    expect(mine.refused).toBeGreaterThan(400)
    expect(foreign.refused).toBeGreaterThan(200)
    expect(Math.max(mine.milliseconds, foreign.milliseconds)).toBeLessThan(1000)
  })

  it('says what imitation does not tell apart', () => {
    expect(imitation.cannotHold([randomEpisode(1)])).toHaveLength(2)
    expect(imitation.cannotHold(actionSamples()['one branch, one picture']!)).toEqual([])
  })
})

describe('imitation-npz', () => {
  /** The archive that imitation wrote before it used data sets, with pickled infos. */
  const archive = readFileSync(new URL('./fixtures/imitation-1.0.1.npz', import.meta.url))

  it.each(Object.entries(actionSamples()))('gives back exactly what was written: %s', async (_, episodes) => {
    const bytes = imitationNpz.write(episodes)
    const { format, episodes: back } = await readDemonstrationsHere({ name: 'file.npz', bytes })
    expect(format.name).toBe('imitation-npz')
    expect(back).toEqual(episodes)
  })

  it('reads what NumPy has written, and leaves pickles alone', async () => {
    const { episodes } = await readDemonstrationsHere(
      { name: 'a.npz', bytes: archive },
      { environment: played },
    )
    const [first, second] = episodes as [Episode, Episode]
    expect([...first.observations]).toEqual([0, 0.5, 1, -0.25, 2, Math.fround(1 / 3)])
    expect([...second.observations]).toEqual([3, 0.5, 4, Math.fround(0.1)])
    expect([...second.discrete, ...second.rewards]).toEqual([2, -1])
    expect(() => imitationNpz.read(archive, 'a.npz', { environment: stamp })).toThrow(
      'array "obs": expected 3 x 8 = 24 numbers, found 10',
    )
  })

  it('refuses heads that are no bytes', () => {
    const files = unzipSync(imitationNpz.write([randomEpisode(1)]) as Uint8Array)
    const counts = writeNpy({ type: '<i8', shape: [1], data: BigInt64Array.of(1n) })
    const archive = zipSync({ ...files, 'metadata.npy': counts })
    expect(() => imitationNpz.read(archive, 'a.npz')).toThrow('metadata: expected bytes')
  })

  it('refuses every damaged file with a DataError, within a second', async () => {
    const random = new Random(15)
    const { refused, milliseconds } = await survive(1000, () => {
      const bytes = damaged(archive, random)
      return () => imitationNpz.read(bytes, 'fuzzed', { environment: played })
    })
    expect(refused).toBeGreaterThan(500)
    expect(milliseconds).toBeLessThan(1000)
  })
})
