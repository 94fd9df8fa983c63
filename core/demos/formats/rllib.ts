/**
 * For RLlib's offline data: Parquet with a row per step, and JSON lines with an episode per line. RLlib's own heads have no
 * room for ours, so that both can only be written.
 *
 * Columns are those of ray.rllib.core.columns.Columns and ray.rllib.policy.sample_batch.SampleBatch; `terminateds` and
 * `truncateds` stay apart. Both readers of JSON (JsonReader, ray.data.read_json) guess the type of a column: floats have a
 * point even where they are whole, as observations of integers end RLlib's training with an error.
 */
import { createHash } from 'node:crypto'
import { shapeSize } from '../../envs/index.ts'
import { type EnvironmentStamp, type Episode, episodeLength } from '../episode.ts'
import { type ParquetField, writeParquet } from './parts/columnar/parquet-write.ts'
import { actionOf, flatActions, mergedObservationsLost, mixedActionsLost } from './parts/flat-actions.ts'
import { singleFloatText } from './parts/number-text.ts'
import { inOwnUnits, type OutgoingEpisode } from './parts/outgoing.ts'
import { firstOfSameColumns } from './parts/same-columns.ts'

/** One step: what was seen, done, and came of it. */
interface Row {
  readonly eps_id: string
  readonly t: number
  readonly obs: Float32Array
  readonly actions: readonly number[]
  readonly rewards: number
  readonly new_obs: Float32Array
  readonly terminateds: boolean
  readonly truncateds: boolean
}

/**
 * Numbers below 2^48 that go with the episodes into every file: RLlib's buffer leaves out an episode whose `eps_id` it has
 * already, from whichever file it came. Equal plays are several plays, and have a number each.
 */
function episodeNumbers(episodes: readonly OutgoingEpisode[]): string[] {
  const seen = new Map<string, number>()
  return episodes.map(({ head }) => {
    const hash = head.hash!
    const before = seen.get(hash) ?? 0
    seen.set(hash, before + 1)
    const name = before === 0 ? hash : createHash('sha256').update(`${hash} ${before}`).digest('hex')
    return String(Number.parseInt(name.slice(0, 12), 16))
  })
}

function rowsOf(episode: OutgoingEpisode, id: string): Row[] {
  const O = observationSize(episode.environment)
  const steps = episodeLength(episode)
  const observation = (step: number): Float32Array => episode.observations.subarray(step * O, (step + 1) * O)
  return Array.from({ length: steps }, (_, step) => ({
    eps_id: id,
    t: step,
    obs: observation(step),
    actions: actionOf(episode, step),
    rewards: episode.rewards[step]!,
    new_obs: observation(step + 1),
    terminateds: step === steps - 1 && episode.terminated,
    truncateds: step === steps - 1 && episode.truncated,
  }))
}

function observationSize({ observations }: EnvironmentStamp): number {
  return observations.reduce((sum, { shape }) => sum + shapeSize(shape), 0)
}

/** A branch alone is a number, as Gymnasium's Discrete has it; everything else is a list. */
function isScalar(environment: EnvironmentStamp): boolean {
  const { element, width } = flatActions(environment)
  return element === 'int64' && width === 1
}

function writeRllibParquet(episodes: readonly OutgoingEpisode[]): Promise<Uint8Array> {
  const { environment } = firstOfSameColumns(episodes, 'a Parquet file for RLlib')
  const numbers = episodeNumbers(episodes)
  const rows = episodes.flatMap((episode, i) => rowsOf(episode, numbers[i]!))
  const scalar = isScalar(environment)
  const field = <K extends keyof Row>(
    name: K,
    element: ParquetField['element'],
    list = false,
    of: (value: Row[K]) => unknown = (value) => value,
  ): ParquetField => ({ name, element, list, rows: rows.map((row) => of(row[name])) })
  return writeParquet([
    field('eps_id', 'string'),
    field('t', 'int64'),
    field('obs', 'float32', true, (values) => [...values]),
    field('actions', flatActions(environment).element, !scalar, (values) => (scalar ? values[0] : values)),
    field('rewards', 'float32'),
    field('new_obs', 'float32', true, (values) => [...values]),
    field('terminateds', 'bool'),
    field('truncateds', 'bool'),
  ])
}

function writeRllibJson(episodes: readonly OutgoingEpisode[]): Uint8Array {
  const { environment } = firstOfSameColumns(episodes, 'a JSON file for RLlib')
  const scalar = isScalar(environment)
  const actionText = flatActions(environment).element === 'int64' ? String : singleFloatText
  const numbers = episodeNumbers(episodes)
  const line = (episode: OutgoingEpisode, i: number): string => {
    const rows = rowsOf(episode, numbers[i]!)
    const column = (name: string, text: (row: Row) => string): string =>
      `"${name}":[${rows.map(text).join(',')}]`
    const list = (values: Iterable<number>, text = singleFloatText): string =>
      `[${Array.from(values, (value) => text(value)).join(',')}]`
    return `{"type":"SampleBatch",${[
      column('eps_id', (row) => row.eps_id),
      column('t', ({ t }) => String(t)),
      column('agent_index', () => '0'),
      column('unroll_id', (row) => row.eps_id),
      column('obs', ({ obs }) => list(obs)),
      column('actions', ({ actions }) => (scalar ? String(actions[0]!) : list(actions, actionText))),
      column('rewards', ({ rewards }) => singleFloatText(rewards)),
      column('new_obs', (row) => list(row.new_obs)),
      column('terminateds', ({ terminateds }) => String(terminateds)),
      column('truncateds', ({ truncateds }) => String(truncateds)),
    ].join(',')}}\n`
  }
  return Buffer.from(episodes.map(line).join(''))
}

function cannotHold(episodes: readonly Episode[]): string[] {
  return [
    'who played, when, from which seed, and the time of each step',
    'success, tags, notes and ratings',
    ...(episodes.some(({ masks }) => masks !== undefined) ? ['which actions were masked'] : []),
    ...(episodes.some(({ environment }) => environment.observations.some(({ shape }) => shape.length > 1))
      ? ['the shapes of observations: RLlib gets one vector']
      : []),
    ...mergedObservationsLost(episodes, 'RLlib'),
    ...mixedActionsLost(episodes, 'RLlib'),
  ]
}

export const rllibParquet = inOwnUnits({
  name: 'rllib',
  title: "RLlib's offline data as Parquet, a row per step (export only)",
  group: 'offline',
  layout: 'file',
  extensions: ['.parquet'],
  mediaType: 'application/vnd.apache.parquet',
  matches: () => false,
  write: writeRllibParquet,
  cannotHold,
})

export const rllibJson = inOwnUnits({
  name: 'rllib-json',
  title: "RLlib's older offline data as JSON lines, an episode per line (export only)",
  group: 'offline',
  layout: 'file',
  extensions: ['.rllib.json'],
  mediaType: 'application/jsonl',
  matches: () => false,
  write: writeRllibJson,
  cannotHold,
})
