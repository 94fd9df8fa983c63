/** Reads the table of csv.ts, or one that was made elsewhere, row by row. */
import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import type { EnvironmentStamp, Episode } from '../../episode.ts'
import { layoutMismatch } from '../../stamp.ts'
import type { ReadOptions } from '../format.ts'
import { LIMITS } from '../limits.ts'
import { foreignHead, givenEnvironment } from '../parts/foreign.ts'
import { assembleEpisode, type PlainHead, parseHead } from '../parts/head.ts'
import { FileProblems } from '../problems.ts'
import { COUNTERS, columnCount, columnNames, HEAD, hasMasks, PLAIN } from './columns.ts'

type Fields = readonly string[]

/** @throws DataError at the first row that is wrong; UserError when nobody says what was played */
export function readCsv(bytes: Uint8Array, fileName: string, options?: ReadOptions): Episode[] {
  const problems = new FileProblems(fileName)
  let header: Fields | undefined
  let table: Table | undefined
  eachRow(bytes, problems, (fields, line) => {
    if (header === undefined) header = fields
    else {
      table ??= new Table(header, environmentOf(header, fields, problems, options), problems)
      table.take(fields, line)
    }
  })
  return table?.finish(options?.note ?? (() => undefined)) ?? []
}

function eachRow(
  bytes: Uint8Array,
  problems: FileProblems,
  take: (fields: Fields, line: number) => void,
): void {
  if (!isUtf8(bytes)) problems.refuse('content', 'UTF-8 text', 'other bytes')
  try {
    parse(bytes, {
      bom: true,
      skip_empty_lines: true,
      // Nothing is kept: the rows of a large file as text would fill the memory.
      on_record: (fields: string[], { lines }) => {
        take(fields, lines)
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    problems.refuse(`line ${error.lines}`, 'a row of comma-separated values', error.message, error)
  }
}

/** What the first row says, or else the person. */
function environmentOf(
  header: Fields,
  first: Fields,
  problems: FileProblems,
  options: ReadOptions | undefined,
): EnvironmentStamp {
  const head = first[header.indexOf(HEAD)] ?? ''
  if (head !== '') return parseHeadText(head, 'row 1', problems).environment
  return givenEnvironment(problems.file, options)
}

function parseHeadText(text: string, place: string, problems: FileProblems): PlainHead {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return problems.refuse(`${place}, ${HEAD}`, 'JSON', (error as Error).message, error)
  }
  return parseHead(value, `${place}, ${HEAD}`, problems)
}

/** Where in a row things stand; undefined where the file has no such column. */
interface Places {
  readonly observations: readonly number[]
  readonly continuous: readonly number[]
  readonly discrete: readonly number[]
  readonly masks: readonly number[]
  readonly plain: Readonly<Record<string, number | undefined>>
}

/** An episode whose rows are being read. */
class Draft {
  readonly line: number
  readonly head: PlainHead | undefined
  readonly observations: number[] = []
  readonly continuous: number[] = []
  readonly discrete: number[] = []
  readonly rewards: number[] = []
  readonly timesUs: number[] = []
  readonly masks: number[] = []
  /** Of each step. */
  readonly lines: number[] = []
  rows = 0
  terminated = false
  truncated = false
  /** Whether its last observation has been read. */
  closed = false

  constructor(line: number, head: PlainHead | undefined) {
    this.line = line
    this.head = head
  }

  get ended(): boolean {
    return this.terminated || this.truncated
  }
}

class Table {
  readonly #environment: EnvironmentStamp
  readonly #problems: FileProblems
  readonly #header: Fields
  readonly #places: Places
  readonly #episodes: Episode[] = []
  readonly #labels = new Set<string>()
  #label = ''
  #draft: Draft | undefined
  #unclosed = 0
  #stopped = 0

  constructor(header: Fields, environment: EnvironmentStamp, problems: FileProblems) {
    this.#environment = environment
    this.#problems = problems
    this.#header = header
    this.#places = findColumns(header, environment, problems)
  }

  take(fields: Fields, line: number): void {
    const final = this.#isFinal(fields)
    const draft = this.#episodeOf(fields, line, final)
    const place = `line ${line}`
    if (draft.closed)
      this.#problems.refuse(place, 'a new episode after a row without an action', 'the same one')
    const { plain } = this.#places
    const step = this.#text(fields, plain.step)
    if (step !== '' && this.#number(fields, plain.step!, line) !== draft.rows) {
      this.#problems.refuse(`${place}, step`, draft.rows, step)
    }
    if (!final && draft.ended) this.#problems.refuse(place, 'no action after the end of the episode', 'one')
    draft.rows++
    this.#append(draft.observations, this.#places.observations, fields, line)
    draft.terminated = this.#flag(fields, plain.terminated, line) || draft.terminated
    draft.truncated = this.#flag(fields, plain.truncated, line) || draft.truncated
    if (final) {
      draft.closed = true
      return
    }
    this.#append(draft.continuous, this.#places.continuous, fields, line)
    this.#append(draft.discrete, this.#places.discrete, fields, line)
    draft.lines.push(line)
    this.#appendMasks(draft.masks, fields, line)
    draft.rewards.push(this.#number(fields, plain.reward!, line))
    draft.timesUs.push(plain.time_us === undefined ? 0 : this.#number(fields, plain.time_us, line))
  }

  finish(note: (text: string) => void): Episode[] {
    this.#close()
    const known = new Set<string>([
      ...COUNTERS,
      ...PLAIN,
      HEAD,
      ...Object.values(columnNames(this.#environment, hasMasks(this.#header))).flat(),
    ])
    const others = this.#header.filter((name) => !known.has(name)).map((name) => `"${name}"`)
    if (others.length > 0) note(`other columns are left out: ${others.slice(0, 8).join(', ')}`)
    if (this.#unclosed > 0) {
      note(`episodes without a last observation, for which the one before is used: ${this.#unclosed}`)
    }
    if (this.#stopped > 0) note(`episodes that simply stop and count as truncated: ${this.#stopped}`)
    return this.#episodes
  }

  /** A row with an observation only. */
  #isFinal(fields: Fields): boolean {
    const { continuous, discrete, plain } = this.#places
    const actions = [...continuous, ...discrete]
    return (actions.length > 0 ? actions : [plain.reward]).every((at) => this.#text(fields, at) === '')
  }

  /** The episode that a row belongs to, which may begin with it. */
  #episodeOf(fields: Fields, line: number, final: boolean): Draft {
    const { plain } = this.#places
    const label = this.#text(fields, plain.episode)
    const current = this.#draft
    if (current !== undefined) {
      const goesOn =
        plain.episode === undefined ? !current.closed && (final || !current.ended) : label === this.#label
      if (goesOn) return current
    }
    this.#close()
    if (plain.episode !== undefined) {
      if (this.#labels.has(label)) {
        this.#problems.refuse(`line ${line}, episode`, 'the rows of an episode one after the other', label)
      }
      this.#labels.add(label)
    }
    if (this.#episodes.length >= LIMITS.episodes) {
      this.#problems.refuse(`line ${line}`, `at most ${LIMITS.episodes} episodes`, 'more')
    }
    this.#label = label
    const text = this.#text(fields, plain[HEAD])
    const head = text === '' ? undefined : parseHeadText(text, `line ${line}`, this.#problems)
    this.#draft = new Draft(line, head)
    return this.#draft
  }

  #close(): void {
    const draft = this.#draft
    if (draft === undefined) return
    const index = this.#episodes.length
    const place = `episode ${index} (line ${draft.line})`
    const head = draft.head ?? foreignHead(this.#environment, index, draft)
    const mismatch = layoutMismatch(head.environment, this.#environment)
    if (mismatch !== undefined) {
      this.#problems.refuse(`${place}, ${mismatch.what}`, mismatch.expected, mismatch.found)
    }
    if (draft.head === undefined) this.#stopped += Number(!draft.ended)
    else this.#compareEnds(draft.head, draft, place)
    if (!draft.closed) {
      const width = this.#places.observations.length
      draft.observations.push(...draft.observations.slice(draft.observations.length - width))
      this.#unclosed++
    }
    const columns = {
      observations: Float32Array.from(draft.observations),
      continuous: Float32Array.from(draft.continuous),
      discrete: draft.discrete,
      rewards: Float32Array.from(draft.rewards),
      timesUs: Float64Array.from(draft.timesUs),
      ...(this.#places.masks.length === 0 ? {} : { masks: Uint8Array.from(draft.masks) }),
    }
    const placeOf = (step: number) => `line ${draft.lines[step]} (episode ${index}, step ${step})`
    this.#episodes.push(assembleEpisode(head, columns, place, this.#problems, placeOf))
  }

  #compareEnds(head: PlainHead, draft: Draft, place: string): void {
    for (const name of ['terminated', 'truncated'] as const) {
      if (this.#places.plain[name] === undefined || head[name] === draft[name]) continue
      this.#problems.refuse(`${place}, ${name}`, `${head[name]} as in ${HEAD}`, String(draft[name]))
    }
  }

  #append(to: number[], places: readonly number[], fields: Fields, line: number): void {
    for (const at of places) to.push(this.#number(fields, at, line))
  }

  #appendMasks(to: number[], fields: Fields, line: number): void {
    for (const at of this.#places.masks) {
      const value = this.#number(fields, at, line)
      if (value !== 0 && value !== 1) {
        this.#problems.refuse(`line ${line}, ${this.#header[at]}`, '0 or 1', fields[at]!)
      }
      to.push(value)
    }
  }

  #number(fields: Fields, at: number, line: number): number {
    const text = fields[at]!.trim()
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text)
    return this.#problems.refuse(`line ${line}, ${this.#header[at]}`, 'a number', `"${text}"`)
  }

  #flag(fields: Fields, at: number | undefined, line: number): boolean {
    const text = this.#text(fields, at).toLowerCase()
    if (['', '0', '0.0', 'false'].includes(text)) return false
    if (['1', '1.0', 'true'].includes(text)) return true
    return this.#problems.refuse(`line ${line}, ${this.#header[at!]}`, '0 or 1', `"${text}"`)
  }

  #text(fields: Fields, at: number | undefined): string {
    return at === undefined ? '' : fields[at]!.trim()
  }
}

function findColumns(header: Fields, environment: EnvironmentStamp, problems: FileProblems): Places {
  const asked = columnCount(environment, header)
  if (!(asked <= header.length)) {
    problems.refuse('header', `${asked} columns of observations and actions`, header.length)
  }
  const places = new Map<string, number>()
  for (const [i, name] of header.entries()) {
    if (places.has(name) && name !== '') problems.refuse('header', `one column "${name}"`, 'two')
    places.set(name, i)
  }
  const names = columnNames(environment, hasMasks(header))
  const needed = (group: readonly string[]): number[] =>
    group.map((name) => places.get(name) ?? problems.refuse('header', `a column "${name}"`, 'none'))
  return {
    observations: needed(names.observations),
    continuous: needed(names.continuous),
    discrete: needed(names.discrete),
    masks: needed(names.masks),
    plain: {
      reward: needed(['reward'])[0],
      ...Object.fromEntries(
        [...COUNTERS, 'terminated', 'truncated', 'time_us', HEAD].map((name) => [name, places.get(name)]),
      ),
    },
  }
}
