/**
 * LeRobotDataset v3.0: Parquet files with a row per action, and their description in meta/.
 *
 * It has no row for the observation after the last action and frames at an even rate; both are kept beside it
 * (meta/understudy.json, the feature understudy.time_us), where LeRobot passes over them. `next.terminated` and
 * `next.truncated` are features of ours beside LeRobot's `next.done`.
 */

import type { Episode } from '../../episode.ts'
import { mixedActionsLost } from '../parts/flat-actions.ts'
import { inOwnUnits } from '../parts/outgoing.ts'
import * as layout from './layout.ts'
import { readLeRobot } from './read.ts'
import { isPictured, writeLeRobot } from './write.ts'

/** Whether the state, which is a vector to LeRobot's policies, has another shape here and is no picture. */
function flattens(episodes: readonly Episode[]): boolean {
  const [only, ...others] = episodes[0]?.environment.observations ?? []
  return only !== undefined && others.length === 0 && only.shape.length > 1 && !isPictured(episodes, 0)
}

export const lerobot = inOwnUnits({
  name: 'lerobot',
  title: 'LeRobotDataset v3.0: Parquet files, one environment',
  group: 'imitation',
  layout: 'folder',
  matches: (paths) => paths.has(layout.INFO) && [...paths].some((path) => path.startsWith('data/chunk-')),
  write: writeLeRobot,
  read: readLeRobot,
  cannotHold: (episodes) => [
    'the observation after the last action: LeRobot has no row for it (Understudy finds it in meta/understudy.json)',
    ...(flattens(episodes)
      ? ['the shape of the observation: observation.state is one vector, which is what its policies take']
      : []),
    ...(episodes.some(({ success }) => success === null) && episodes.some(({ success }) => success !== null)
      ? ['which goals were reached, as that is not known for every episode']
      : []),
    ...mixedActionsLost(episodes, 'LeRobot'),
  ],
})
