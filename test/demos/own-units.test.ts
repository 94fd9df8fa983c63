/** What leaves and comes in as actions: the environment's own numbers, in every format. */
import { strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { csv } from '../../core/demos/formats/csv/index.ts'
import { demo } from '../../core/demos/formats/demo/index.ts'
import { FORMATS, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { jsonl } from '../../core/demos/formats/jsonl/index.ts'
import { npz } from '../../core/demos/formats/npz/index.ts'
import { readHdf5 } from '../../core/demos/formats/parts/hdf5/thread.ts'
import type { Hdf5Group } from '../../core/demos/formats/parts/hdf5/tree.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import { robomimic } from '../../core/demos/formats/robomimic.ts'
import { understudy } from '../../core/demos/formats/understudy.ts'
import type { DemonstrationFiles, DemonstrationSource } from '../../core/demos/index.ts'
import { environmentStamp } from '../../core/demos/stamp.ts'
import { type ActionSpec, registerEnvironment } from '../../core/envs/index.ts'
import type { Episode } from '../../core/store/index.ts'
import { OwnUnits, payloads, played, rewardsOf } from './own-units.ts'

const SPACES: Record<string, ActionSpec> = {
  'torques around 0': {
    continuous: 2,
    discrete: [],
    units: {
      ranges: [
        [-2, 2],
        [-Math.fround(0.4), Math.fround(0.4)],
      ],
      starts: [],
    },
  },
  'ranges beside 0': {
    continuous: 3,
    discrete: [],
    units: {
      ranges: [
        [0, 1],
        [0.1, 0.7],
        [-1000, -999],
      ],
      starts: [],
    },
  },
  'one that cannot be chosen': { continuous: 1, discrete: [], units: { ranges: [[3, 3]], starts: [] } },
  'choices from -1': { continuous: 0, discrete: [3], units: { ranges: [], starts: [-1] } },
  'several choices': { continuous: 0, discrete: [3, 2], units: { ranges: [], starts: [5, -2] } },
  'both kinds': { continuous: 1, discrete: [4], units: { ranges: [[-2, 2]], starts: [1] } },
}

const environment = (name: string): OwnUnits => new OwnUnits(`test/${name}`, SPACES[name]!)

function sourceOf(content: Uint8Array | DemonstrationFiles): DemonstrationSource {
  return content instanceof Uint8Array ? { name: 'mine', bytes: content } : { name: 'mine', files: content }
}

/** Those whose numbers the format itself defines. */
const OURS: readonly string[] = [understudy, demo, robomimic].map(({ name }) => name)

it('has a reader of others here for every other format', () => {
  expect(
    FORMATS.map(({ name }) => name)
      .filter((name) => !OURS.includes(name))
      .sort(),
  ).toEqual(Object.keys(payloads).sort())
})

describe.each(Object.keys(SPACES))('%s', (name) => {
  const episode = played(environment(name), 7)

  it.each(FORMATS.filter((format) => !OURS.includes(format.name)))(
    'leave for $name so that whoever steps the environment is paid the same',
    async (format) => {
      const payload = await payloads[format.name]!(await format.write([episode]))
      expect(rewardsOf(payload, 7)).toEqual([...episode.rewards])
    },
  )

  it.each(FORMATS.filter(({ read }) => read !== undefined))(
    'come back from $name to the last bit',
    async (format) => {
      const episodes = [episode, played(environment(name), 8)]
      const { episodes: back } = await readDemonstrationsHere(sourceOf(await format.write(episodes)))
      expect(back).toEqual(episodes)
      for (const [i, { continuous }] of episodes.entries())
        expect([...back[i]!.continuous].every((value, j) => Object.is(value, continuous[j]))).toBe(true)
    },
  )

  it('are what they are here in a .demo and for robomimic, whose actions are -1 to 1', async () => {
    const silent = { ...episode, environment: { ...episode.environment, action: silentOf(SPACES[name]!) } }
    expect(recordsOf(demo.write([episode]))).toEqual(recordsOf(demo.write([silent])))
    const [actions, same] = await Promise.all([episode, silent].map(vectors))
    expect(actions).toEqual(same)
  })

  it('leave by the numbers that others of the same environment, or the environment itself, say', async () => {
    const listed = new OwnUnits(`test/listed/${name}`, SPACES[name]!)
    registerEnvironment(listed.spec.id, () => listed)
    for (const [from, others] of [
      [listed, []],
      [environment(name), [8]],
    ] as const) {
      const known = played(from, 7)
      const before = { ...known, environment: { ...known.environment, action: silentOf(SPACES[name]!) } }
      const episodes = [before, ...others.map((seed) => played(from, seed))]
      const content = csv.write(episodes)
      expect(rewardsOf(await payloads.csv!(content), 7)).toEqual([...known.rewards])
      const { episodes: back } = await readDemonstrationsHere(sourceOf(content))
      expect(back).toEqual(episodes)
    }
  })
})

function silentOf({ continuous, discrete }: ActionSpec): ActionSpec {
  return { continuous, discrete }
}

/** All of a .demo but our heads. */
function recordsOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, Buffer.from(bytes).indexOf(Buffer.alloc(10, 255)))
}

async function vectors(episode: Episode): Promise<unknown> {
  const root = await readHdf5(await robomimic.write([episode]), new FileProblems('file.hdf5'))
  const data = root.children.get('data') as Hdf5Group
  return (data.children.get('demo_0') as Hdf5Group).children.get('actions')
}

it('names the environments of others that have not said their numbers, and were not to be asked', () => {
  const episode = played(environment('both kinds'), 1)
  const stamp = { ...episode.environment, id: 'gym:Old-v1', action: silentOf(SPACES['both kinds']!) }
  const lost = csv.cannotHold([{ ...episode, environment: stamp }, episode])
  expect(lost).toEqual([expect.stringContaining('the numbers that gym:Old-v1 itself uses for its actions')])
})

describe('a file that was made elsewhere', () => {
  const small = new OwnUnits('test/small', {
    continuous: 1,
    discrete: [],
    units: { ranges: [[-Math.fround(0.4), Math.fround(0.4)]], starts: [] },
  })
  const stamp = environmentStamp(small.spec)
  const table = (actions: readonly (number | string)[]): DemonstrationSource => {
    const header = [0, 1].flatMap((i) => [0, 1, 2].map((j) => `view.${i}.${j}`))
    const rows = actions.map((action) => `0,0,0,0,0,0,${action},1\n`)
    return { name: 'a.csv', bytes: strToU8(`${header},action.continuous.0,reward\n${rows.join('')}`) }
  }
  const read = async (source: DemonstrationSource) =>
    (await readDemonstrationsHere(source, { environment: stamp })).episodes

  it('has the largest action where it has the bound, also one that was rounded', async () => {
    const [episode] = await read(table([0.4, '0.40000001', -0.4, 0, 0.1]))
    expect([...episode!.continuous]).toEqual([1, 1, -1, 0, 0.25])
    expect(episode!.environment).toEqual(stamp)
  })

  it('has it also where half precision made more of the bound', async () => {
    const seven = {
      ...stamp,
      action: { ...stamp.action, units: { ranges: [[0.1, 0.7] as const], starts: [] } },
    }
    const source = table([Math.f16round(0.7), Math.f16round(0.1)])
    const { episodes } = await readDemonstrationsHere(source, { environment: seven })
    expect([...episodes[0]!.continuous]).toEqual([1, -1])
    await expect(readDemonstrationsHere(table([0.7002]), { environment: seven })).rejects.toThrow(
      'from 0.1 to 0.7',
    )
  })

  it.each([0.41, -0.5, 1e300])('is refused with its place and the range for %f', async (action) => {
    await expect(read(table([0.1, action]))).rejects.toThrow(
      /^a\.csv: line 3 \(episode 0, step 1\), action: expected a number from -0\.4 to 0\.4, found /,
    )
  })

  it('comes out of every format that forgets us as it went in', async () => {
    const episodes = [played(small, 3)]
    const forgotten = new Set<string>()
    for (const format of FORMATS.filter(({ read, name }) => read !== undefined && !OURS.includes(name))) {
      const source = withoutHeads(await format.write(episodes))
      if (source === undefined) continue
      forgotten.add(format.name)
      const [back] = await read(source)
      expect(back!.environment.action).toEqual(stamp.action)
      for (const [i, value] of back!.continuous.entries())
        expect(Math.abs(value - episodes[0]!.continuous[i]!)).toBeLessThan(1e-6)
      // Whatever bits were lost here, the environment is given the same again.
      expect(rewardsOf(await payloads.npz!(npz.write([back!])), 3)).toEqual([...episodes[0]!.rewards])
    }
    expect([...forgotten].sort()).toEqual(['csv', 'imitation', 'imitation-npz', 'jsonl', 'lerobot', 'npz'])
  })
})

/** As a program would have written it that knows nothing of us; undefined where that takes more than leaving something out. */
function withoutHeads(content: Uint8Array | DemonstrationFiles): DemonstrationSource | undefined {
  if (!(content instanceof Uint8Array)) {
    const files = new Map([...content].filter(([path]) => !path.endsWith('understudy.json')))
    return files.size < content.size ? { name: 'theirs', files } : undefined
  }
  if (content[0] === 0x50) {
    const { 'metadata.npy': _, ...files } = unzipSync(content)
    return { name: 'theirs', bytes: zipSync(files) }
  }
  const text = Buffer.from(content).toString()
  if (!text.startsWith('{'))
    return { name: 'theirs.csv', bytes: strToU8(text.replaceAll(/,"\{.*\}"\n/g, ',\n')) }
  const { observations, continuous, rewards } = JSON.parse(text)
  return { name: 'theirs.jsonl', bytes: strToU8(JSON.stringify({ observations, continuous, rewards })) }
}

describe('a column that another program has changed', () => {
  it('holds where the numbers here stand beside it', async () => {
    const episode = played(environment('ranges beside 0'), 1)
    const line = JSON.parse(Buffer.from(jsonl.write([episode])).toString())
    expect(line.normalized).toBeDefined()
    line.continuous[4][0] = 0.75
    delete line.hash
    const source = { name: 'a.jsonl', bytes: strToU8(JSON.stringify(line)) }
    const { episodes } = await readDemonstrationsHere(source)
    const expected = episode.continuous.slice()
    expected[12] = 0.5
    expect(episodes[0]!.continuous).toEqual(expected)
  })
})
