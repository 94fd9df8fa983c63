/** Names and places of a LeRobotDataset v3.0, for its writer and its reader. */
import type { EnvironmentStamp } from '../../episode.ts'

export const INFO = 'meta/info.json'
export const STATS = 'meta/stats.json'
export const TASKS = 'meta/tasks.parquet'
export const EPISODES = 'meta/episodes/chunk-000/file-000.parquet'
export const DATA = 'data/chunk-000/file-000.parquet'
/** Ours; LeRobot passes over it. */
export const HEADS = 'meta/understudy.json'

/** In HEADS: LeRobot has a row per action and none for the last observation. */
export const FINAL_OBSERVATION = 'final_observation'

/** What LeRobot's policies look for. */
export const STATE = 'observation.state'

export const TIME = 'understudy.time_us'
export const MASK = 'understudy.mask'

/** The feature of each observation that is no picture: `observation.state` for an only one. */
export function observationFeatures({ observations }: EnvironmentStamp): string[] {
  if (observations.length === 1) return [STATE]
  // LeRobot keeps '/' for itself.
  return observations.map(({ name }) => `observation.${name.replaceAll('/', '_')}`)
}

/** The feature of an observation that is a picture: the names by which LeRobot's policies look for images. */
export function pictureFeature({ observations }: EnvironmentStamp, index: number): string {
  if (observations.length === 1) return 'observation.image'
  return `observation.images.${observations[index]!.name.replaceAll('/', '_')}`
}

/** Whether an observation of this shape can be a picture, grey or in colour: [C, H, W]. */
export function isPictureShape(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3)
}
