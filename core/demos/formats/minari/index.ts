/**
 * Minari 0.5's HDF5 datasets: `data/main_data.hdf5` with one group per episode, and `data/metadata.json` with the spaces.
 *
 *     episode_i/observations   [T+1, ...] float32, or a group of them by name
 *     episode_i/actions        [T] or [T, D] int64, [T, C] float32, or a group of `continuous` and `discrete`
 *     episode_i/rewards        [T] float32
 *     episode_i/terminations, truncations  [T] bool
 *     episode_i/infos          `time_us` [T+1]; `action_mask` [T+1, M] where the environment masks actions
 *
 * with the attributes `id`, `seed`, `total_steps` and `understudy`, our head as JSON.
 * https://minari.farama.org/main/content/dataset_standards/
 */

import { inOwnUnits } from '../parts/outgoing.ts'
import { readMinari } from './read.ts'
import { DATA, METADATA, writeMinari } from './write.ts'

/** Minari's own loader takes the folder `data` too. */
const PLACES = [
  [DATA, METADATA],
  ['main_data.hdf5', 'metadata.json'],
] as const

export const minari = inOwnUnits({
  name: 'minari',
  title: "Minari dataset (HDF5): Gymnasium's offline data",
  group: 'offline',
  layout: 'folder',
  matches: (paths) => PLACES.some((files) => files.every((file) => paths.has(file))),
  write: writeMinari,
  read: readMinari,
  cannotHold: () => [],
})
