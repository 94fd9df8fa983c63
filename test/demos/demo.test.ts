import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { writeDemoFile } from '../../core/demos/formats/demo/file.ts'
import { demo } from '../../core/demos/formats/demo/index.ts'
import type { ReadOptions } from '../../core/demos/formats/format.ts'
import { detectFormat, readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { environmentStamp } from '../../core/demos/stamp.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { DataError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { behaviourName, brainParameters, observations } from '../../core/remote/mlagents/behaviour.ts'
import {
  agentInfoActionPairCodec,
  brainParametersCodec,
  demonstrationMetaCodec,
} from '../../core/remote/mlagents/messages.ts'
import type { Episode } from '../../core/store/index.ts'
import { randomEpisode, stamp } from '../store/support.ts'
import { demoFile, oneBranch, type Played, recorded, vector, walkBasic } from './demo-files.ts'

function read(bytes: Uint8Array, options: ReadOptions = {}): { episodes: Episode[]; notes: string } {
  const notes: string[] = []
  const episodes = demo.read(bytes, 'a.demo', { ...options, note: (text) => notes.push(text) })
  return { episodes, notes: notes.join('\n') }
}

/** Walks of one number, so that what belongs to what can be read off: the action is the next change. */
function walk(actions: readonly number[], start = 5, ending: Played['ending'] = 'terminated'): Played {
  const observations = [[start, 1]]
  for (const action of actions) observations.push([observations.at(-1)![0]! + action - 1, 1])
  return { observations, actions, rewards: actions.map((action) => action / 2), ending }
}

const WALKS = [walk([2, 0, 2, 1]), walk([0, 2, 2], 7), walk([1, 2], 3, 'truncated')]

function expectWalks(episodes: readonly Episode[], walks: readonly Played[]): void {
  expect(episodes).toHaveLength(walks.length)
  for (const [i, { observations, actions, rewards, ending }] of walks.entries()) {
    const episode = episodes[i]!
    expect([...episode.observations]).toEqual(observations.flat())
    expect([...episode.discrete]).toEqual(actions)
    expect([...episode.rewards]).toEqual(rewards)
    expect(episode.terminated).toBe(ending === 'terminated')
    expect(episode.truncated).toBe(ending !== 'terminated')
  }
}

describe('what we write', () => {
  const picture = (seed: number): Episode => {
    const random = new Random(seed)
    const size = 2 * 6 * 4 * 5
    const environment = {
      ...stamp,
      observations: [{ name: 'camera', shape: [6, 4, 5] }],
      action: { continuous: 2, discrete: [] },
    }
    return randomEpisode(seed, {
      steps: 1,
      changes: {
        environment,
        observations: Float32Array.from({ length: size }, () => random.below(256) / 255),
        continuous: Float32Array.of(-1, 0.25),
        discrete: new Int32Array(0),
      },
    })
  }
  const truncated = randomEpisode(4, {
    changes: { terminated: false, truncated: true, tags: ['ä'], note: '雪' },
  })
  it.each([
    ['hybrid actions', [randomEpisode(1), randomEpisode(2, { steps: 130 }), truncated]],
    ['masks', [randomEpisode(1, { masked: true }), randomEpisode(2, { masked: true, steps: 1 })]],
    ['pictures and continuous actions', [picture(1), picture(2)]],
  ])('comes back exactly: %s', async (_what, episodes) => {
    for (const actions of ['same', 'previous'] as const) {
      const bytes = demo.write(episodes, { actions })
      const { format, episodes: back } = await readDemonstrationsHere({ name: 'file', bytes })
      expect(format.name).toBe('demo')
      expect(back).toEqual(episodes)
    }
  })

  it('keeps negative zeros, the smallest and the largest numbers', () => {
    const episode = randomEpisode(1, { steps: 2 })
    episode.observations.set([-0, 1e-45, 3.4028234663852886e38, -1e-7, 16777217])
    episode.rewards.set([-0, Math.fround(0.7)])
    const back = demo.read(demo.write([episode]), 'a.demo')[0]!
    expect(new Uint32Array(back.observations.buffer)).toEqual(new Uint32Array(episode.observations.buffer))
    expect(Object.is(back.rewards[0], -0)).toBe(true)
  })

  it('keeps the head within its 33 bytes, whatever the name and the counts', () => {
    const meta = { apiVersion: 1, name: 'somebody/with-a-very-long-name', meanReward: 0.1 }
    const kept = (steps: number, episodes: number): string => {
      const bytes = writeDemoFile({ ...meta, steps, episodes }, oneBranch(3), [], new Uint8Array(0))
      const { message, end } = demonstrationMetaCodec.decodeDelimited(bytes, 0)
      expect(end).toBeLessThanOrEqual(33)
      expect(message).toMatchObject({ apiVersion: 1, steps, episodes, meanReward: Math.fround(0.1) })
      expect(demo.matches(bytes)).toBe(true)
      return message.name
    }
    expect(kept(20_000, 1000)).toBe('somebody-with-a-')
    expect(kept(2 ** 31 - 1, 2 ** 31 - 1)).toBe('somebody-wi')
  })

  it('has the layout in which the environment itself is served to trainers', () => {
    const { spec } = makeEnvironment('bubble/25')
    const values = new Float32Array(433)
    const episode = randomEpisode(1, {
      steps: 1,
      changes: {
        environment: environmentStamp(spec),
        observations: Float32Array.of(...values, ...values),
        continuous: new Float32Array(0),
      },
    })
    const bytes = demo.write([episode])
    const { message: brain, end } = brainParametersCodec.decodeDelimited(bytes, 33)
    const { message: record } = agentInfoActionPairCodec.decodeDelimited(bytes, end)
    const served = brainParameters(`${behaviourName(spec.id)}?team=0`, spec)
    expect(brain).toEqual(
      brainParametersCodec.decode(brainParametersCodec.encode({ ...served, isTraining: false })),
    )
    const shown = agentInfoActionPairCodec.encode({ info: { observations: observations(spec, values) } })
    expect(record.info!.observations).toEqual(agentInfoActionPairCodec.decode(shown).info!.observations)
  })

  it('stores pictures as pictures only where nothing is lost', () => {
    const [lossless, other] = [picture(1), picture(1)]
    other.observations[7] = 0.123
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47])
    expect(Buffer.from(demo.write([lossless])).includes(png)).toBe(true)
    expect(Buffer.from(demo.write([other])).includes(png)).toBe(false)
    expect(demo.read(demo.write([other]), 'a.demo')).toEqual([other])
  })

  it('is read as it says itself, whatever the person says', () => {
    const { episodes, notes } = read(demo.write([randomEpisode(1)]), { actions: 'previous' })
    expect(episodes).toEqual([randomEpisode(1)])
    expect(notes).toBe('the file itself says which action its records hold (same), so they are read that way')
  })

  it('is refused when its heads are damaged or do not belong to its records', () => {
    const bytes = demo.write([randomEpisode(1)])
    bytes[bytes.length - 1]! ^= 1
    expect(() => read(bytes)).toThrow(/a\.demo: checksum: expected [0-9a-f]{64}/)
    const magic = Buffer.alloc(10, 255)
    const [one, two] = [demo.write([randomEpisode(1)]), demo.write([randomEpisode(2)])]
    const mixed = Buffer.concat([
      one.subarray(0, Buffer.from(one).indexOf(magic)),
      two.subarray(Buffer.from(two).indexOf(magic)),
    ])
    expect(() => read(mixed)).toThrow('a.demo: episode 0, hash')
  })
})

describe('the first bytes', () => {
  // Head and padding of the demonstration of Basic that came with ML-Agents.
  const BASIC_HEAD = Buffer.from('180801120b45787065727442617369631849200b2d81f8573f0000000000000000', 'hex')

  it('are known by their content alone', () => {
    const records = recorded([walkBasic([2, 2, 2, 2, 2, 2, 2])], { oldActions: true })
    const bytes = demoFile({ brain: { name: 'Basic', vectorActionSize: [3] }, records })
    bytes.set(BASIC_HEAD)
    expect(detectFormat({ name: 'file', bytes }).name).toBe('demo')
    expect(() => read(bytes)).toThrow('a.demo: records: expected 73, as its header says')
    for (const text of ['', '{"format":1}', 'a,b,c\n1,2,3\n'.repeat(20)]) {
      expect(demo.matches(Buffer.from(text))).toBe(false)
    }
  })

  it('name the place when they are not those of a demonstration', () => {
    expect(() => read(new Uint8Array(10))).toThrow('a.demo: first bytes: expected the header of a .demo file')
    const records = recorded(WALKS)
    expect(() => read(demoFile({ meta: { apiVersion: 2 }, brain: oneBranch(3), records }))).toThrow(
      'a.demo: api version: expected 0 or 1, found 2',
    )
    expect(read(demoFile({ meta: { apiVersion: 0 }, brain: oneBranch(3), records })).episodes).toHaveLength(3)
    expect(() => read(demoFile({ records }))).toThrow(
      'a.demo: actions: expected continuous values or branches',
    )
  })
})

describe('recordings of current releases', () => {
  const file = demoFile({ brain: oneBranch(3), records: recorded(WALKS), tail: Buffer.from([8, 1, 0x12, 0]) })

  it('hold in each record the action before it', () => {
    const { episodes, notes } = read(file)
    expectWalks(episodes, WALKS)
    expect(episodes[0]!.environment).toEqual({
      id: 'unity:Test',
      version: 0,
      parameters: {},
      observations: [{ name: 'observation_0', shape: [2] }],
      action: { continuous: 0, discrete: [3] },
    })
    expect(episodes.map(({ note }) => note)).toEqual(Array(3).fill('recorded as Test'))
    expect(notes).toContain('holds the action that led to its observation')
    expect(notes).toContain('read as unity:Test; the seeds are unknown')
  })

  it('are read as they are when the person says so', () => {
    const { episodes, notes } = read(file, { actions: 'same' })
    expect([...episodes[0]!.discrete]).toEqual([0, 2, 0, 2])
    expect(notes).not.toContain('--actions')
  })

  it('keep apart the agents that are mixed in one file', () => {
    const [a, b] = [recorded([WALKS[0]!], { id: -7 }), recorded([WALKS[1]!], { id: 9 })]
    const records = a.flatMap((record, i) => (b[i] === undefined ? [record] : [record, b[i]!]))
    expectWalks(read(demoFile({ brain: oneBranch(3), records })).episodes, [WALKS[0]!, WALKS[1]!])
  })

  it('may go on with the same id', () => {
    const walks = [walk([2, 2, 2, 2]), walk([2, 2, 0, 2, 2, 2], 5), walk([2, 1, 2, 2], 5)]
    const plays = walks.map((play) => ({ ...play, rewards: play.rewards.map(() => 0) }))
    expectWalks(
      read(demoFile({ brain: oneBranch(3), records: recorded(plays, { sameId: true }) })).episodes,
      plays,
    )
  })

  it('may say nothing that a terminal obeys', () => {
    const brain = { ...oneBranch(3), name: 'Evil\u001b[2J?team=0' }
    const file = demoFile({ meta: { name: 'a\u0007b' }, brain, records: recorded(WALKS) })
    const [episode] = read(file).episodes
    expect(episode!.environment.id).toBe('unity:Evil?[2J')
    expect(episode!.note).toBe('recorded as a?b')
  })

  it('that were never closed are recovered up to the last whole record', () => {
    const whole = demoFile({ meta: { steps: 0 }, brain: oneBranch(3), records: recorded(WALKS.slice(0, 2)) })
    const { episodes, notes } = read(whole)
    expectWalks(episodes, WALKS.slice(0, 2))
    expect(notes).toContain('the recording was never closed; its 9 records were recovered')
    const cut = read(whole.subarray(0, -5))
    expectWalks(cut.episodes, [WALKS[0]!, walk([0, 2], 7, 'none')])
    expect(cut.notes).toContain('are not a complete record')
    expect(cut.notes).toContain('1 of its episodes have no end and are kept as cut off')
  })

  it('with fewer records than their head says are refused', () => {
    expect(() => read(file.subarray(0, file.length - 60))).toThrow(/a\.demo: record \d+, byte \d+/)
    const few = demoFile({ meta: { steps: 99 }, brain: oneBranch(3), records: recorded(WALKS) })
    expect(() => read(few)).toThrow('a.demo: records: expected 99, as its header says, found fewer')
  })

  it('leave out episodes without a step', () => {
    const alone = recorded([{ observations: [[1, 1]], actions: [], rewards: [] }], { id: 50 })
    const { episodes, notes } = read(
      demoFile({ brain: oneBranch(3), records: [...alone, ...recorded(WALKS)] }),
    )
    expectWalks(episodes, WALKS)
    expect(notes).toContain('1 of its episodes have no step')
  })

  it('may have masks that the player ignored, and rewards of groups', () => {
    const records = recorded(WALKS).map((record) => ({
      ...record,
      info: { ...record.info, actionMask: [false, true, false], groupReward: 1 },
    }))
    const { episodes, notes } = read(demoFile({ brain: oneBranch(3), records }), { actions: 'previous' })
    expect([...episodes[0]!.masks!]).toEqual([1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1])
    expect(notes).toContain('in 2 steps, the mask forbade the action that was taken; it now allows it')
    expect(notes).toContain('group rewards, in 12 records, are left out')
  })

  it('may have continuous actions beyond the range', () => {
    const records = recorded(WALKS).map((record, i) => ({ ...record, action: { continuous: [i / 4, -0.5] } }))
    const { episodes, notes } = read(demoFile({ brain: { actionSpec: { continuous: 2 } }, records }))
    expect(Math.max(...episodes.flatMap(({ continuous }) => [...continuous]))).toBe(1)
    expect(notes).toMatch(/in \d steps, continuous actions outside -1 to 1 were clipped/)
  })
})

describe('recordings of old releases', () => {
  const OLD = { name: 'Old', vectorActionSize: [3] }

  it('show the next beginning where an episode is done', () => {
    const plays = [walk([2, 2, 2]), walk([2, 0, 2, 2]), walk([2, 2])]
    const records = recorded(plays, { sharedEnds: true, actions: 'same', oldActions: true, id: -3 })
    expect(records).toHaveLength(10)
    const { episodes, notes } = read(demoFile({ brain: OLD, records }))
    const seen = plays.map((play) => ({ ...play, observations: repeatLast(play.observations) }))
    expectWalks(episodes.slice(0, 2), seen.slice(0, 2))
    expect([...episodes[2]!.discrete]).toEqual([2, 2])
    expect(notes).toContain('the last observation of 3 episodes was not recorded; the one before is used')
  })

  it('may hold the action before, across the ends', () => {
    const plays = [walk([2, 2, 2]), walk([1, 0, 2, 2])]
    const records = recorded(plays, { sharedEnds: true, actions: 'previous', oldActions: true })
    const { episodes } = read(demoFile({ brain: OLD, records }), { actions: 'previous' })
    const seen = plays.map((play) => ({ ...play, observations: repeatLast(play.observations) }))
    expectWalks(episodes, seen)
  })

  it('of Basic come out the same when played again, so their ends are known', () => {
    const plays = [
      walkBasic([2, 2, 2, 2, 2, 2, 2]),
      walkBasic([1, 1, 1]),
      walkBasic([0, 2, 2, 2, 2, 2, 2, 2]),
    ]
    const records = recorded(plays, { sharedEnds: true, actions: 'same', oldActions: true })
    const brain = { name: 'Basic', vectorActionSize: [3], vectorObservationSize: 20 }
    const { episodes, notes } = read(demoFile({ meta: { name: 'ExpertBasic' }, brain, records }))
    expectWalks(episodes, plays)
    expect(episodes.map(({ success }) => success)).toEqual([true, false, true])
    expect(episodes[0]!.environment).toEqual(environmentStamp(makeEnvironment('basic').spec))
    expect(notes).toContain('replayed that way, 3 of its episodes come out the same')
    expect(notes).not.toContain('last observation')
  })

  it('have a single number of continuous actions', () => {
    const records = recorded(WALKS).map((record) => ({ ...record, action: { vectorActions: [0.5, -1] } }))
    const brain = { vectorActionSize: [2], vectorActionSpaceType: 1 }
    const { episodes } = read(demoFile({ brain, records }))
    expect(episodes[0]!.environment.action).toEqual({ continuous: 2, discrete: [] })
    expect([...episodes[0]!.continuous.subarray(0, 2)]).toEqual([0.5, -1])
    const half = recorded(WALKS).map((record) => ({ ...record, action: { vectorActions: [0.5] } }))
    expect(() => read(demoFile({ brain: OLD, records: half }))).toThrow(
      'a.demo: episode 0, step 0, action: expected a whole number from 0 to 2, as in Discrete(3), found 0.5',
    )
  })
})

function repeatLast(observations: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return [...observations.slice(0, -1), observations.at(-2)!]
}

describe('which action a record holds', () => {
  const brain = oneBranch(3)
  const randomWalks = (first: number | undefined): Played[] => {
    const random = new Random(3)
    return Array.from({ length: 3 }, () =>
      walk(Array.from({ length: 40 }, (_, i) => (i === 0 ? first : undefined) ?? random.below(3))),
    )
  }
  const found = (walks: readonly Played[], actions: 'same' | 'previous', options = {}): string => {
    const { episodes, notes } = read(demoFile({ brain, records: recorded(walks, { actions, ...options }) }))
    expectWalks(episodes, walks)
    return notes
  }

  it('is seen by the first records', () => {
    expect(found([walk([2, 2, 1, 2]), walk([2, 1, 2, 2])], 'same')).toContain(
      'the first record of an episode has',
    )
    expect(found([walk([2, 2, 1, 2]), walk([2, 1, 2, 2])], 'previous')).toContain('never has an action')
  })

  it('is seen by what follows from it, where the first records say nothing', () => {
    const options = { sameId: true, sharedEnds: false }
    expect(found(randomWalks(0), 'same', options)).toMatch(
      /changes with the action \(correlation [01]\.\d\d against/,
    )
    expect(found(randomWalks(0), 'previous')).toMatch(/changes with the action \(correlation/)
  })

  it('is seen by what was forbidden', () => {
    const walks = [walk([0, 2, 0, 2, 0, 2])]
    const masks = [...walks[0]!.actions, 0].map((action) => [action !== 0, true, action !== 2])
    for (const actions of ['same', 'previous'] as const) {
      const records = recorded(walks, { actions }).map((record, i) => ({
        ...record,
        info: { ...record.info, actionMask: masks[i]! },
      }))
      const { episodes, notes } = read(demoFile({ brain, records }))
      expectWalks(episodes, walks)
      expect(notes).toContain('fewer forbidden actions were taken')
    }
  })

  it('is told by the age of the file where nothing else does', () => {
    const records = recorded([walk([0, 0])])
    expect(read(demoFile({ brain, records })).notes).toContain("Unity's recorder writes it that way")
    const old = { vectorActionSize: [3] }
    expect(read(demoFile({ brain: old, records })).notes).toContain("ML-Agents' trainer reads it that way")
    const oldest = { ...old, vectorObservationSize: 2 }
    expect(read(demoFile({ brain: oldest, records })).notes).toContain(
      'the first releases recorded it that way',
    )
  })
})

describe('what was played', () => {
  const basic = environmentStamp(makeEnvironment('basic').spec)
  const records = recorded([walkBasic([2, 2, 2, 2, 2, 2, 2])])

  it('is what the person says, if it fits', () => {
    const file = demoFile({ brain: oneBranch(3, 'Whatever'), records })
    expect(read(file).episodes[0]!.environment.id).toBe('unity:Whatever')
    expect(read(file, { environment: basic }).episodes[0]!.environment).toEqual(basic)
    const walks = demoFile({ brain: oneBranch(3), records: recorded(WALKS) })
    expect(() => read(walks, { environment: basic })).toThrow(
      'a.demo: layout of basic: expected observations [20], 0 continuous actions, branches [3], found observations [2]',
    )
  })

  it('is the environment here that has the name and the layout', () => {
    expect(read(demoFile({ brain: oneBranch(3, 'BASIC?team=1'), records })).episodes[0]!.environment).toEqual(
      basic,
    )
    // As ML-Agents' trainers are shown it: 41 x 10 numbers about the rays in one row.
    const observations = [vector(Array(410).fill(0.5)), vector(Array(23).fill(0.25))]
    const shots = [0, 1].map((i) => ({
      info: { done: i === 1, observations },
      action: { discrete: [40, 1] },
    }))
    const brain = { name: 'Bubble25?team=0', actionSpec: { discrete: 2, branchSizes: [41, 2] } }
    const bubble = environmentStamp(makeEnvironment('bubble/25').spec)
    expect(read(demoFile({ brain, records: shots })).episodes[0]!.environment).toEqual(bubble)
    const other = demoFile({ brain: oneBranch(3, 'Basic'), records: recorded(WALKS) })
    expect(read(other).episodes[0]!.environment.id).toBe('unity:Basic')
  })
})

describe('pictures', () => {
  const [W, H] = [3, 5]
  const random = new Random(8)
  const plane = (channels: number): Uint8Array =>
    Uint8Array.from({ length: W * H * channels }, () => random.below(256))
  const png = (data: Uint8Array, channels: number): Uint8Array =>
    encode({ width: W, height: H, data, channels })
  const file = (compressedData: Uint8Array, shape: number[], channelMapping: number[] = []): Uint8Array => {
    const observations = [{ shape, compression: 1, compressedData, channelMapping }]
    const records = [0, 1].map((i) => ({
      info: { id: 1, done: i === 1, observations },
      action: { discrete: [0] },
    }))
    return demoFile({ brain: oneBranch(3), records })
  }
  const first = (bytes: Uint8Array): number[] => {
    const { observations } = read(bytes).episodes[0]!
    return [...observations.subarray(0, observations.length / 2)]
  }
  const channel = (data: Uint8Array, channels: number, c: number): number[] =>
    Array.from({ length: W * H }, (_, i) => Math.fround(data[i * channels + c]! / 255))

  it('are turned to channels first', () => {
    const data = plane(3)
    const expected = [0, 1, 2].flatMap((c) => channel(data, 3, c))
    expect(first(file(png(data, 3), [3, H, W]))).toEqual(expected)
    expect(first(file(png(data, 3), [H, W, 3]))).toEqual(expected)
    expect(read(file(png(data, 3), [H, W, 3])).episodes[0]!.environment.observations[0]!.shape).toEqual([
      3,
      H,
      W,
    ])
    const raw = Array.from(data, (value) => value / 255)
    const observations = [{ shape: [H, W, 3], floatData: { data: raw } }]
    const records = [0, 1].map((i) => ({ info: { done: i === 1, observations }, action: { discrete: [0] } }))
    const wide = read(demoFile({ brain: oneBranch(3), records })).episodes[0]!
    expect(wide.environment.observations[0]!.shape).toEqual([H, W, 3])
  })

  it('may be several, with surplus channels', () => {
    const [a, b] = [plane(3), plane(3)]
    const both = Buffer.concat([png(a, 3), png(b, 3)])
    const planes = [0, 1, 2].flatMap((c) => channel(a, 3, c))
    expect(first(file(both, [4, H, W]))).toEqual([...planes, ...channel(b, 3, 0)])
    expect(() => read(file(png(a, 3), [4, H, W]))).toThrow('no picture for channel 3')
  })

  it('are averaged to grey, and into the channels of a mapping', () => {
    const [a, b] = [plane(3), plane(3)]
    const [r, g, blue] = [0, 1, 2].map((c) => channel(a, 3, c)) as [number[], number[], number[]]
    const f = Math.fround
    expect(first(file(png(a, 3), [1, H, W]))).toEqual(r.map((v, i) => f(f(f(v + g[i]!) + blue[i]!) / 3)))
    const both = Buffer.concat([png(a, 3), png(b, 3)])
    expect(first(file(both, [2, H, W], [1, -1, 0, -1, 1, -1]))).toEqual([
      ...blue,
      ...r.map((v, i) => f(f(v + channel(b, 3, 1)[i]!) / 2)),
    ])
    expect(() => read(file(both, [2, H, W], [0, 1]))).toThrow('more than 2 channels')
  })

  it('that claim another size are refused before they are decoded', () => {
    const small = png(plane(3), 3)
    const huge = Buffer.from(small)
    huge.writeUInt32BE(60_000, 16)
    huge.writeUInt32BE(60_000, 20)
    expect(() => read(file(huge, [3, H, W]))).toThrow('found a picture of 60000 x 60000 pixels')
    expect(() => read(file(huge, [3, 60_000, 60_000]))).toThrow('record 0, shape of observation 0')
    const stuffed = encode({ width: W, height: 4000, data: new Uint8Array(W * 4000 * 3), channels: 3 })
    const claims = Buffer.from(stuffed)
    claims.writeUInt32BE(H, 20)
    expect(() => read(file(claims, [3, H, W]))).toThrow('record 0, observation 0')
    expect(() => read(file(small.subarray(0, -20), [3, H, W]))).toThrow('a PNG that is cut off')
    expect(() => read(file(Buffer.from('no picture'), [3, H, W]))).toThrow('found not a PNG')
  })
})

describe('damaged files', () => {
  const sources = [
    demo.write([randomEpisode(1, { masked: true, steps: 3 }), randomEpisode(2, { masked: true, steps: 2 })]),
    demoFile({ brain: oneBranch(3), records: recorded(WALKS) }),
    demoFile({ meta: { steps: 0 }, brain: oneBranch(3), records: recorded(WALKS) }),
    demoFile({
      brain: oneBranch(3),
      records: [0, 1].map((i) => ({
        info: {
          done: i === 1,
          observations: [
            {
              shape: [3, 4, 4],
              compression: 1,
              compressedData: encode({ width: 4, height: 4, data: new Uint8Array(48).fill(9), channels: 3 }),
            },
          ],
        },
        action: { discrete: [1] },
      })),
    }),
  ]

  it('give a DataError or whole episodes, and never anything else', () => {
    const random = new Random(2026)
    let refused = 0
    for (let i = 0; i < 2000; i++) {
      const bytes = mutated(sources[i % sources.length]!, random)
      demo.matches(bytes)
      try {
        for (const episode of demo.read(bytes, 'fuzzed')) expect(episode.rewards.length).toBeGreaterThan(0)
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(600)
  })

  function mutated(whole: Uint8Array, random: Random): Uint8Array {
    const bytes = whole.slice(0, random.below(5) === 0 ? random.below(whole.length) : whole.length)
    for (let change = random.below(4); change >= 0 && bytes.length > 0; change--) {
      bytes[random.below(bytes.length)] = random.below(3) === 0 ? 0xff : random.below(256)
    }
    return bytes
  }

  it('are refused when their columns do not fit', () => {
    const records = recorded(WALKS)
    const broken = (change: (record: (typeof records)[number]) => (typeof records)[number]): Uint8Array =>
      demoFile({
        brain: oneBranch(3),
        records: records.map((record, i) => (i === 4 ? change(record) : record)),
      })
    const place = 'a.demo: record 4'
    expect(() => read(broken(() => ({ action: { discrete: [1] } })))).toThrow(`${place}: expected an agent`)
    expect(() => read(broken((r) => ({ ...r, info: { ...r.info, observations: [] } })))).toThrow(
      `${place}, observations: expected 1, found 0`,
    )
    const shorter = [vector([1])]
    expect(() => read(broken((r) => ({ ...r, info: { ...r.info, observations: shorter } })))).toThrow(
      `${place}, observation 0, shape: expected [2] as before, found [1]`,
    )
    expect(() => read(broken((r) => ({ ...r, info: { ...r.info, actionMask: [true] } })))).toThrow(
      `${place}, action mask: expected 3 values or none, found 1`,
    )
    expect(() => read(broken((r) => ({ ...r, action: { discrete: [1, 1] } })))).toThrow(`${place}, action`)
    expect(() => read(broken((r) => ({ ...r, action: { discrete: [3] } })))).toThrow(
      'a.demo: episode 0, step 3, action: expected a whole number from 0 to 2, as in Discrete(3), found 3',
    )
  })
})
