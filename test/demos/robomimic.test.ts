import { expect, it } from 'vitest'
import { readHdf5 } from '../../core/demos/formats/parts/hdf5/thread.ts'
import { dataset, type Hdf5Group } from '../../core/demos/formats/parts/hdf5/tree.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import { robomimic } from '../../core/demos/formats/robomimic.ts'
import { randomEpisode, stamp } from '../store/support.ts'

it('lays demonstrations out as robomimic reads them', async () => {
  const first = randomEpisode(1, { steps: 3, masked: true })
  const second = { ...randomEpisode(2, { steps: 2, masked: true }), terminated: false, truncated: true }
  const root = await readHdf5(await robomimic.write([first, second]), new FileProblems('a.hdf5'))
  const data = root.children.get('data') as Hdf5Group
  expect(data.attributes.get('total')).toBe(5n)
  expect(JSON.parse(data.attributes.get('env_args') as string)).toEqual({
    env_name: 'understudy/Env-v0',
    type: 2,
    env_type: 2,
    env_kwargs: { env_id: 'test/walk', version: 3, ...first.environment.parameters },
  })
  expect((root.children.get('mask') as Hdf5Group).children.get('train')).toEqual(
    dataset(['demo_0', 'demo_1'], [2]),
  )
  const [one, two] = ['demo_0', 'demo_1'].map((name) => data.children.get(name) as Hdf5Group)
  expect(one!.attributes.get('num_samples')).toBe(3n)
  expect(one!.children.get('rewards')).toEqual(dataset(first.rewards, [3]))
  expect(one!.children.get('dones')).toEqual(dataset(BigInt64Array.of(0n, 0n, 1n), [3]))
  expect(two!.children.get('dones')).toEqual(dataset(BigInt64Array.of(0n, 0n), [2]))
  const seen = Object.fromEntries((one!.children.get('obs') as Hdf5Group).children)
  const next = Object.fromEntries((one!.children.get('next_obs') as Hdf5Group).children)
  const rows = (from: number, offset: number, size: number) =>
    [0, 1, 2].flatMap((row) => [
      ...first.observations.slice((row + from) * 8 + offset, (row + from) * 8 + offset + size),
    ])
  expect(seen.position).toEqual(dataset(Float32Array.from(rows(0, 0, 2)), [3, 2]))
  expect(seen.map).toEqual(dataset(Float32Array.from(rows(0, 2, 6)), [3, 2, 3]))
  expect(next.map).toEqual(dataset(Float32Array.from(rows(1, 2, 6)), [3, 2, 3]))
  const actions = one!.children.get('actions')
  const hot = [0, 1, 2].flatMap((step) => {
    const [a, b] = first.discrete.subarray(step * 2, step * 2 + 2)
    return [
      first.continuous[step]!,
      ...[0, 1, 2].map((i) => Number(i === a)),
      ...[0, 1].map((i) => Number(i === b)),
    ]
  })
  expect(actions).toEqual(dataset(Float32Array.from(hot), [3, 6]))
})

it('says what is lost', () => {
  const episode = randomEpisode(1)
  expect(robomimic.cannotHold([episode])).toEqual([
    'the time of each step',
    'discrete actions as numbers (they are one-hot columns)',
  ])
  const units = { ranges: [[-2, 2]], starts: [0, 0] } as const
  const environment = { ...stamp, action: { ...stamp.action, units } }
  expect(robomimic.cannotHold([{ ...episode, environment }]).join()).toContain('RescaleAction(env, -1, 1)')
  const cutOff = { ...randomEpisode(1, { masked: true }), terminated: false, truncated: true }
  expect(robomimic.cannotHold([episode, cutOff])).toContain('action masks')
  expect(robomimic.cannotHold([episode, cutOff]).join()).toContain('cut off')
})
