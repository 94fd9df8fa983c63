/**
 * Trajectories of HumanCompatibleAI/imitation, as `imitation.data.serialize.save` writes them: a data set of Hugging Face's
 * `datasets` on disk, an Arrow stream with a row per trajectory.
 *
 * `terminal` is `terminated`; an episode that was cut off says so in its last info as Stable-Baselines3 does,
 * `TimeLimit.truncated`. Times and masks are in the infos too. Our heads lie in a file of their own, which `datasets`
 * passes over.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { shapeSize } from '../../../envs/index.ts'
import { readBySchema } from '../../../schema-words.ts'
import { type EnvironmentStamp, type Episode, episodeLength, stepLayout } from '../../episode.ts'
import type { DemonstrationFiles, ReadOptions } from '../format.ts'
import { LIMITS } from '../limits.ts'
import { type ArrowBatch, type ArrowColumn, readArrowStream } from '../parts/columnar/arrow-read.ts'
import { type ArrowField, writeArrowStream } from '../parts/columnar/arrow-write.ts'
import {
  actionOf,
  flatActions,
  mergedObservationsLost,
  mixedActionsLost,
  splitActions,
} from '../parts/flat-actions.ts'
import { foreignHead, givenEnvironment } from '../parts/foreign.ts'
import { assembleEpisode, type PlainHead } from '../parts/head.ts'
import { parseJson, readHeads, writeHeads } from '../parts/heads-file.ts'
import { nested } from '../parts/nested.ts'
import { doubleText } from '../parts/number-text.ts'
import { inOwnUnits, type OutgoingEpisode } from '../parts/outgoing.ts'
import { firstOfSameColumns } from '../parts/same-columns.ts'
import { FileProblems } from '../problems.ts'

const DATA = 'data-00000-of-00001.arrow'
const STATE = 'state.json'
const INFO = 'dataset_info.json'
const HEADS = 'understudy.json'

async function writeImitation(episodes: readonly OutgoingEpisode[]): Promise<DemonstrationFiles> {
  const { environment } = firstOfSameColumns(episodes, 'an imitation folder')
  const { element, width } = flatActions(environment)
  const shape = observationShape(environment)
  const size = shapeSize(shape)
  const fields: ArrowField[] = [
    {
      name: 'obs',
      element: 'float32',
      lists: 1 + shape.length,
      rows: episodes.map(({ observations }) =>
        observationRows(observations, size).map((row) => nested(row, shape)),
      ),
    },
    {
      name: 'acts',
      element,
      lists: width === 1 && element === 'int64' ? 1 : 2,
      rows: episodes.map((episode) =>
        stepsOf(episode).map((step) => {
          const action = actionOf(episode, step)
          return width === 1 && element === 'int64' ? action[0] : action
        }),
      ),
    },
    { name: 'infos', element: 'string', lists: 1, rows: episodes.map(infosOf) },
    { name: 'terminal', element: 'bool', lists: 0, rows: episodes.map(({ terminated }) => terminated) },
    { name: 'rews', element: 'float32', lists: 1, rows: episodes.map(({ rewards }) => rewards) },
  ]
  const features = Object.fromEntries(fields.map((field) => [field.name, feature(field)]))
  const data = await writeArrowStream(fields, { huggingface: JSON.stringify({ info: { features } }) })
  return new Map([
    [DATA, data],
    [INFO, json({ citation: '', description: '', features, homepage: '', license: '' })],
    [STATE, json(state(createHash('sha256').update(data).digest('hex').slice(0, 16)))],
    [HEADS, writeHeads(episodes)],
  ])
}

/** One observation keeps its shape, several become one vector. */
function observationShape({ observations }: EnvironmentStamp): readonly number[] {
  const [only, ...others] = observations
  if (only !== undefined && others.length === 0) return only.shape
  return [observations.reduce((sum, { shape }) => sum + shapeSize(shape), 0)]
}

function observationRows(observations: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: observations.length / size }, (_, i) =>
    observations.subarray(i * size, (i + 1) * size),
  )
}

function stepsOf(episode: Episode): number[] {
  return Array.from({ length: episodeLength(episode) }, (_, step) => step)
}

/** As jsonpickle encodes dictionaries of numbers: plain JSON. */
function infosOf(episode: Episode): string[] {
  const { mask: M } = stepLayout(episode.environment)
  const last = episodeLength(episode) - 1
  return stepsOf(episode).map((step) => {
    const mask = episode.masks?.subarray(step * M, (step + 1) * M)
    return `{${[
      `"time_us": ${doubleText(episode.timesUs[step]!)}`,
      ...(mask === undefined ? [] : [`"action_mask": [${mask.join(', ')}]`]),
      ...(step === last && episode.truncated ? ['"TimeLimit.truncated": true'] : []),
    ].join(', ')}}`
  })
}

/** `Sequence` is what every release of `datasets` knows; newer ones call it a list. */
function feature({ element, lists }: ArrowField): unknown {
  const value = { dtype: element, _type: 'Value' }
  return Array.from({ length: lists }).reduce(
    (inner) => ({ feature: inner, _type: 'Sequence' }),
    value as unknown,
  )
}

function state(fingerprint: string): object {
  return {
    _data_files: [{ filename: DATA }],
    _fingerprint: fingerprint,
    _format_columns: null,
    _format_kwargs: {},
    _format_type: null,
    _output_all_columns: false,
    _split: null,
  }
}

function json(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`)
}

const stateSchema = z.object({ _data_files: z.array(z.object({ filename: z.string() })).max(LIMITS.files) })

function readImitation(files: DemonstrationFiles, folderName: string, options?: ReadOptions): Episode[] {
  const problems = new FileProblems(folderName)
  const trajectories = readBatches(files, problems).flatMap((batch) => trajectoriesOf(batch, problems))
  if (trajectories.length > LIMITS.episodes) {
    problems.refuse('rows', `at most ${LIMITS.episodes}`, trajectories.length)
  }
  const ours = readHeads(files, HEADS, trajectories.length, problems)
  const environment = ours === undefined ? givenEnvironment(folderName, options) : undefined
  if (environment !== undefined) {
    options?.note?.('imitation keeps no times, seeds or players: none are set')
    if (trajectories.some(({ rewards }) => rewards === undefined))
      options?.note?.('it has no rewards: they are 0')
  }
  return trajectories.map((trajectory, i) => {
    const place = `episode ${i}`
    const head = ours?.heads[i] ?? foreignHead(environment!, i, outcomeOf(trajectory))
    return episodeOf(trajectory, head, ours !== undefined, place, problems)
  })
}

function readBatches(files: DemonstrationFiles, problems: FileProblems): ArrowBatch[] {
  const parsed = readBySchema(stateSchema, parseJson(files.get(STATE) ?? new Uint8Array(0), STATE, problems))
  if ('problem' in parsed) return problems.refuseBySchema(STATE, parsed.problem)
  return parsed.data._data_files.flatMap(({ filename }) => {
    const bytes = files.get(filename)
    if (bytes === undefined) return problems.refuse(STATE, 'data files that exist', filename)
    return readArrowStream(bytes, filename, problems)
  })
}

interface Trajectory {
  /** [N+1, O] */
  readonly observations: Float64Array
  /** [N, A] */
  readonly actions: Float64Array
  readonly steps: number
  readonly infos: readonly string[]
  readonly terminal: boolean
  readonly rewards: Float64Array | undefined
}

function trajectoriesOf({ rows, columns }: ArrowBatch, problems: FileProblems): Trajectory[] {
  const column = (name: string): ArrowColumn =>
    columns.get(name) ?? problems.refuse('columns', `"${name}"`, [...columns.keys()].join(', '))
  const [obs, acts, infos, terminal] = ['obs', 'acts', 'infos', 'terminal'].map(column)
  const rews = columns.get('rews')
  if (terminal!.type !== 'numbers') return problems.refuse('column "terminal"', 'flags', terminal!.type)
  const flags = terminal!.values
  return Array.from({ length: rows }, (_, row) => {
    const place = `row ${row}`
    const actions = numbersOf(acts!, row, `${place}, acts`, problems)
    return {
      observations: numbersOf(obs!, row, `${place}, obs`, problems).values,
      actions: actions.values,
      steps: actions.length,
      infos: textsOf(infos!, row),
      terminal: flags[row] === 1,
      rewards: rews === undefined ? undefined : numbersOf(rews, row, `${place}, rews`, problems).values,
    }
  })
}

/** All numbers of a row, however deep its lists are, and how many entries its outermost list has. */
function numbersOf(
  column: ArrowColumn,
  row: number,
  place: string,
  problems: FileProblems,
): { values: Float64Array; length: number } {
  if (column.type !== 'list') return problems.refuse(place, 'a list', column.type)
  let inner: ArrowColumn = column
  let [from, to] = [row, row + 1]
  let length = 0
  while (inner.type === 'list') {
    ;[from, to] = [inner.starts[from]!, inner.starts[to]!]
    if (inner === column) length = to - from
    inner = inner.items
  }
  if (inner.type !== 'numbers') return problems.refuse(place, 'numbers', inner.type)
  return { values: inner.values.subarray(from, to), length }
}

function textsOf(column: ArrowColumn, row: number): readonly string[] {
  if (column.type !== 'list' || column.items.type !== 'texts') return []
  return column.items.texts.slice(column.starts[row]!, column.starts[row + 1]!)
}

function outcomeOf({ terminal, infos }: Trajectory): { terminated: boolean; truncated: boolean } {
  const truncated = infoOf(infos.at(-1))['TimeLimit.truncated'] === true
  return { terminated: terminal && !truncated, truncated }
}

/** What jsonpickle makes of objects is JSON too; only plain entries of it are used. */
function infoOf(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function episodeOf(
  { observations, actions, steps, infos, rewards = new Float64Array(steps) }: Trajectory,
  head: PlainHead,
  isOurs: boolean,
  place: string,
  problems: FileProblems,
): Episode {
  const { width } = flatActions(head.environment)
  if (actions.length !== steps * width) {
    problems.refuse(`${place}, acts`, `${steps} x ${width} = ${steps * width} numbers`, actions.length)
  }
  const own = isOurs ? ownColumns(infos, place, problems) : { timesUs: new Float64Array(steps) }
  const columns = {
    observations: new Float32Array(observations),
    ...splitActions(actions, head.environment),
    rewards: new Float32Array(rewards),
    ...own,
  }
  return assembleEpisode(head, columns, place, problems)
}

/** What of ours imitation keeps in the infos. */
function ownColumns(
  infos: readonly string[],
  place: string,
  problems: FileProblems,
): { timesUs: Float64Array; masks?: Uint8Array } {
  const parsed = infos.map(infoOf)
  const timesUs = parsed.map(({ time_us: time }, step) =>
    typeof time === 'number'
      ? time
      : problems.refuse(`${place}, info ${step}`, 'the time of the step', 'none'),
  )
  const masks = parsed.flatMap(({ action_mask: mask }) => (Array.isArray(mask) ? mask.map(Number) : []))
  const isMasked = parsed.some((info) => 'action_mask' in info)
  return { timesUs: Float64Array.from(timesUs), ...(isMasked ? { masks: Uint8Array.from(masks) } : {}) }
}

export const imitation = inOwnUnits({
  name: 'imitation',
  title: 'imitation trajectories: the Hugging Face data set that imitation.data.serialize loads',
  group: 'imitation',
  layout: 'folder',
  matches: (paths) => paths.has(STATE) && paths.has(INFO),
  write: writeImitation,
  read: readImitation,
  cannotHold: (episodes) => [
    ...mergedObservationsLost(episodes, 'imitation'),
    ...mixedActionsLost(episodes, 'imitation'),
  ],
})
