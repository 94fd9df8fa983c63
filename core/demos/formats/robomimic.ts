/**
 * robomimic's HDF5, one group per demonstration.
 *
 *     data                  attributes `total` (steps in all) and `env_args` (JSON)
 *     data/demo_i           attribute `num_samples` (T), and `understudy`, our head as JSON
 *     data/demo_i/actions   [T, A] float32 in [-1, 1], as its programs demand: the continuous values, then each branch as
 *                           one-hot columns; whatever the environment itself calls them, which our head says
 *     data/demo_i/rewards   [T] float32
 *     data/demo_i/dones     [T] int64: 1 where the rules ended the episode; being cut off is no end
 *     data/demo_i/obs/NAME, next_obs/NAME   [T, ...] float32; the last observation is the last row of `next_obs`
 *     mask/train            the names of all demonstrations
 *
 * https://robomimic.github.io/docs/datasets/overview.html
 */
import { type EnvironmentStamp, type Episode, episodeLength, stepLayout } from '../episode.ts'
import type { FileFormat } from './format.ts'
import { gymnasiumSpec } from './parts/gymnasium.ts'
import { writeHdf5 } from './parts/hdf5/thread.ts'
import { dataset, group, type Hdf5Group } from './parts/hdf5/tree.ts'
import { plainHead } from './parts/head.ts'
import { namedObservations } from './parts/named-observations.ts'
import { firstOfSameColumns } from './parts/same-columns.ts'

/** robomimic's number for an environment of Gym. */
const GYM_TYPE = 2

async function writeRobomimic(episodes: readonly Episode[]): Promise<Uint8Array> {
  const { environment } = firstOfSameColumns(episodes, 'a robomimic file')
  const { id, kwargs } = gymnasiumSpec(environment)
  // The documentation of the layout has `env_type`, robomimic's own code reads `type`.
  const environmentArguments = { env_name: id, type: GYM_TYPE, env_type: GYM_TYPE, env_kwargs: kwargs }
  const names = episodes.map((_, i) => `demo_${i}`)
  const data = group(
    episodes.map((episode, i) => [names[i]!, demonstration(episode)]),
    [
      ['total', BigInt(episodes.reduce((sum, episode) => sum + episodeLength(episode), 0))],
      ['env_args', JSON.stringify(environmentArguments)],
    ],
  )
  return writeHdf5(
    group([
      ['data', data],
      ['mask', group([['train', dataset(names, [names.length])]])],
    ]),
  )
}

function demonstration(episode: Episode): Hdf5Group {
  const steps = episodeLength(episode)
  const observations = namedObservations(episode)
  const rows = (first: number) =>
    observations.map(({ name, shape, values }) => {
      const size = values.length / (steps + 1)
      const own = values.slice(first * size, (first + steps) * size)
      return [name, dataset(own, [steps, ...shape])] as const
    })
  const dones = new BigInt64Array(steps)
  dones[steps - 1] = BigInt(episode.terminated)
  const actions = actionVectors(episode)
  return group(
    [
      ['actions', dataset(actions, [steps, actions.length / steps])],
      ['rewards', dataset(episode.rewards, [steps])],
      ['dones', dataset(dones, [steps])],
      ['obs', group(rows(0))],
      ['next_obs', group(rows(1))],
    ],
    [
      ['num_samples', BigInt(steps)],
      ['understudy', JSON.stringify(plainHead(episode))],
    ],
  )
}

/** [T, C + sum of branches] */
function actionVectors(episode: Episode): Float32Array {
  const steps = episodeLength(episode)
  const { continuous, branches, mask } = stepLayout(episode.environment)
  const vectors = new Float32Array(steps * (continuous + mask))
  for (let step = 0; step < steps; step++) {
    let at = step * (continuous + mask)
    vectors.set(episode.continuous.subarray(step * continuous, (step + 1) * continuous), at)
    at += continuous
    for (const [branch, size] of episode.environment.action.discrete.entries()) {
      vectors[at + episode.discrete[step * branches + branch]!] = 1
      at += size
    }
  }
  return vectors
}

function isRescaled({ action }: EnvironmentStamp): boolean {
  return action.units?.ranges.some(([least, largest]) => least !== -1 || largest !== 1) ?? false
}

export const robomimic = {
  name: 'robomimic',
  title: 'robomimic (HDF5): demonstrations by name, with next observations',
  group: 'imitation',
  layout: 'file',
  extensions: ['.robomimic.hdf5'],
  mediaType: 'application/x-hdf5',
  matches: () => false,
  write: writeRobomimic,
  cannotHold: (episodes) => [
    'the time of each step',
    ...(episodes.some(({ environment }) => environment.action.discrete.length > 0)
      ? ['discrete actions as numbers (they are one-hot columns)']
      : []),
    ...(episodes.some(({ environment }) => isRescaled(environment))
      ? [
          "continuous actions in the environment's own numbers: robomimic requires -1 to 1, which gymnasium.wrappers.RescaleAction(env, -1, 1) accepts",
        ]
      : []),
    ...(episodes.some(({ masks }) => masks !== undefined) ? ['action masks'] : []),
    ...(episodes.some(({ truncated }) => truncated)
      ? ['that an episode was cut off (its last step is simply not marked as an end)']
      : []),
  ],
} satisfies FileFormat
