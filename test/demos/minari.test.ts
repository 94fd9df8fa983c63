import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { packFolder, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { minari } from '../../core/demos/formats/minari/index.ts'
import { readHdf5, writeHdf5 } from '../../core/demos/formats/parts/hdf5/thread.ts'
import {
  booleans,
  dataset,
  group,
  type Hdf5Group,
  type Hdf5Node,
} from '../../core/demos/formats/parts/hdf5/tree.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import { environmentStamp } from '../../core/demos/stamp.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { DataError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { EnvironmentStamp, Episode } from '../../core/store/index.ts'
import { randomEpisode, stamp } from '../store/support.ts'
import { mutate } from './mutate.ts'

const problems = new FileProblems('main_data.hdf5')

function withAction(action: EnvironmentStamp['action'], changes: Partial<Episode> = {}): Episode {
  const environment = { ...stamp, action, observations: [{ name: 'only', shape: [2, 4] }] }
  const episode = randomEpisode(5, { changes: { environment, ...changes } })
  return { ...episode, terminated: false, truncated: true }
}

const samples: Record<string, Episode[]> = {
  'several observations, both kinds of action, masks': [
    randomEpisode(1, { masked: true }),
    {
      ...randomEpisode(2, { steps: 130, masked: true }),
      tags: ['größte'],
      note: '雪\n🎈',
      rating: 5,
      seed: 2 ** 53 - 1,
    },
  ],
  'one observation, one branch': [
    withAction(
      { continuous: 0, discrete: [3] },
      { continuous: new Float32Array(0), discrete: Int32Array.of(0, 1, 2, 2, 0) },
    ),
  ],
  'continuous actions only': [withAction({ continuous: 1, discrete: [] }, { discrete: new Int32Array(0) })],
}

describe('writing', () => {
  it.each(Object.entries(samples))('gives back exactly what was written: %s', async (_what, episodes) => {
    const files = await minari.write(episodes)
    const source = { name: 'set', files }
    expect((await readDemonstrationsHere(source)).episodes).toEqual(episodes)
    const { format, episodes: unpacked } = await readDemonstrationsHere({
      name: 'set.zip',
      bytes: packFolder(files),
    })
    expect([format.name, unpacked]).toEqual(['minari', episodes])
    expect(await minari.write(episodes)).toEqual(files)
  })

  it('lays the columns out as Minari does', async () => {
    const episode = randomEpisode(1, { masked: true })
    const files = await minari.write([episode])
    const root = await readHdf5(files.get('data/main_data.hdf5')!, problems)
    expect([...root.children.keys()]).toEqual(['episode_0'])
    const { children, attributes } = root.children.get('episode_0') as Hdf5Group
    expect(attributes.get('total_steps')).toBe(5n)
    expect(attributes.get('seed')).toBe(1n)
    expect(children.get('rewards')).toEqual(dataset(episode.rewards, [5]))
    expect(children.get('terminations')).toEqual(booleans([0, 0, 0, 0, 1]))
    expect(children.get('truncations')).toEqual(booleans([0, 0, 0, 0, 0]))
    const { position, map } = Object.fromEntries((children.get('observations') as Hdf5Group).children)
    expect(position).toMatchObject({ shape: [6, 2] })
    expect(map).toMatchObject({ shape: [6, 2, 3] })
    const actions = Object.fromEntries((children.get('actions') as Hdf5Group).children)
    expect(actions.continuous).toEqual(dataset(episode.continuous, [5, 1]))
    expect(actions.discrete).toEqual(dataset(BigInt64Array.from(episode.discrete, BigInt), [5, 2]))
    const infos = Object.fromEntries((children.get('infos') as Hdf5Group).children)
    expect(infos.action_mask).toMatchObject({ shape: [6, 5] })

    const metadata = JSON.parse(Buffer.from(files.get('data/metadata.json')!).toString())
    expect(metadata).toMatchObject({
      total_episodes: 1,
      total_steps: 5,
      data_format: 'hdf5',
      minari_version: '0.5.0',
    })
    expect(metadata.dataset_id).toMatch(/^[-_\w][-_\w/]*[-_\w]+\/[-_\w]+-v\d+$/)
    expect(JSON.parse(metadata.action_space)).toEqual({
      type: 'Dict',
      subspaces: {
        continuous: { type: 'Box', dtype: 'float32', shape: [1], low: [-1], high: [1] },
        discrete: { type: 'MultiDiscrete', dtype: 'int64', nvec: [3, 2], start: [0, 0] },
      },
    })
    expect(metadata.observation_space).toContain(
      '"position": {"type": "Box", "dtype": "float32", "shape": [2], "low": [-Infinity, -Infinity], "high": [Infinity, Infinity]}',
    )
  })

  it('refuses episodes of different environments', async () => {
    const other = withAction({ continuous: 1, discrete: [] }, { discrete: new Int32Array(0) })
    await expect(minari.write([randomEpisode(1), other])).rejects.toThrow('one environment')
  })
})

describe('reading what was made elsewhere', () => {
  it('takes CartPole as Minari 0.5.4 collected it', async () => {
    const bytes = readFileSync(new URL('./fixtures/minari-0.5.4-cartpole.zip', import.meta.url))
    const { format, episodes } = await readDemonstrationsHere({ name: 'cartpole.zip', bytes })
    expect(format.name).toBe('minari')
    expect(episodes.map(({ rewards }) => rewards.length)).toEqual([12, 30, 30])
    expect(episodes.map(({ terminated }) => terminated)).toEqual([true, false, false])
    expect(episodes.map(({ truncated }) => truncated)).toEqual([false, true, true])
    const [first] = episodes
    expect(first!.environment).toEqual({
      id: 'gym:CartPole-v1',
      version: 1,
      parameters: {},
      observations: [{ name: 'observation', shape: [4] }],
      action: { continuous: 0, discrete: [2], units: { ranges: [], starts: [0] } },
    })
    expect(first!.seed).toBe(10)
    expect([...first!.discrete]).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0])
    expect([...first!.observations.slice(-4)]).toEqual([
      -0.08724568784236908, -1.2119415998458862, 0.2341666966676712, 2.031956195831299,
    ])
  })

  /** A dataset of one episode of two steps, with these spaces and columns. */
  async function foreign(
    metadata: Record<string, unknown>,
    observations: Hdf5Node,
    actions: Hdf5Node,
    more: Parameters<typeof group>[0] = [],
  ): Promise<Map<string, Uint8Array>> {
    const episode = group(
      [
        ['observations', observations],
        ['actions', actions],
        ['rewards', dataset(Float64Array.of(0.5, 0.1), [2])],
        ['terminations', booleans([0, 0])],
        ['truncations', booleans([0, 1])],
        ...more,
      ],
      [['seed', 9n]],
    )
    return new Map([
      ['main_data.hdf5', await writeHdf5(group([['episode_0', episode]]))],
      ['metadata.json', Buffer.from(JSON.stringify({ total_episodes: 1, ...metadata }))],
    ])
  }
  const space = (value: unknown): string => JSON.stringify(value).replaceAll('"inf"', 'Infinity')
  const box = (low: number | 'inf', high: number | 'inf', size: number) => ({
    type: 'Box',
    dtype: 'float64',
    shape: [size],
    low: Array(size).fill(low),
    high: Array(size).fill(high),
  })

  it('turns choices that are observed into ones, and scales actions to [-1, 1]', async () => {
    const files = await foreign(
      {
        dataset_id: 'mine/pendulum-v0',
        algorithm_name: 'swing',
        observation_space: space({
          type: 'Dict',
          subspaces: { room: { type: 'Discrete', n: 3, start: 1 }, speed: box(0, 'inf', 1) },
        }),
        action_space: space({ type: 'Tuple', subspaces: [box(-2, 2, 1), { type: 'MultiBinary', n: 2 }] }),
      },
      group([
        ['room', dataset(BigInt64Array.of(1n, 3n, 2n), [3])],
        ['speed', dataset(Float64Array.of(0.5, 1, 2), [3, 1])],
      ]),
      group([
        ['_index_0', dataset(Float64Array.of(-2, 1), [2, 1])],
        ['_index_1', dataset(Int8Array.of(1, 0, 0, 1), [2, 2])],
      ]),
      [['infos', group([['success', booleans([0, 0, 1])]])]],
    )
    const notes: string[] = []
    const { episodes } = await readDemonstrationsHere(
      { name: 'set', files },
      { note: (text) => notes.push(text) },
    )
    expect(episodes[0]).toEqual({
      environment: {
        id: 'minari:mine/pendulum-v0',
        version: 0,
        parameters: {},
        observations: [
          { name: 'room', shape: [3] },
          { name: 'speed', shape: [1] },
        ],
        action: { continuous: 1, discrete: [2, 2], units: { ranges: [[-2, 2]], starts: [0, 0] } },
      },
      seed: 9,
      player: { name: 'swing', kind: 'unknown' },
      startedAtUs: 0,
      terminated: false,
      truncated: true,
      success: true,
      tags: [],
      note: '',
      rating: 0,
      observations: Float32Array.of(1, 0, 0, 0.5, 0, 0, 1, 1, 0, 1, 0, 2),
      continuous: Float32Array.of(-1, 0.5),
      discrete: Int32Array.of(1, 0, 0, 1),
      rewards: Float32Array.of(0.5, 0.1),
      timesUs: new Float64Array(2),
    })
    expect(notes).toEqual(['rewards were rounded to single precision'])
  })

  it('supposes of bounds that are not there what their environment would', async () => {
    const files = await foreign(
      {
        observation_space: space(box(0, 1, 1)),
        action_space: space({
          ...box(0, 'inf', 4),
          low: [0, 5, '-inf', '-inf'],
          high: ['inf', 'inf', -3, 3.4e38],
        }).replaceAll('"-inf"', '-Infinity'),
      },
      dataset(new Float64Array(3), [3, 1]),
      dataset(Float64Array.of(0, 5, -4, -1, 1, 6, -3, 1), [2, 4]),
    )
    const notes: string[] = []
    const { episodes } = await readDemonstrationsHere(
      { name: 'set', files },
      { note: (text) => notes.push(text) },
    )
    expect(episodes[0]!.environment.action.units!.ranges).toEqual([
      [0, 1],
      [5, 6],
      [-4, -3],
      [-1, 1],
    ])
    expect([...episodes[0]!.continuous]).toEqual([-1, -1, -1, -1, 1, 1, 1, 1])
    expect(notes).toContain(
      'some actions are unbounded on one side or both; they are read as going from 0 to 1 or 5 to 6 or -4 to -3 or -1 to 1',
    )
  })

  it('takes pictures plane by plane, from 0 to 1, as environments of Gymnasium come in', async () => {
    const picture = { type: 'Box', dtype: 'uint8', shape: [1, 2, 3], low: [[[0]]], high: [[[255]]] }
    const files = await foreign(
      {
        observation_space: space({ type: 'Tuple', subspaces: [picture, box(0, 1, 1)] }),
        action_space: space({ type: 'Discrete', n: 2, start: 0 }),
      },
      group([
        [
          '_index_0',
          dataset(
            Uint8Array.from({ length: 18 }, (_, i) => 51 * (i % 6)),
            [3, 1, 2, 3],
          ),
        ],
        ['_index_1', dataset(new Float64Array(3), [3, 1])],
      ]),
      dataset(BigInt64Array.of(0n, 1n), [2]),
    )
    const [episode] = await minari.read(files, 'set')
    expect(episode!.environment.observations).toEqual([
      { name: '0', shape: [3, 1, 2] },
      { name: '1', shape: [1] },
    ])
    const row = [0, 3, 1, 4, 2, 5].map((value) => Math.fround(value / 5))
    expect([...episode!.observations.slice(0, 7)]).toEqual([...row, 0])
  })

  it.each([
    ['nobody', undefined, [2, 3], [0, 1, 2, 3, 4, 5]],
    ['an environment that shows one vector', [6], [6], [0, 1, 2, 3, 4, 5]],
    ['an environment that shows rows', [2, 3], [2, 3], [0, 1, 2, 3, 4, 5]],
    ['one that shows other rows', [3, 2], undefined, []],
  ])('keeps rows as rows where %s says otherwise', async (_who, known, shape, first) => {
    const read = async () => {
      const rows = { ...box(0, 99, 1), shape: [2, 3] }
      const files = await foreign(
        { observation_space: space(rows), action_space: space({ type: 'Discrete', n: 2, start: 0 }) },
        dataset(
          Float64Array.from({ length: 18 }, (_, i) => i),
          [3, 2, 3],
        ),
        dataset(BigInt64Array.of(0n, 1n), [2]),
      )
      const observations = [{ name: 'view', shape: known ?? [] }]
      const played = { ...stamp, observations, action: { continuous: 0, discrete: [2] } }
      const { episodes } = await readDemonstrationsHere(
        { name: 'set', files },
        known === undefined ? {} : { environment: played },
      )
      return episodes[0]!
    }
    if (shape === undefined) return expect(read()).rejects.toThrow('expected view[3, 2], found view[2, 3]')
    const episode = await read()
    expect(episode.environment.observations[0]!.shape).toEqual(shape)
    expect([...episode.observations.slice(0, 6)]).toEqual(first)
    const again = await readDemonstrationsHere({ name: 'set', files: await minari.write([episode]) })
    expect(again.episodes).toEqual([episode])
  })

  it('takes the pictures of an environment of Gymnasium that was named as that shows them', async () => {
    const picture = { type: 'Box', dtype: 'uint8', shape: [3, 3, 3], low: [[[0]]], high: [[[255]]] }
    const files = await foreign(
      { observation_space: space(picture), action_space: space({ type: 'Discrete', n: 2, start: 0 }) },
      dataset(
        Uint8Array.from({ length: 81 }, (_, i) => 51 * (i % 3)),
        [3, 3, 3, 3],
      ),
      dataset(BigInt64Array.of(0n, 1n), [2]),
    )
    const environment = {
      ...stamp,
      id: 'gym:Painted-v1',
      observations: [{ name: 'observation', shape: [3, 3, 3] }],
      action: { continuous: 0, discrete: [2] },
    }
    const [episode] = await minari.read(files, 'set', { environment })
    const shares = [0, 51, 102].flatMap((value) => Array(9).fill(Math.fround(value / 255)))
    expect([...episode!.observations.slice(0, 27)]).toEqual(shares)
  })

  it('makes no room for actions of a size that is only claimed', async () => {
    const huge = { type: 'Box', dtype: 'float32', shape: [2 ** 40], low: [0], high: [1] }
    const files = await foreign(
      { observation_space: space(box(0, 1, 1)), action_space: space(huge) },
      dataset(new Float32Array(3), [3, 1]),
      dataset(new Float32Array(2), [2, 1]),
    )
    await expect(minari.read(files, 'set')).rejects.toThrow(
      'action_space: expected at most 65536 continuous values, found 1099511627776',
    )
  })

  it('refuses whole numbers in a range, which are neither choices nor continuous', async () => {
    const whole = { ...box(0, 9, 1), dtype: 'int32' }
    const files = await foreign(
      { observation_space: space(box(0, 1, 1)), action_space: space(whole) },
      dataset(new Float32Array(3), [3, 1]),
      dataset(Int32Array.of(0, 9), [2, 1]),
    )
    await expect(minari.read(files, 'set')).rejects.toThrow(
      'set/metadata.json: action_space: expected actions that are floats or choices, found a Box of int32',
    )
  })

  it('leaves and takes actions by the bounds and the starts that the spaces say', async () => {
    const action = {
      continuous: 2,
      discrete: [3, 2],
      units: {
        ranges: [
          [-2, 2],
          [0.1, 0.7],
        ],
        starts: [-1, 5],
      },
    } as const
    const environment: EnvironmentStamp = { ...stamp, id: 'gym:Own-v3', version: 3, parameters: {}, action }
    const episode = randomEpisode(3, {
      changes: { environment, continuous: Float32Array.from({ length: 10 }, (_, i) => i / 5 - 1) },
    })
    const files = await minari.write([episode])
    const metadata = JSON.parse(Buffer.from(files.get('data/metadata.json')!).toString())
    expect(JSON.parse(metadata.action_space).subspaces).toEqual({
      continuous: { type: 'Box', dtype: 'float32', shape: [2], low: [-2, 0.1], high: [2, 0.7] },
      discrete: { type: 'MultiDiscrete', dtype: 'int64', nvec: [3, 2], start: [-1, 5] },
    })
    const root = await readHdf5(files.get('data/main_data.hdf5')!, problems)
    const { attributes, children } = root.children.get('episode_0') as Hdf5Group
    const forgotten = group(
      children,
      [...attributes].filter(([name]) => name !== 'understudy'),
    )
    const theirs = new Map([
      ...files,
      ['data/main_data.hdf5', await writeHdf5(group([['episode_0', forgotten]]))],
    ])
    const [back] = await minari.read(theirs, 'set')
    expect(back!.environment.action).toEqual(action)
    expect(back!.discrete).toEqual(episode.discrete)
    for (const [i, value] of back!.continuous.entries()) expect(value).toBeCloseTo(episode.continuous[i]!, 6)
  })

  it('knows an environment of ours by its specification, and refuses spaces that are not its own', async () => {
    const basic = environmentStamp(makeEnvironment('basic').spec)
    const shape = basic.observations[0]!.shape
    const metadata = (n: number) => ({
      env_spec: JSON.stringify({
        id: 'understudy/Basic-v0',
        entry_point: 'understudy_gym.env:UnderstudyEnv',
        kwargs: { env_id: 'basic', version: basic.version },
      }),
      observation_space: space(box('inf', 'inf', shape[0]!)),
      action_space: space({ type: 'Discrete', n, start: 0 }),
    })
    const observed = dataset(new Float32Array(3 * shape[0]!), [3, shape[0]!])
    const [choices] = basic.action.discrete as [number]
    const done = dataset(BigInt64Array.of(0n, 1n), [2])
    const files = await foreign(metadata(choices), observed, done)
    const { episodes } = await readDemonstrationsHere({ name: 'set', files })
    expect(episodes[0]!.environment).toEqual({ ...basic, parameters: {} })
    const others = await foreign(metadata(choices + 1), observed, done)
    await expect(readDemonstrationsHere({ name: 'set', files: others })).rejects.toThrow('actions of basic')
  })

  it('takes what a person says was played for what Gymnasium or nobody names, and not for one of ours that is other', async () => {
    const walk: EnvironmentStamp = {
      ...stamp,
      observations: [{ name: 'view', shape: [1] }],
      action: { continuous: 0, discrete: [2] },
    }
    const read = async (id: string, kwargs: object, entry_point?: string) => {
      const notes: string[] = []
      const files = await foreign(
        {
          ...(id === '' ? {} : { env_spec: JSON.stringify({ id, entry_point, kwargs }) }),
          observation_space: space(box('inf', 'inf', 1)),
          action_space: space({ type: 'Discrete', n: 2, start: 0 }),
        },
        dataset(new Float32Array(3), [3, 1]),
        dataset(BigInt64Array.of(0n, 1n), [2]),
      )
      const note = (text: string): void => void notes.push(text)
      const { episodes } = await readDemonstrationsHere({ name: 'set', files }, { environment: walk, note })
      return [episodes[0]!.environment.id, ...notes.filter((text) => text.includes('test/walk'))]
    }
    expect(await read('', {})).toEqual(['test/walk'])
    expect(await read('ALE/Walk-v5', {})).toEqual([
      'test/walk',
      'the file says gym:ALE/Walk-v5; it is read as test/walk, as requested',
    ])
    await expect(
      read('understudy/Env-v0', { env_id: 'basic' }, 'understudy_gym.env:UnderstudyEnv'),
    ).rejects.toThrow('observations of basic: expected position[20], found position[1]')
  })

  it('takes masks only where they allow what was done', async () => {
    const metadata = {
      observation_space: space(box('inf', 'inf', 1)),
      action_space: space({ type: 'Discrete', n: 2, start: 0 }),
    }
    const columns = [dataset(new Float32Array(3), [3, 1]), dataset(BigInt64Array.of(0n, 1n), [2])] as const
    const masked = (masks: number[]): Parameters<typeof group>[0] => [
      ['infos', group([['action_mask', dataset(Int8Array.from(masks), [3, 2])]])],
    ]
    const read = async (masks: number[]) => {
      const notes: string[] = []
      const files = await foreign(metadata, ...columns, masked(masks))
      const [episode] = await minari.read(files, 'set', { note: (text) => notes.push(text) })
      return { masks: episode!.masks, notes }
    }
    expect((await read([1, 0, 0, 1, 0, 0])).masks).toEqual(Uint8Array.of(1, 0, 0, 1))
    const refused = await read([0, 1, 0, 1, 0, 0])
    expect(refused.masks).toBeUndefined()
    expect(refused.notes).toContain('the action masks do not fit the actions and were left out')
  })

  it('names the place that is wrong', async () => {
    const files = await foreign(
      { observation_space: space(box(0, 1, 2)), action_space: space({ type: 'Discrete', n: 2, start: 0 }) },
      dataset(new Float32Array(3), [3, 1]),
      dataset(BigInt64Array.of(0n, 1n), [2]),
    )
    await expect(minari.read(files, 'set')).rejects.toThrow(
      'set/main_data.hdf5: episode_0, observations: expected 3 rows of 2 numbers, found [3, 1]',
    )
  })
})

it('refuses every damaged dataset with a DataError, and never takes other values for ours', async () => {
  const random = new Random(2027)
  const episodes = [randomEpisode(1, { masked: true, steps: 2 })]
  const files = await minari.write(episodes)
  const data = files.get('data/main_data.hdf5')!
  const metadata = files.get('data/metadata.json')!
  let refused = 0
  for (let i = 0; i < 200; i++) {
    const damaged = new Map(files)
    if (i % 5 === 0) damaged.set('data/metadata.json', mutate(metadata, random))
    else damaged.set('data/main_data.hdf5', mutate(data, random))
    let read: Episode[]
    try {
      read = await minari.read(damaged, 'fuzzed')
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      refused++
      continue
    }
    // Where the name of our head was damaged, what is left is a dataset of somebody else, who tells no time.
    if (read[0]!.startedAtUs === 0) continue
    expect(read).toEqual(episodes)
  }
  expect(refused).toBeGreaterThan(80)
}, 180_000)
