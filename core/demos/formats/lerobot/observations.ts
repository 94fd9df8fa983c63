/** The observations of a LeRobotDataset frame by frame: numbers, or pictures that lie in the Parquet file as PNGs. */
import { shapeSize } from '../../../envs/index.ts'
import { readPictures } from '../../../remote/mlagents/pictures.ts'
import { type EnvironmentStamp, stepLayout } from '../../episode.ts'
import { LIMITS } from '../limits.ts'
import type { NumberColumn } from '../parts/columnar/parquet-read.ts'
import type { FileProblems } from '../problems.ts'
import type { Frames } from './frames.ts'
import * as layout from './layout.ts'

/**
 * Pictures inflate, and one that is shown again and again takes next to no room: so many values may come of each byte of the
 * files, but at least LEAST in all.
 */
const MOST_PER_BYTE = 2048
const LEAST = 2 ** 22
/** Frames that follow each other are often the same picture, which then stands in the file once. */
const KEPT_PICTURES = 64

export interface Observation {
  /** Of the feature. */
  readonly name: string
  /** Numbers of one frame. */
  readonly size: number
  put(frame: number, row: Float32Array, at: number): void
}

/**
 * In the order of the environment's observations.
 * @throws DataError when one is missing, of another size, or a video
 */
export function openObservations(
  frames: Frames,
  environment: EnvironmentStamp,
  problems: FileProblems,
): Observation[] {
  return environment.observations.map(({ shape }, i) => {
    const name = featureOf(frames, environment, i)
    if (frames.kinds.get(name) === 'video') {
      const expected = 'numbers, or pictures inside the Parquet files (dtype image)'
      problems.refuse(`feature "${name}"`, expected, 'a video, which cannot be read here')
    }
    if (frames.hasPictures(name)) return pictures(frames, name, shape, environment, problems)
    return numbers(name, sizedColumn(frames, name, shapeSize(shape), problems))
  })
}

/** Where the next observation has a feature of its own, that of the last frame is the last observation. */
export function openNextObservations(
  frames: Frames,
  observations: readonly Observation[],
  problems: FileProblems,
): readonly Observation[] | undefined {
  if (!observations.every(({ name }) => frames.has(`next.${name}`))) return undefined
  return observations.map(({ name, size }) =>
    numbers(name, sizedColumn(frames, `next.${name}`, size, problems)),
  )
}

/** @throws DataError when a frame has another number of numbers */
export function sizedColumn(
  frames: Frames,
  name: string,
  width: number,
  problems: FileProblems,
): NumberColumn {
  const found = frames.numbers(name)
  if (found.width !== width) problems.refuse(`feature "${name}"`, `${width} numbers a frame`, found.width)
  return found
}

/** An only picture, and an only one of all others, may have any name of its kind. */
function featureOf(frames: Frames, environment: EnvironmentStamp, index: number): string {
  const { observations } = environment
  const plain = layout.observationFeatures(environment)[index]!
  const isPicture = (at: number): boolean => layout.isPictureShape(observations[at]!.shape)
  const alone = observations.every((_, other) => other === index || isPicture(other) !== isPicture(index))
  if (!isPicture(index)) {
    return alone && !frames.has(plain) && frames.has(layout.STATE) ? layout.STATE : plain
  }
  const named = layout.pictureFeature(environment, index)
  const pictured = [...frames.kinds].filter(([, kind]) => kind === 'image' || kind === 'video')
  if (pictured.some(([name]) => name === named)) return named
  const [only, ...others] = pictured.filter(([name]) => name.startsWith('observation.'))
  return alone && only !== undefined && others.length === 0 ? only[0] : plain
}

function numbers(name: string, { values, width }: NumberColumn): Observation {
  return {
    name,
    size: width,
    put: (frame, row, at) => row.set(values.subarray(frame * width, (frame + 1) * width), at),
  }
}

function pictures(
  frames: Frames,
  name: string,
  shape: readonly number[],
  environment: EnvironmentStamp,
  problems: FileProblems,
): Observation {
  const place = `feature "${name}"`
  if (!layout.isPictureShape(shape)) {
    problems.refuse(place, `numbers of the shape [${shape.join(', ')}]`, 'pictures')
  }
  const most = Math.min(LIMITS.inflatedBytes / 4, Math.max(LEAST, MOST_PER_BYTE * frames.bytes))
  const values = frames.count * stepLayout(environment).observation
  if (values > most) problems.refuse(place, `pictures of at most ${most} values in all`, values)
  const files = frames.pictures(name)
  const [channels, height, width] = shape as [number, number, number]
  const kept = new Map<Uint8Array, Float32Array>()
  const picture = (frame: number): Float32Array => {
    const file = files[frame]!
    const before = kept.get(file)
    if (before !== undefined) return before
    const read = readPicture(file, { channels, height, width }, `${place}, frame ${frame}`, problems)
    if (kept.size >= KEPT_PICTURES) kept.clear()
    kept.set(file, read)
    return read
  }
  return { name, size: shapeSize(shape), put: (frame, row, at) => row.set(picture(frame), at) }
}

function readPicture(
  file: Uint8Array,
  size: { channels: number; height: number; width: number },
  place: string,
  problems: FileProblems,
): Float32Array {
  const expected = `a PNG of ${size.width} x ${size.height} pixels and ${size.channels} channels`
  if (file[0] === 0xff && file[1] === 0xd8) problems.refuse(place, expected, 'a JPEG')
  try {
    return readPictures(file, size, [])
  } catch (error) {
    return problems.refuse(place, expected, (error as Error).message, error)
  }
}
