import { expect, it } from 'vitest'
import { d4rl } from '../../core/demos/formats/d4rl.ts'
import { readHdf5 } from '../../core/demos/formats/parts/hdf5/thread.ts'
import { booleans, dataset } from '../../core/demos/formats/parts/hdf5/tree.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import type { Episode } from '../../core/store/index.ts'
import { randomEpisode, stamp } from '../store/support.ts'

async function written(episodes: readonly Episode[]): Promise<Record<string, unknown>> {
  const { children, attributes } = await readHdf5(await d4rl.write(episodes), new FileProblems('a.hdf5'))
  return { ...Object.fromEntries(children), heads: JSON.parse(attributes.get('understudy') as string) }
}

const first = randomEpisode(1, { steps: 3 })
const second = { ...randomEpisode(2, { steps: 2 }), terminated: false, truncated: true }

it('lays the steps of all episodes one behind the other and keeps the last observations', async () => {
  const file = await written([first, second])
  const rows = (from: number) => [
    ...first.observations.slice(from * 8, (from + 3) * 8),
    ...second.observations.slice(from * 8, (from + 2) * 8),
  ]
  expect(file.observations).toEqual(dataset(Float32Array.from(rows(0)), [5, 8]))
  expect(file.next_observations).toEqual(dataset(Float32Array.from(rows(1)), [5, 8]))
  expect(file.rewards).toEqual(dataset(Float32Array.of(...first.rewards, ...second.rewards), [5]))
  expect(file.terminals).toEqual(booleans([0, 0, 1, 0, 0]))
  expect(file.timeouts).toEqual(booleans([0, 0, 0, 0, 1]))
  expect(file.heads).toMatchObject([{ seed: 1 }, { seed: 2 }])
})

it('keeps the shape of an only observation, which D4RL holds against the space', async () => {
  const environment = { ...stamp, observations: [{ name: 'rows', shape: [2, 4] }] }
  const file = await written([{ ...first, environment }])
  expect(file.observations).toEqual(dataset(first.observations.slice(0, 24), [3, 2, 4]))
  expect(file.next_observations).toEqual(dataset(first.observations.slice(8), [3, 2, 4]))
})

it('never says of one step that it ended and was cut off', async () => {
  const both = { ...first, terminated: true, truncated: true }
  const file = await written([both])
  expect(file.terminals).toEqual(booleans([0, 0, 1]))
  expect(file.timeouts).toEqual(booleans([0, 0, 0]))
  expect(d4rl.cannotHold([both]).join()).toContain('cut off at the step')
})

it('writes actions in the type of their space', async () => {
  const steps = (episode: Episode) =>
    [...episode.continuous].flatMap((value, i) => [value, ...episode.discrete.subarray(2 * i, 2 * i + 2)])
  const both = Float32Array.of(...steps(first), ...steps(second))
  expect((await written([first, second])).actions).toEqual(dataset(both, [5, 3]))

  const changes = (discrete: number[], continuous: number): Partial<Episode> => ({
    environment: { ...stamp, action: { continuous, discrete } },
    continuous: first.continuous.slice(0, continuous * 3),
    discrete: Int32Array.from({ length: 3 * discrete.length }, (_, i) => i % 2),
  })
  const actions = async (discrete: number[], continuous: number) =>
    (await written([{ ...first, ...changes(discrete, continuous) }])).actions
  expect(await actions([3], 0)).toEqual(dataset(Int32Array.of(0, 1, 0), [3]))
  expect(await actions([3, 2], 0)).toEqual(dataset(Int32Array.of(0, 1, 0, 1, 0, 1), [3, 2]))
  expect(await actions([], 1)).toEqual(dataset(first.continuous, [3, 1]))
})

it('says what is lost', () => {
  expect(d4rl.cannotHold([first])).toEqual([
    'the time of each step',
    'observations by name (they are joined end to end)',
  ])
})
