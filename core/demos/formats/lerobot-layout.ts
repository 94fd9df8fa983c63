/** Names and places of a LeRobotDataset v3.0, for its writer and its reader. */
import type { EnvironmentStamp } from '../episode.ts'

export const INFO = 'meta/info.json'
export const STATS = 'meta/stats.json'
export const TASKS = 'meta/tasks.parquet'
export const EPISODES = 'meta/episodes/chunk-000/file-000.parquet'
export const DATA = 'data/chunk-000/file-000.parquet'
/** Ours; LeRobot passes over it. */
export const HEADS = 'meta/understudy.json'

/** In HEADS: LeRobot has a row per action and none for the last observation. */
export const FINAL_OBSERVATION = 'final_observation'

export const TIME = 'understudy.time_us'
export const MASK = 'understudy.mask'

/** The feature of each observation: `observation.state` for an only one, which is what LeRobot's policies look for. */
export function observationFeatures({ observations }: EnvironmentStamp): string[] {
  if (observations.length === 1) return ['observation.state']
  // LeRobot keeps '/' for itself.
  return observations.map(({ name }) => `observation.${name.replaceAll('/', '_')}`)
}
