/** Files that were made elsewhere: the documented fields and nothing of our own. */
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { csv } from '../../core/demos/formats/csv/index.ts'
import { readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { jsonl } from '../../core/demos/formats/jsonl/index.ts'
import { npz } from '../../core/demos/formats/npz/index.ts'
import { type NpyType, writeNpy } from '../../core/demos/formats/parts/npy.ts'
import type { EnvironmentStamp, Episode } from '../../core/store/index.ts'
import { randomEpisode } from '../store/support.ts'

const line: EnvironmentStamp = {
  id: 'test/line',
  version: 1,
  parameters: {},
  observations: [{ name: 'view', shape: [2] }],
  action: { continuous: 0, discrete: [3] },
}

/** Reads with the environment given, and collects the notes. */
async function read(name: string, content: string | Uint8Array) {
  const notes: string[] = []
  const bytes = typeof content === 'string' ? strToU8(content) : content
  const note = (text: string): void => void notes.push(text)
  const { episodes } = await readDemonstrationsHere({ name, bytes }, { environment: line, note })
  return { episodes, notes }
}

const columnsOf = ({ observations, discrete, rewards, timesUs, masks }: Episode) => ({
  observations: [...observations],
  discrete: [...discrete],
  rewards: [...rewards],
  timesUs: [...timesUs],
  ...(masks === undefined ? {} : { masks: [...masks] }),
})

const first = { observations: [1, 0.5, 2, 0.25, 3, 0], discrete: [2, 0], rewards: [-0.5, 1], timesUs: [0, 0] }
const second = { observations: [4, 0, 5, 0], discrete: [1], rewards: [0], timesUs: [0] }

describe('a CSV file from elsewhere', () => {
  const HEADER = 'view.0,view.1,action.discrete.0,reward,terminated,truncated'

  it('is split where an episode ends, and the observation before stands in for a last one that is missing', async () => {
    const text = `${HEADER}\n1,0.5,2,-0.5,False,False\n2,0.25,0.0,1,True,False\n3,0,,,,\n4,0,1,0,0,1\n`
    const { episodes, notes } = await read('a.csv', text)
    expect(episodes.map(columnsOf)).toEqual([first, { ...second, observations: [4, 0, 4, 0] }])
    expect(episodes.map(({ terminated, truncated }) => [terminated, truncated])).toEqual([
      [true, false],
      [false, true],
    ])
    expect(episodes[0]).toMatchObject({ player: { name: 'unknown', kind: 'unknown' }, success: null })
    expect(notes).toEqual(['episodes without a last observation, for which the one before is used: 1'])
  })

  it('may have its columns in any order, an index of its own, and episodes by name', async () => {
    const text =
      'reward,,view.1,view.0,episode,action.discrete.0\r\n-0.5,0,0.5,1,x,2\r\n1,1,.25,2.0,x,0\r\n,2,0e0,3,x,\r\n' +
      '0,3,0,4,y,1\r\n,4,0,5,y,\r\n'
    const { episodes, notes } = await read('a.csv', text)
    expect(episodes.map(columnsOf)).toEqual([first, second])
    expect(notes).toEqual([
      'other columns are left out: ""',
      'episodes that simply stop and count as truncated: 2',
    ])
  })

  it.each([
    ['view.0,action.discrete.0,reward\n1,2,3\n', 'a.csv: header: expected a column "view.1", found none'],
    [`${HEADER}\n1,x,2,0,0,0\n`, 'a.csv: line 2, view.1: expected a number, found "x"'],
    [
      `${HEADER}\n1,0,0.5,0,0,0\n`,
      'a.csv: line 2 (episode 0, step 0), action: expected a whole number from 0 to 2, as in Discrete(3), found 0.5',
    ],
    [`${HEADER}\n1,0,3,0,1,0\n`, 'as in Discrete(3), found 3'],
    [`${HEADER}\n1,0,1,0,0\n`, 'a.csv: line 2: expected a row of comma-separated values, found'],
    [`${HEADER}\n1,0,,,,\n`, 'at least one step'],
    [`view.0,${HEADER}\n1,1,0,,,,\n`, 'a.csv: header: expected one column "view.0", found two'],
    [
      `episode,${HEADER}\n0,1,0,1,0,1,0\n0,1,0,1,0,0,0\n`,
      'line 3: expected no action after the end of the episode',
    ],
    [
      `episode,${HEADER}\n0,1,0,1,0,1,0\n1,1,0,1,0,1,0\n0,1,0,1,0,1,0\n`,
      'line 4, episode: expected the rows of an episode one after the other, found 0',
    ],
    [`step,${HEADER}\n1,1,0,1,0,1,0\n`, 'line 2, step: expected 0, found 1'],
  ])('is refused with its place: %j', async (text, message) => {
    await expect(read('a.csv', text)).rejects.toThrow(message)
  })

  it('asks what was played', async () => {
    const bytes = strToU8(`${HEADER}\n1,0,1,0,1,0\n`)
    await expect(readDemonstrationsHere({ name: 'a.csv', bytes })).rejects.toThrow(
      'a.csv does not say what was played',
    )
  })
})

describe('our CSV file', () => {
  it('has names that say where a number lies, and the head in the first row only', () => {
    const text = Buffer.from(csv.write([randomEpisode(1, { steps: 2 })])).toString()
    const [header, ...rows] = text.trimEnd().split('\n')
    expect(header).toBe(
      'episode,step,position.0,position.1,map.0.0,map.0.1,map.0.2,map.1.0,map.1.1,map.1.2,' +
        'action.continuous.0,action.discrete.0,action.discrete.1,reward,terminated,truncated,time_us,episode_json',
    )
    expect(rows.map((row) => row.includes('"{""environment""'))).toEqual([true, false, false])
    expect(rows[2]).toMatch(/^0,2(,[^,]+){8},,,,,,,,$/)
  })

  it('is refused when an end was moved or a head claims more columns than there are', () => {
    const text = Buffer.from(csv.write([randomEpisode(1, { steps: 2 })])).toString()
    const moved = text.replace(/,1,0,16666.5,\n/, ',0,0,16666.5,\n')
    expect(moved).not.toBe(text)
    expect(() => csv.read(strToU8(moved), 'a.csv')).toThrow(
      'terminated: expected true as in episode_json, found false',
    )
    const huge = text.replace('""shape"":[2]', '""shape"":[2000000000]')
    expect(() => csv.read(strToU8(huge), 'a.csv')).toThrow('header: expected 2000000009 columns')
    // Choices that no column stands for are never counted out.
    const choices = text.replace(/""discrete"":\[\d+,/, '""discrete"":[2000000000,')
    expect(choices).not.toBe(text)
    expect(() => csv.read(strToU8(choices), 'a.csv')).toThrow('hash: expected')
  })
})

describe('a line of JSON from elsewhere', () => {
  it('needs observations, actions and rewards', async () => {
    const value = {
      observations: [
        [1, 0.5],
        [2, 0.25],
        [3, 0],
      ],
      discrete: [2, 0],
      rewards: [-0.5, 1],
    }
    const text = `${JSON.stringify({ ...value, terminated: true, success: true, info: 1 })}\n`
    const { episodes, notes } = await read('a.jsonl', text)
    expect(episodes.map(columnsOf)).toEqual([first])
    expect(episodes[0]).toMatchObject({ terminated: true, truncated: false, success: true })
    expect(notes).toEqual(['line 1: other fields are left out: info'])
    const stopped = await read('a.jsonl', `${JSON.stringify({ ...value, discrete: [[2], [0]] })}\n`)
    expect(stopped.episodes.map(columnsOf)).toEqual([first])
    expect(stopped.episodes[0]!.truncated).toBe(true)
  })

  it.each([
    [undefined, undefined, [0.5, -1], 1],
    [undefined, [-2, 2], [0.25, -0.5], 0],
    [[-1, 3], undefined, [-0.25, -1], 0],
  ])(
    'is read by its own units %j, else by those of the environment given %j, else as it is',
    (own, given, found, notes) => {
      const ranges = (range: readonly number[] | undefined) =>
        range === undefined ? {} : { units: { ranges: [range as [number, number]], starts: [] } }
      const action = { continuous: 1, discrete: [] }
      const environment = { ...line, id: 'gym:Line-v1', action: { ...action, ...ranges(own) } }
      const value = {
        environment,
        observations: [
          [1, 0],
          [2, 0],
          [3, 0],
        ],
        continuous: [0.5, -1],
        rewards: [0, 0],
        truncated: true,
      }
      const told: string[] = []
      const [episode] = jsonl.read(strToU8(JSON.stringify(value)), 'a.jsonl', {
        environment: { ...environment, action: { ...action, ...ranges(given) } },
        note: (text) => void told.push(text),
      })
      expect([...episode!.continuous]).toEqual(found)
      expect(told.filter((text) => text.includes('gym:Line-v1 uses for its actions'))).toHaveLength(notes)
    },
  )

  it('may say itself what was played', () => {
    const value = {
      environment: line,
      observations: [
        [1, 0],
        [2, 0],
      ],
      discrete: [1],
      rewards: [0],
      seed: 9,
    }
    const [episode] = jsonl.read(strToU8(JSON.stringify({ ...value, truncated: true })), 'a.jsonl')
    expect(episode).toMatchObject({ environment: line, seed: 9 })
  })

  it.each([
    [{ observations: [[1, 0]], rewards: [0] }, 'line 1, discrete: expected an array, found undefined'],
    [
      { observations: [[1, 0]], discrete: [0], rewards: [0], terminated: 1 },
      'terminated: expected true or false',
    ],
    [{ observations: [[1, 0]], discrete: [0], rewards: [0] }, 'observations: expected 2 x 2 = 4 numbers'],
  ])('is refused with its place: %j', async (value, message) => {
    await expect(read('a.jsonl', JSON.stringify(value))).rejects.toThrow(message)
  })
})

describe('an NPZ archive from elsewhere', () => {
  const array = (type: NpyType, shape: number[], data: Float64Array | BigInt64Array | Uint8Array) =>
    writeNpy({ type, shape, data })
  const files = {
    'obs.npy': array('<f8', [5, 2], Float64Array.of(...first.observations, ...second.observations)),
    'acts_discrete.npy': array('<i8', [3], BigInt64Array.of(2n, 0n, 1n)),
    'rews.npy': array('<f8', [3], Float64Array.of(-0.5, 1, 0)),
    'offsets.npy': array('<i8', [3], BigInt64Array.of(0n, 2n, 3n)),
    'terminated.npy': array('|b1', [2], Uint8Array.of(1, 0)),
  }

  it('may hold NumPy’s own types', async () => {
    const { episodes, notes } = await read('a.npz', zipSync(files))
    expect(episodes.map(columnsOf)).toEqual([first, second])
    expect(episodes.map(({ truncated }) => truncated)).toEqual([false, true])
    expect(episodes.map(({ player, success }) => [player.kind, success])).toEqual(
      Array(2).fill(['unknown', null]),
    )
    const success = array('|b1', [2], Uint8Array.of(1, 0))
    const said = await read('a.npz', zipSync({ ...files, 'success.npy': success }))
    expect(said.episodes.map(({ success }) => success)).toEqual([true, false])
    expect(notes).toEqual(['episode 1 does not say how it ended: it counts as truncated'])
  })

  it.each([
    ['offsets.npy', array('<i8', [3], BigInt64Array.of(0n, 4n, 3n)), 'offsets'],
    [
      'offsets.npy',
      array('<i8', [2], BigInt64Array.of(0n, 3n)),
      'array "obs", shape: expected (4, 2), found (5, 2)',
    ],
    ['acts_discrete.npy', array('<f8', [3], Float64Array.of(0, 0.5, 1)), 'found 0.5'],
    ['obs.npy', array('<f8', [10], Float64Array.of(...first.observations, ...second.observations)), 'shape'],
  ])('is refused when %s does not fit: %#', async (name, content, message) => {
    await expect(read('a.npz', zipSync({ ...files, [name]: content }))).rejects.toThrow(message)
  })

  it('names what is missing', () => {
    const { 'acts_discrete.npy': _, ...rest } = files
    expect(() => npz.read(zipSync(rest), 'a.npz', { environment: line })).toThrow(
      'expected an array "acts_discrete"',
    )
  })
})
