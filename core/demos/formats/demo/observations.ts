/** The observations of a `.demo`: vectors, and pictures compressed or not, in the layouts of all releases. */
import { shapeSize } from '../../../envs/environment.ts'
import { printable } from '../../../printable.ts'
import { COMPRESSION, type Observation } from '../../../remote/mlagents/messages.ts'
import { pictureSize, readPictures } from '../../../remote/mlagents/pictures.ts'
import { LIMITS } from '../limits.ts'
import type { FileProblems } from '../problems.ts'

/** Of one observation at most: a picture of 4096 x 4096 values. */
const LARGEST = 2 ** 24

export interface ObservationColumn {
  /** Place among the observations of a record. */
  readonly place: number
  readonly name: string
  /** As the file has it. */
  readonly written: readonly number[]
  /** As it is here: images are [C, H, W]. */
  readonly shape: readonly number[]
  /** Numbers of one step. */
  readonly size: number
  /** An image of the releases before channels came first: [H, W, C]. */
  readonly channelsLast: boolean
}

/**
 * Without the observations of no numbers, which a sensor that has nothing to show leaves behind.
 * @throws DataError when a shape makes no sense
 */
function observationColumns(
  first: readonly Observation[],
  problems: FileProblems,
  note: (text: string) => void,
): ObservationColumn[] {
  const columns = first.flatMap((observation, i): ObservationColumn[] => {
    const { shape, name } = observation
    const place = `record 0, shape of observation ${i}`
    const size = shapeSize(shape)
    if (size === 0 && first.length > 1 && shape.every((length) => length >= 0)) {
      note(`observation ${i} has no numbers and is left out`)
      return []
    }
    if (shape.length === 0 || shape.some((length) => length < 1) || size > LARGEST) {
      problems.refuse(place, `1 to ${LARGEST} numbers`, `[${shape.join(', ')}]`)
    }
    const channelsLast = isChannelsLast(observation, place, problems)
    const [height, width, channels] = shape
    return [
      {
        place: i,
        name: name === '' ? `observation_${i}` : printable(name),
        written: shape,
        shape: channelsLast ? [channels!, height!, width!] : shape,
        size,
        channelsLast,
      },
    ]
  })
  const names = columns.map(({ name }) => name)
  return columns.map((column, i) =>
    names.indexOf(column.name) === i ? column : { ...column, name: `${column.name}_${i}` },
  )
}

/** A compressed picture says so by its size; of others few channels behind a larger picture are taken for it. */
function isChannelsLast(observation: Observation, place: string, problems: FileProblems): boolean {
  const { shape, compression, compressedData } = observation
  if (shape.length !== 3) return false
  const [a, b, c] = shape as [number, number, number]
  if (compression !== COMPRESSION.png) return c <= 4 && a > c && b > c
  const { width, height } = orRefuse(place, problems, () => pictureSize(compressedData))
  return (b !== height || c !== width) && a === height && b === width
}

/** Reads the observations of one record after another, and keeps count of the memory they take. */
export class ObservationReader {
  readonly columns: readonly ObservationColumn[]
  /** Observations of a record, those of no numbers among them. */
  readonly #count: number
  readonly #size: number
  readonly #problems: FileProblems
  #bytes = 0

  /** @param first  those of the first record */
  constructor(first: readonly Observation[], problems: FileProblems, note: (text: string) => void) {
    const columns = observationColumns(first, problems, note)
    this.columns = columns
    this.#count = first.length
    this.#size = columns.reduce((sum, { size }) => sum + size, 0)
    this.#problems = problems
  }

  /** @returns [O] @throws DataError when they are not laid out as the first ones */
  read(observations: readonly Observation[], place: string): Float32Array {
    const problems = this.#problems
    this.#bytes += 4 * this.#size
    if (this.#bytes > LIMITS.inflatedBytes) {
      problems.refuse(place, `at most ${LIMITS.inflatedBytes} bytes of observations`, 'more')
    }
    if (observations.length !== this.#count) {
      problems.refuse(`${place}, observations`, this.#count, observations.length)
    }
    // All are there before room is made: a damaged file may claim any size.
    const values = this.columns.map((column) =>
      readValues(observations[column.place]!, column, `${place}, observation ${column.place}`, problems),
    )
    const row = new Float32Array(this.#size)
    let offset = 0
    for (const [i, { size }] of this.columns.entries()) {
      row.set(values[i]!, offset)
      offset += size
    }
    return row
  }
}

function readValues(
  observation: Observation,
  column: ObservationColumn,
  place: string,
  problems: FileProblems,
): ArrayLike<number> {
  const { shape, compression, compressedData, floatData, channelMapping } = observation
  if (shape.length !== column.written.length || shape.some((length, i) => length !== column.written[i])) {
    problems.refuse(`${place}, shape`, `[${column.written.join(', ')}] as before`, `[${shape.join(', ')}]`)
  }
  if (compression === COMPRESSION.png) {
    const [channels, height, width] = column.shape
    if (shape.length !== 3) problems.refuse(place, 'numbers', 'a picture')
    const size = { channels: channels!, height: height!, width: width! }
    return orRefuse(place, problems, () => readPictures(compressedData, size, channelMapping))
  }
  if (compression !== COMPRESSION.none) problems.refuse(`${place}, compression`, '0 or 1', compression)
  const data = floatData?.data ?? []
  if (data.length !== column.size) problems.refuse(place, `${column.size} numbers`, data.length)
  return column.channelsLast ? channelsFirst(data, column.written) : data
}

function orRefuse<T>(place: string, problems: FileProblems, read: () => T): T {
  try {
    return read()
  } catch (error) {
    return problems.refuse(place, 'a PNG as large as its shape says', (error as Error).message, error)
  }
}

function channelsFirst(values: ArrayLike<number>, shape: readonly number[]): ArrayLike<number> {
  const [height, width, channels] = shape as [number, number, number]
  const turned = new Float32Array(values.length)
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < channels; c++) turned[c * height * width + i] = values[i * channels + c]!
  }
  return turned
}
