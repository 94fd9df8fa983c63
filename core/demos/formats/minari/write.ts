/** Writes a dataset as Minari 0.5 does. */

import type { Episode } from '../../episode.ts'
import { episodeLength, stepLayout } from '../../episode.ts'
import type { DemonstrationFiles } from '../format.ts'
import { gymnasiumSpec } from '../parts/gymnasium.ts'
import { writeHdf5 } from '../parts/hdf5/thread.ts'
import {
  booleans,
  dataset,
  group,
  type Hdf5Dataset,
  type Hdf5Group,
  type Hdf5Node,
} from '../parts/hdf5/tree.ts'
import { namedObservations } from '../parts/named-observations.ts'
import type { OutgoingEpisode } from '../parts/outgoing.ts'
import { firstOfSameColumns } from '../parts/same-columns.ts'
import { actionSpace, observationSpace, spaceText } from './spaces.ts'

/** Every release reads what older ones wrote, and refuses what newer ones did. */
const MINARI_VERSION = '0.5.0'

export const DATA = 'data/main_data.hdf5'
export const METADATA = 'data/metadata.json'
/** Our heads, as attributes of the episodes. */
export const HEAD = 'understudy'

export async function writeMinari(episodes: readonly OutgoingEpisode[]): Promise<DemonstrationFiles> {
  const { environment } = firstOfSameColumns(episodes, 'a Minari dataset')
  const data = await writeHdf5(
    group(episodes.map((episode, i) => [`episode_${i}`, episodeGroup(episode, i)])),
  )
  const metadata = {
    total_episodes: episodes.length,
    total_steps: episodes.reduce((sum, episode) => sum + episodeLength(episode), 0),
    data_format: 'hdf5',
    observation_space: spaceText(observationSpace(environment)),
    action_space: spaceText(actionSpace(environment)),
    env_spec: JSON.stringify(gymnasiumSpec(environment)),
    dataset_size: Math.round(data.length / 1e5) / 10,
    dataset_id: `understudy/${environment.id.replaceAll(/[^\w/-]/g, '-')}/demonstrations-v0`,
    algorithm_name: [...new Set(episodes.map(({ player }) => player.name))].join(', '),
    description: `Demonstrations in ${environment.id}, exported from Understudy`,
    minari_version: MINARI_VERSION,
  }
  return new Map([
    [DATA, data],
    [METADATA, Buffer.from(JSON.stringify(metadata))],
  ])
}

function episodeGroup(episode: OutgoingEpisode, id: number): Hdf5Group {
  const steps = episodeLength(episode)
  const last = (flag: boolean): Hdf5Dataset =>
    resizable(booleans(Array.from({ length: steps }, (_, i) => Number(flag && i === steps - 1))))
  return group(
    [
      ['observations', observations(episode)],
      ['actions', actions(episode)],
      ['rewards', resizable(dataset(episode.rewards, [steps]))],
      ['terminations', last(episode.terminated)],
      ['truncations', last(episode.truncated)],
      ['infos', infos(episode)],
    ],
    [
      ['id', BigInt(id)],
      ...(episode.seed === null ? [] : [['seed', BigInt(episode.seed)] as const]),
      ['total_steps', BigInt(steps)],
      [HEAD, JSON.stringify(episode.head)],
    ],
  )
}

function observations(episode: Episode): Hdf5Node {
  const rows = episodeLength(episode) + 1
  const parts = namedObservations(episode).map(
    ({ name, shape, values }) => [name, resizable(dataset(values, [rows, ...shape]))] as const,
  )
  return parts.length === 1 ? parts[0]![1] : group(parts)
}

function actions(episode: Episode): Hdf5Node {
  const steps = episodeLength(episode)
  const { continuous, branches } = stepLayout(episode.environment)
  const parts: [string, Hdf5Node][] = []
  if (continuous > 0) parts.push(['continuous', resizable(dataset(episode.continuous, [steps, continuous]))])
  if (branches > 0) {
    const shape = branches === 1 ? [steps] : [steps, branches]
    parts.push(['discrete', resizable(dataset(BigInt64Array.from(episode.discrete, BigInt), shape))])
  }
  const [only] = parts
  return parts.length === 1 ? only![1] : group(parts)
}

/**
 * Of the reset and of every step, one row more than there are steps: the mask that holds for the next action, and the
 * time at which the action that led here was taken.
 */
function infos(episode: Episode): Hdf5Group {
  const steps = episodeLength(episode)
  const times = new Float64Array(steps + 1)
  times.set(episode.timesUs, 1)
  const parts: [string, Hdf5Node][] = [['time_us', resizable(dataset(times, [steps + 1]))]]
  if (episode.masks !== undefined) {
    const { mask } = stepLayout(episode.environment)
    const masks = new Int8Array((steps + 1) * mask).fill(1)
    masks.set(episode.masks)
    parts.push(['action_mask', resizable(dataset(masks, [steps + 1, mask]))])
  }
  return group(parts)
}

function resizable(made: Hdf5Dataset): Hdf5Dataset {
  return { ...made, resizable: true }
}
