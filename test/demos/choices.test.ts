/** Choices that are not in their space, in files that were made elsewhere: refused by every reader, and never read as others. */
import { strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { imitation } from '../../core/demos/formats/imitation/index.ts'
import { imitationNpz } from '../../core/demos/formats/imitation/npz.ts'
import { type DemonstrationSource, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { lerobot } from '../../core/demos/formats/lerobot/index.ts'
import { writeHdf5 } from '../../core/demos/formats/parts/hdf5/thread.ts'
import { booleans, dataset, group } from '../../core/demos/formats/parts/hdf5/tree.ts'
import { writeNpy } from '../../core/demos/formats/parts/npy.ts'
import { DataError } from '../../core/errors.ts'
import type { EnvironmentStamp, Episode } from '../../core/store/index.ts'
import { randomEpisode } from '../store/support.ts'
import { demoFile, recorded } from './demo-files.ts'

const stamp = (action: EnvironmentStamp['action']): EnvironmentStamp => ({
  id: 'test/line',
  version: 1,
  parameters: {},
  observations: [{ name: 'view', shape: [2] }],
  action,
})
const line = stamp({ continuous: 0, discrete: [5] })

/** Two episodes of two steps each whose actions are these numbers, whatever they are. */
function episodes(actions: readonly number[]): Episode[] {
  return [0, 1].map((i) =>
    randomEpisode(i, {
      steps: 2,
      changes: {
        environment: stamp({ continuous: 1, discrete: [] }),
        observations: Float32Array.of(0, 0, 1, 0, 2, 0),
        continuous: Float32Array.from(actions.slice(2 * i, 2 * i + 2)),
        discrete: new Int32Array(0),
      },
    }),
  )
}

const ENDS = [0, 1, 0, 1]
const DOUBLES = '<f8' as const

type Writer = (actions: readonly number[]) => DemonstrationSource | Promise<DemonstrationSource>

const writers: Record<string, Writer> = {
  csv: (actions) => {
    const rows = actions.map((action, i) => `${i % 2},0,${action},1,${ENDS[i]}\n`)
    return {
      name: 'a.csv',
      bytes: strToU8(`view.0,view.1,action.discrete.0,reward,terminated\n${rows.join('')}`),
    }
  },
  jsonl: (actions) => {
    const lines = [0, 1].map((i) =>
      JSON.stringify({
        observations: [
          [0, 0],
          [1, 0],
          [2, 0],
        ],
        discrete: actions.slice(2 * i, 2 * i + 2),
        rewards: [0, 1],
        terminated: true,
      }),
    )
    return { name: 'a.jsonl', bytes: strToU8(lines.join('\n')) }
  },
  npz: (actions) => ({
    name: 'a.npz',
    bytes: zipSync({
      'offsets.npy': writeNpy({ type: DOUBLES, shape: [3], data: Float64Array.of(0, 2, 4) }),
      'obs.npy': writeNpy({ type: DOUBLES, shape: [6, 2], data: new Float64Array(12) }),
      'rews.npy': writeNpy({ type: DOUBLES, shape: [4], data: new Float64Array(4) }),
      'acts_discrete.npy': writeNpy({ type: DOUBLES, shape: [4], data: Float64Array.from(actions) }),
    }),
  }),
  imitation: async (actions) => {
    const files = new Map(await imitation.write(episodes(actions)))
    files.delete('understudy.json')
    return { name: 'folder', files }
  },
  'imitation-npz': (actions) => {
    const { 'metadata.npy': _, ...files } = unzipSync(imitationNpz.write(episodes(actions)) as Uint8Array)
    return { name: 'a.imitation.npz', bytes: zipSync(files) }
  },
  lerobot: async (actions) => {
    const files = new Map(await lerobot.write(episodes(actions)))
    files.delete('meta/understudy.json')
    return { name: 'folder', files }
  },
  demo: (actions) => {
    const plays = [0, 1].map((i) => ({
      observations: [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
      actions: actions.slice(2 * i, 2 * i + 2),
      rewards: [0, 1],
    }))
    const brain = { name: 'Old', vectorActionSize: [5] }
    return { name: 'a.demo', bytes: demoFile({ brain, records: recorded(plays, { oldActions: true }) }) }
  },
  minari: (actions) => minariSource({ type: 'Discrete', n: 5, start: 0 }, actions),
}

async function minariSource(
  actionSpace: object,
  actions: readonly number[],
  observed = {
    space: { type: 'Box', dtype: 'float32', shape: [2], low: [0], high: [9] } as object,
    values: [0, 0, 1, 0, 2, 0],
  },
): Promise<DemonstrationSource> {
  const parts = [0, 1].map((i) => {
    const rows = dataset(Float64Array.from(observed.values), [3, observed.values.length / 3])
    const episode = group([
      ['observations', rows],
      ['actions', dataset(Float64Array.from(actions.slice(2 * i, 2 * i + 2)), [2])],
      ['rewards', dataset(new Float32Array(2), [2])],
      ['terminations', booleans([0, 1])],
      ['truncations', booleans([0, 0])],
    ])
    return [`episode_${i}`, episode] as const
  })
  const metadata = {
    total_episodes: 2,
    observation_space: JSON.stringify(observed.space),
    action_space: JSON.stringify(actionSpace),
  }
  return {
    name: 'set',
    files: new Map([
      ['main_data.hdf5', await writeHdf5(group(parts))],
      ['metadata.json', strToU8(JSON.stringify(metadata))],
    ]),
  }
}

/** Minari's says itself what was played; the others are told. */
const read = (name: string, source: DemonstrationSource) =>
  readDemonstrationsHere(source, {
    actions: 'previous',
    ...(name === 'minari' ? {} : { environment: line }),
  })

describe.each(Object.entries(writers))('%s', (name, write) => {
  it('takes every choice of the space', async () => {
    const { episodes: back } = await read(name, await write([0, 4, 3, 1]))
    expect(back.map(({ discrete }) => [...discrete])).toEqual([
      [0, 4],
      [3, 1],
    ])
  })

  it.each([7, 5, -1, 2.5, 2 ** 32])(
    'refuses %f, and names file, episode, step, value and space',
    async (value) => {
      const source = await write([0, 4, 3, value])
      const error = await read(name, source).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(DataError)
      const { message } = error as DataError
      expect(message).toContain(source.name)
      expect(message).toMatch(/episode.1/)
      expect(message).toContain('step 1')
      expect(message).toContain(`as in Discrete(5), found ${value}`)
    },
  )
})

describe('Minari', () => {
  it('counts choices from where the space starts', async () => {
    const from = { type: 'Discrete', n: 3, start: -1 }
    const { episodes: back } = await read('minari', await minariSource(from, [-1, 0, 1, 0]))
    expect(back.map(({ discrete }) => [...discrete])).toEqual([
      [0, 1],
      [2, 1],
    ])
    await expect(read('minari', await minariSource(from, [-1, 0, 2, 0]))).rejects.toThrow(
      'episode_1, step 0, action: expected a whole number from -1 to 1, as in Discrete(3, start=-1), found 2',
    )
  })

  it.each([
    [{ type: 'Discrete', n: 3, start: 0 }, [0, 2, 3], 'observation 2: expected a whole number from 0 to 2'],
    [{ type: 'MultiBinary', n: 1 }, [0, 2, 1], 'observation 1: expected a whole number from 0 to 1'],
  ])('refuses an observed choice that %j does not have', async (space, values, message) => {
    const source = await minariSource({ type: 'Discrete', n: 5, start: 0 }, [0, 0, 0, 0], { space, values })
    await expect(read('minari', source)).rejects.toThrow(`set/main_data.hdf5: episode_0, ${message}`)
  })
})
