/** Writes a LeRobotDataset v3.0. */
import { shapeSize } from '../../../envs/index.ts'
import { isPicture, writePicture } from '../../../remote/mlagents/pictures.ts'
import { type Episode, episodeLength, stepLayout } from '../../episode.ts'
import type { DemonstrationFiles } from '../format.ts'
import { type ParquetElement, type ParquetField, writeParquet } from '../parts/columnar/parquet-write.ts'
import { actionOf, flatActions } from '../parts/flat-actions.ts'
import { writeHeads } from '../parts/heads-file.ts'
import { nested } from '../parts/nested.ts'
import type { OutgoingEpisode } from '../parts/outgoing.ts'
import { firstOfSameColumns } from '../parts/same-columns.ts'
import * as layout from './layout.ts'
import { featureStatistics, pictureStatistics } from './statistics.ts'

/** Frames per second where the episodes have no times to tell them from; what LeRobot records with. */
const FPS = 30
const MOST_FPS = 1000
/** As many as `datasets` has types of arrays for. */
const MOST_AXES = 5

/** One column of the data, all frames of all episodes behind one another. */
interface Feature {
  readonly name: string
  readonly element: ParquetElement
  readonly shape: readonly number[]
  /** [frames][values of the shape] */
  readonly rows: readonly ArrayLike<number>[]
  /** [C, H, W] where it is a picture, whose values are n / 255. */
  readonly picture?: readonly number[]
}

export async function writeLeRobot(episodes: readonly OutgoingEpisode[]): Promise<DemonstrationFiles> {
  const { environment } = firstOfSameColumns(episodes, 'a LeRobot data set')
  const fps = framesPerSecond(episodes)
  const features = featuresOf(episodes, fps)
  const frames = features[0]!.rows.length
  const info = {
    codebase_version: 'v3.0',
    robot_type: environment.id,
    total_episodes: episodes.length,
    total_frames: frames,
    total_tasks: 1,
    chunks_size: 1000,
    data_files_size_in_mb: 100,
    video_files_size_in_mb: 200,
    fps,
    splits: { train: `0:${episodes.length}` },
    data_path: 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
    video_path: null,
    features: Object.fromEntries(features.map((feature) => [feature.name, description(feature)])),
  }
  const stats = Object.fromEntries(
    features.map((feature) => [feature.name, statisticsOf(feature, feature.rows)]),
  )
  const { observation: O } = stepLayout(environment)
  return new Map([
    [layout.INFO, json(info)],
    [layout.STATS, json(stats)],
    [layout.TASKS, await writeTasks([environment.id])],
    [layout.EPISODES, await writeParquet(episodeColumns(episodes, features, environment.id))],
    [layout.DATA, await writeParquet(features.map(column))],
    [
      layout.HEADS,
      writeHeads(episodes, ({ observations }) => ({
        [layout.FINAL_OBSERVATION]: observations.subarray(observations.length - O),
      })),
    ],
  ])
}

/** LeRobot's frames come at an even rate; it is the one that the times of the episodes come nearest to. */
function framesPerSecond(episodes: readonly Episode[]): number {
  const intervals = episodes.flatMap(({ timesUs }) =>
    [...timesUs.subarray(1)].map((time, i) => time - timesUs[i]!),
  )
  const median = intervals.sort((a, b) => a - b)[intervals.length >> 1] ?? 0
  return median === 0 ? FPS : Math.min(MOST_FPS, Math.max(1, Math.round(1e6 / median)))
}

function featuresOf(episodes: readonly Episode[], fps: number): Feature[] {
  const { environment, masks } = episodes[0]!
  const { mask: M, observation: O } = stepLayout(environment)
  const { element, width } = flatActions(environment)
  /** A row per frame: `of(episode, step)`. */
  const feature = (
    name: string,
    type: ParquetElement,
    shape: readonly number[],
    of: (episode: Episode, step: number, index: number) => ArrayLike<number>,
  ): Feature => {
    const rows = episodes.flatMap((episode, index) =>
      Array.from({ length: episodeLength(episode) }, (_, step) => of(episode, step, index)),
    )
    return { name, element: type, shape, rows }
  }
  const atEnd = (name: string, of: (episode: Episode) => boolean): Feature =>
    feature(name, 'bool', [1], (episode, step) => [
      step === episodeLength(episode) - 1 && of(episode) ? 1 : 0,
    ])
  let offset = 0
  const observations = layout.observationFeatures(environment).map((name, i): Feature => {
    const { shape } = environment.observations[i]!
    const size = shapeSize(shape)
    const start = offset
    offset += size
    // The state is a vector to LeRobot's policies.
    const keeps = name !== layout.STATE && shape.length > 0 && shape.length <= MOST_AXES
    const form = keeps ? shape : [size]
    const numbers = feature(name, 'float32', form, ({ observations }, step) =>
      observations.subarray(step * O + start, step * O + start + size),
    )
    return isPictured(episodes, i)
      ? { ...numbers, name: layout.pictureFeature(environment, i), element: 'picture', picture: shape }
      : numbers
  })
  let frame = 0
  return [
    ...observations,
    feature('action', element, [width], actionOf),
    feature('next.reward', 'float32', [1], ({ rewards }, step) => [rewards[step]!]),
    atEnd('next.done', () => true),
    atEnd('next.terminated', ({ terminated }) => terminated),
    atEnd('next.truncated', ({ truncated }) => truncated),
    // Only where it is known of all: LeRobot has no word for a goal of which nobody knows.
    ...(episodes.some(({ success }) => success === null)
      ? []
      : [atEnd('next.success', ({ success }) => success === true)]),
    feature(layout.TIME, 'float64', [1], ({ timesUs }, step) => [timesUs[step]!]),
    ...(masks === undefined
      ? []
      : [feature(layout.MASK, 'bool', [M], (e, step) => [...e.masks!.subarray(step * M, (step + 1) * M)])]),
    feature('timestamp', 'float32', [1], (_, step) => [Math.fround(step / fps)]),
    feature('frame_index', 'int64', [1], (_, step) => [step]),
    feature('episode_index', 'int64', [1], (_episode, _step, index) => [index]),
    feature('index', 'int64', [1], () => [frame++]),
    feature('task_index', 'int64', [1], () => [0]),
  ]
}

/** Whether an observation is written as PNGs, which its values must allow: they lose nothing. */
export function isPictured(episodes: readonly Episode[], index: number): boolean {
  const { observations } = episodes[0]!.environment
  const { shape } = observations[index]!
  if (!layout.isPictureShape(shape)) return false
  const O = stepLayout(episodes[0]!.environment).observation
  const start = observations.slice(0, index).reduce((sum, other) => sum + shapeSize(other.shape), 0)
  return episodes.every((episode) => {
    const frames = episode.observations.subarray(0, episodeLength(episode) * O)
    for (let at = start; at < frames.length; at += O)
      if (!isPicture(frames.subarray(at, at + shapeSize(shape)))) return false
    return true
  })
}

/** As `info.json` has it. */
function description({ element, shape, picture }: Feature): object {
  if (picture === undefined) return { dtype: element, shape, names: null }
  const [channels, height, width] = picture
  return { dtype: 'image', shape: [height, width, channels], names: ['height', 'width', 'channels'] }
}

/** A feature of one number is a plain column, any other one a list, or lists within one another. */
function column({ name, element, shape, rows, picture }: Feature): ParquetField {
  if (picture !== undefined) {
    const pictures = rows.map((row, i) => ({
      bytes: writePicture(row as Float32Array, picture),
      path: `frame-${String(i).padStart(6, '0')}.png`,
    }))
    return { name, element, rows: pictures }
  }
  if (isNumber(shape)) return { name, element, rows: rows.map((row) => value(row[0]!, element)) }
  return {
    name,
    element,
    list: shape.length,
    rows: rows.map((row) =>
      nested(
        Array.from(row, (number) => value(number, element)),
        shape,
      ),
    ),
  }
}

function isNumber(shape: readonly number[]): boolean {
  return shape.length === 1 && shape[0] === 1
}

function value(number: number, element: ParquetElement): number | boolean {
  return element === 'bool' ? number !== 0 : number
}

function statisticsOf(
  { element, shape, picture }: Feature,
  rows: readonly ArrayLike<number>[],
): Record<string, unknown[]> {
  if (picture === undefined) {
    const { count, ...others } = plain(featureStatistics(rows), element)
    const rowed = Object.entries(others).map(([key, values]) => [key, nested(values, shape) as unknown[]])
    return { ...Object.fromEntries(rowed), count: count! }
  }
  // One number a channel, shaped to be taken off a picture [C, H, W].
  const { count, ...others } = pictureStatistics(rows, picture[0]!)
  const shaped = Object.entries(others).map(([key, values]) => [key, values.map((number) => [[number]])])
  return { ...Object.fromEntries(shaped), count }
}

/** The extremes of flags are flags. */
function plain(statistics: Record<string, number[]>, element: ParquetElement): Record<string, unknown[]> {
  const { min, max, ...others } = statistics
  const values = (list: number[]): unknown[] => list.map((number) => value(number, element))
  return { min: values(min!), max: values(max!), ...others }
}

function episodeColumns(
  episodes: readonly Episode[],
  features: readonly Feature[],
  task: string,
): ParquetField[] {
  const starts = [0]
  for (const episode of episodes) starts.push(starts.at(-1)! + episodeLength(episode))
  const numbers = (name: string, of: (index: number) => number): ParquetField => ({
    name,
    element: 'int64',
    rows: episodes.map((_, i) => of(i)),
  })
  const statistics = features.flatMap((feature) => {
    const { name, element, shape, rows, picture } = feature
    const deep = picture === undefined ? shape.length : 3
    const each = episodes.map((_, i) => statisticsOf(feature, rows.slice(starts[i], starts[i + 1])))
    return Object.keys(each[0]!).map((key): ParquetField => {
      const isWhole = key === 'count' || (element === 'int64' && (key === 'min' || key === 'max'))
      const isFlag = element === 'bool' && (key === 'min' || key === 'max')
      return {
        name: `stats/${name}/${key}`,
        element: isWhole ? 'int64' : isFlag ? 'bool' : 'float64',
        list: key === 'count' ? 1 : deep,
        rows: each.map((own) => own[key]!),
      }
    })
  })
  return [
    numbers('episode_index', (i) => i),
    { name: 'tasks', element: 'string', list: true, rows: episodes.map(() => [task]) },
    numbers('length', (i) => starts[i + 1]! - starts[i]!),
    numbers('data/chunk_index', () => 0),
    numbers('data/file_index', () => 0),
    numbers('dataset_from_index', (i) => starts[i]!),
    numbers('dataset_to_index', (i) => starts[i + 1]!),
    ...statistics,
    numbers('meta/episodes/chunk_index', () => 0),
    numbers('meta/episodes/file_index', () => 0),
  ]
}

/** A pandas frame that has the tasks as its index; without pandas' own description they would come back as a column. */
function writeTasks(tasks: readonly string[]): Promise<Uint8Array> {
  const INDEX = '__index_level_0__'
  const described = (name: string | null, field: string, pandas: string, numpy: string) => ({
    name,
    field_name: field,
    pandas_type: pandas,
    numpy_type: numpy,
    metadata: null,
  })
  const pandas = {
    index_columns: [INDEX],
    column_indexes: [],
    columns: [
      described('task_index', 'task_index', 'int64', 'int64'),
      described(null, INDEX, 'unicode', 'object'),
    ],
    creator: { library: 'understudy', version: '1' },
    pandas_version: '2.2.3',
  }
  return writeParquet(
    [
      { name: 'task_index', element: 'int64', rows: tasks.map((_, i) => i) },
      { name: INDEX, element: 'string', rows: tasks },
    ],
    { pandas: JSON.stringify(pandas) },
  )
}

function json(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, undefined, 4)}\n`)
}
