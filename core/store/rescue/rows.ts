/** Which table a row comes from, told by its shape: the table of contents may be what is damaged. */
import { crc32 } from 'node:zlib'
import type { EpisodeRecord } from '../episode-row.ts'
import type { Cell, Value } from './records.ts'

export interface ChunkRow {
  readonly episodeId: number
  readonly values: readonly Value[]
}

export type Found =
  | { readonly table: 'episode'; readonly record: EpisodeRecord }
  | { readonly table: 'chunk'; readonly row: ChunkRow; readonly whole: boolean }
  | { readonly table: 'run' | 'metric' | 'meta' | 'imported_agent'; readonly values: readonly Value[] }

/** Columns as they lie in a row; those that later versions have added stand behind them, and are not in rows from before. */
const EPISODE_COLUMNS = [
  'id',
  'environment_id',
  'environment_version',
  'environment',
  'seed',
  'player_name',
  'player_kind',
  'started_at_us',
  'state',
  'length',
  'total_reward',
  'success',
  'terminated',
  'truncated',
  'tags',
  'note',
  'rating',
  'bundled',
  'hash',
  'deleted_at_us',
  'recorder_pid',
  'recorder_token',
] as const satisfies readonly (keyof EpisodeRecord)[]

/** Where those that say what is known stand. */
const KNOWN_COLUMNS = { seed_known: 22, player_known: 24, success_known: 25 } as const

const RUN_COLUMNS = 15
const AGENT_COLUMNS = 13

const text = (value: Value | undefined): value is string => typeof value === 'string'
const number = (value: Value | undefined): value is number => typeof value === 'number'

/** @returns undefined for rows of indices and of tables that hold nothing to be rescued */
export function recognise({ rowid, values }: Cell): Found | undefined {
  if (rowid !== undefined) {
    return isChunk(values) ? chunk(values) : isEpisode(values) ? episode(rowid, values) : undefined
  }
  const [a, b, c, d, e] = values
  if (values.length === 2 && text(a) && text(b)) return { table: 'meta', values }
  if (values.length === 4 && text(a) && number(b) && text(c) && (number(d) || d === null)) {
    return { table: 'metric', values }
  }
  if (values.length >= RUN_COLUMNS && [a, b, c, d, e].every(text) && RUN_STATES.includes(e as string)) {
    return { table: 'run', values: values.slice(0, RUN_COLUMNS) }
  }
  if (values.length === AGENT_COLUMNS && /^[0-9a-f]{64}$/.test(String(values[5]))) {
    return { table: 'imported_agent', values }
  }
  return undefined
}

const RUN_STATES = ['running', 'stopped', 'finished', 'failed']

function isChunk(values: readonly Value[]): boolean {
  return values.length === 6 && values.slice(0, 5).every(number) && Buffer.isBuffer(values[5])
}

function chunk(values: readonly Value[]): Found {
  const whole = crc32(values[5] as Buffer) === values[4]
  return { table: 'chunk', row: { episodeId: values[0] as number, values }, whole }
}

function isEpisode(values: readonly Value[]): boolean {
  const [id, environmentId, version, stamp] = values
  return values.length >= 22 && id === null && text(environmentId) && number(version) && text(stamp)
}

function episode(id: number, values: readonly Value[]): Found {
  const record = Object.fromEntries(EPISODE_COLUMNS.map((name, i) => [name, values[i] ?? null]))
  const known = Object.entries(KNOWN_COLUMNS).map(([name, i]) => [name, values[i] === 0 ? 0 : 1])
  return { table: 'episode', record: { ...record, id, ...Object.fromEntries(known) } as EpisodeRecord }
}
