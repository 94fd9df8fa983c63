/**
 * JSON Lines: one episode per line, head and columns in one object, with one row per step (one more for observations).
 * Numbers are written as short as they can be and still give the same single-precision value.
 *
 * A line that was made elsewhere has no `format`. It needs `observations`, `rewards` and the actions that the environment has, of a
 * single number per step also without brackets; the environment itself may come from `--env`.
 */
import type { Episode, StepLayout } from '../../episode.ts'
import { stepLayout } from '../../episode.ts'
import type { ReadOptions } from '../format.ts'
import { LIMITS } from '../limits.ts'
import { assembleEpisode, type FileColumns, parseHead } from '../parts/head.ts'
import { doubleText, singleText } from '../parts/number-text.ts'
import { inOwnUnits, type OutgoingEpisode } from '../parts/outgoing.ts'
import { FileProblems } from '../problems.ts'
import { completeLine } from './foreign.ts'

const FORMAT = 'understudy-episode'
const VERSION = 1
const START = `{"format":"${FORMAT}"`

function writeJsonl(episodes: readonly OutgoingEpisode[]): Uint8Array {
  return Buffer.from(episodes.map((episode) => `${line(episode)}\n`).join(''))
}

function line(episode: OutgoingEpisode): string {
  const { observation, continuous, branches, mask } = stepLayout(episode.environment)
  const steps = episode.rewards.length
  const head = JSON.stringify({ format: FORMAT, version: VERSION, ...episode.head })
  const columns = [
    `"observations":${rows(episode.observations, steps + 1, observation, singleText)}`,
    `"continuous":${rows(episode.continuous, steps, continuous, singleText)}`,
    `"discrete":${rows(episode.discrete, steps, branches, doubleText)}`,
    `"rewards":${list(episode.rewards, singleText)}`,
    `"timesUs":${list(episode.timesUs, doubleText)}`,
    ...(episode.masks === undefined ? [] : [`"masks":${rows(episode.masks, steps, mask, doubleText)}`]),
  ]
  return `${head.slice(0, -1)},${columns.join(',')}}`
}

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array

function rows(values: Numbers, count: number, width: number, text: (value: number) => string): string {
  const parts: string[] = []
  for (let i = 0; i < count; i++) parts.push(list(values.subarray(i * width, (i + 1) * width), text))
  return `[${parts.join(',')}]`
}

function list(values: Numbers, text: (value: number) => string): string {
  return `[${Array.from(values, text).join(',')}]`
}

function readJsonl(bytes: Uint8Array, fileName: string, options?: ReadOptions): Episode[] {
  const problems = new FileProblems(fileName)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const episodes: Episode[] = []
  for (let start = 0, number = 1; start < bytes.length; number++) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline === -1 ? bytes.length : newline
    const place = `line ${number}`
    let text: string
    try {
      text = decoder.decode(bytes.subarray(start, end))
    } catch (error) {
      return problems.refuse(place, 'UTF-8 text', 'other bytes', error)
    }
    if (text.trim() !== '') {
      const line = parseLine(text, place, problems)
      const known = 'format' in line
      const whole = known ? line : completeLine(line, episodes.length, place, problems, options)
      episodes.push(readEpisode(whole, episodes.length, place, problems))
    }
    if (episodes.length > LIMITS.episodes)
      problems.refuse(place, `at most ${LIMITS.episodes} episodes`, 'more')
    start = end + 1
  }
  return episodes
}

function parseLine(text: string, place: string, problems: FileProblems): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return problems.refuse(place, 'JSON', (error as Error).message, error)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return problems.refuse(place, 'an object', shown(value))
  }
  const line = value as Record<string, unknown>
  const { format, version } = line
  if (!('format' in line)) return line
  if (format !== FORMAT) problems.refuse(`${place}, format`, `"${FORMAT}"`, shown(format))
  if (version !== VERSION) problems.refuse(`${place}, version`, VERSION, shown(version))
  return line
}

/** Of a value that is none of those that can be: lists may lie in one another without end. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : `${JSON.stringify(value)}`
}

function readEpisode(
  line: Readonly<Record<string, unknown>>,
  index: number,
  place: string,
  problems: FileProblems,
): Episode {
  const {
    format: _,
    version: __,
    observations,
    continuous,
    discrete,
    rewards,
    timesUs,
    masks,
    ...rest
  } = line
  const head = parseHead(rest, place, problems)
  const layout: StepLayout = stepLayout(head.environment)
  const read = (name: string, column: unknown, width: number | null, max: number | null): number[] =>
    flatten(column, width, max, `${place}, ${name}`, problems)
  const columns: FileColumns = {
    observations: Float32Array.from(read('observations', observations, layout.observation, null)),
    continuous: Float32Array.from(read('continuous', continuous, layout.continuous, null)),
    discrete: read('discrete', discrete, layout.branches, null),
    rewards: Float32Array.from(read('rewards', rewards, null, null)),
    timesUs: Float64Array.from(read('timesUs', timesUs, null, null)),
    ...(masks === undefined ? {} : { masks: Uint8Array.from(read('masks', masks, layout.mask, 1)) }),
  }
  return assembleEpisode(
    head,
    columns,
    place,
    problems,
    (step) => `${place} (episode ${index}), step ${step}`,
  )
}

/**
 * @param width  numbers per row; null for a column without rows
 * @param max    only whole numbers from 0 to this; null for any number
 */
function flatten(
  column: unknown,
  width: number | null,
  max: number | null,
  place: string,
  problems: FileProblems,
): number[] {
  if (!Array.isArray(column)) return problems.refuse(place, 'an array', typeof column)
  const numbers: number[] = []
  const take = (values: unknown[], where: string): void => {
    for (const value of values) {
      const fits =
        typeof value === 'number' && (max === null || (Number.isInteger(value) && value >= 0 && value <= max))
      if (!fits) problems.refuse(where, max === null ? 'a number' : `0 to ${max}`, shown(value))
      numbers.push(value as number)
    }
  }
  if (width === null) {
    take(column, place)
    return numbers
  }
  for (const [i, row] of column.entries()) {
    if (!Array.isArray(row)) return problems.refuse(`${place}[${i}]`, `${width} numbers`, typeof row)
    if (row.length !== width) problems.refuse(`${place}[${i}]`, `${width} numbers`, row.length)
    take(row, `${place}[${i}]`)
  }
  return numbers
}

export const jsonl = inOwnUnits({
  name: 'jsonl',
  title: 'JSON Lines: one episode per line, readable anywhere',
  group: 'scripts',
  layout: 'file',
  extensions: ['.jsonl', '.ndjson'],
  mediaType: 'application/jsonl',
  matches: (bytes) => Buffer.from(bytes.subarray(0, START.length)).toString('latin1') === START,
  write: writeJsonl,
  read: readJsonl,
  cannotHold: () => [],
})
