/**
 * D4RL's HDF5: the steps of all episodes one behind the other, N in all.
 *
 *     observations, next_observations   [N, ...] float32 with the shape of an only observation; [N, O] where all observations
 *                  of a step lie one behind the other
 *     actions      [N, C] float32; [N] int32 for one branch, [N, D] for several; [N, C + D] float32 for both kinds; by the
 *                  environment's own numbers
 *     rewards      [N] float32
 *     terminals    [N] bool: the rules ended the episode
 *     timeouts     [N] bool: it was cut off, and the rules did not end it at the same step, as readers want one or the other
 *
 * The attribute `understudy` of the file has our heads as JSON.
 * https://github.com/Farama-Foundation/D4RL (offline_env.py, `get_dataset`)
 */
import { type Episode, episodeLength, stepLayout } from '../episode.ts'
import { writeHdf5 } from './parts/hdf5/thread.ts'
import { booleans, dataset, group, type Hdf5Dataset } from './parts/hdf5/tree.ts'
import { inOwnUnits, type OutgoingEpisode } from './parts/outgoing.ts'
import { firstOfSameColumns } from './parts/same-columns.ts'

async function writeD4rl(episodes: readonly OutgoingEpisode[]): Promise<Uint8Array> {
  const { environment } = firstOfSameColumns(episodes, 'a D4RL file')
  const { observation: width } = stepLayout(environment)
  const steps = episodes.reduce((sum, episode) => sum + episodeLength(episode), 0)
  const ends = (ended: (episode: Episode) => boolean) =>
    booleans(
      episodes.flatMap((episode) => {
        const flags = Array<number>(episodeLength(episode)).fill(0)
        flags[flags.length - 1] = Number(ended(episode))
        return flags
      }),
    )
  const observed = (first: 0 | 1): Hdf5Dataset => {
    const parts = episodes.map(({ observations }) =>
      observations.subarray(first * width, observations.length - (1 - first) * width),
    )
    const shape = environment.observations.length === 1 ? environment.observations[0]!.shape : [width]
    return dataset(joined(parts, new Float32Array(steps * width)), [steps, ...shape])
  }
  return writeHdf5(
    group(
      [
        ['observations', observed(0)],
        ['next_observations', observed(1)],
        ['actions', actions(episodes, steps)],
        [
          'rewards',
          dataset(
            joined(
              episodes.map(({ rewards }) => rewards),
              new Float32Array(steps),
            ),
            [steps],
          ),
        ],
        ['terminals', ends(({ terminated }) => terminated)],
        ['timeouts', ends(({ terminated, truncated }) => truncated && !terminated)],
      ],
      [['understudy', JSON.stringify(episodes.map(({ head }) => head))]],
    ),
  )
}

function actions(episodes: readonly Episode[], steps: number): Hdf5Dataset {
  const { continuous: C, branches: D } = stepLayout(episodes[0]!.environment)
  const continuous = joined(
    episodes.map((episode) => episode.continuous),
    new Float32Array(steps * C),
  )
  const discrete = joined(
    episodes.map((episode) => episode.discrete),
    new Int32Array(steps * D),
  )
  if (D === 0) return dataset(continuous, [steps, C])
  if (C === 0) return dataset(discrete, D === 1 ? [steps] : [steps, D])
  const both = new Float32Array(steps * (C + D))
  for (let step = 0; step < steps; step++) {
    both.set(continuous.subarray(step * C, (step + 1) * C), step * (C + D))
    both.set(discrete.subarray(step * D, (step + 1) * D), step * (C + D) + C)
  }
  return dataset(both, [steps, C + D])
}

function joined<T extends Float32Array | Int32Array>(parts: readonly T[], whole: T): T {
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const d4rl = inOwnUnits({
  name: 'd4rl',
  title: 'D4RL (HDF5): all steps end to end',
  group: 'offline',
  layout: 'file',
  extensions: ['.d4rl.hdf5'],
  mediaType: 'application/x-hdf5',
  matches: () => false,
  write: writeD4rl,
  cannotHold: (episodes) => [
    'the time of each step',
    ...(episodes.some(({ environment }) => environment.observations.length > 1)
      ? ['observations by name (they are joined end to end)']
      : []),
    ...(episodes.some(({ masks }) => masks !== undefined) ? ['action masks'] : []),
    ...(episodes.some(({ terminated, truncated }) => terminated && truncated)
      ? ['that an episode was also cut off at the step where the rules ended it']
      : []),
  ],
})
