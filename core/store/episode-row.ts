/** Episodes as they are listed: everything but the steps. */
import type { ParameterValue } from '../envs/environment.ts'
import type { EnvironmentStamp, PlayerKind } from './episode.ts'

/** `recording`: being played now. `interrupted`: its recorder was ended before the episode was. */
export type EpisodeState = 'recording' | 'complete' | 'interrupted'

export interface EpisodeRow {
  readonly id: number
  readonly environmentId: string
  readonly environmentVersion: number
  readonly parameters: Readonly<Record<string, ParameterValue>>
  /** Null when nobody knows it. */
  readonly seed: number | null
  readonly playerName: string
  readonly playerKind: PlayerKind
  /** Unix time in microseconds. */
  readonly startedAtUs: number
  /** Steps. */
  readonly length: number
  /** Sum of rewards. */
  readonly return: number
  /** Null when nobody knows it. */
  readonly success: boolean | null
  readonly terminated: boolean
  readonly truncated: boolean
  readonly tags: readonly string[]
  readonly note: string
  /** 0 = not rated, else 1 to 5. */
  readonly rating: number
  readonly state: EpisodeState
  /** Came with the program. */
  readonly bundled: boolean
  /** SHA-256 of what was played; null until the episode is complete. */
  readonly hash: string | null
  /** Unix time in microseconds; null when not deleted. */
  readonly deletedAtUs: number | null
  /** What of the row cannot be read, as the end of a sentence; null when all is well. */
  readonly damage: string | null
}

/** A row of the table `episode`. */
export interface EpisodeRecord {
  id: number
  environment_id: string
  environment_version: number
  environment: string
  /** 0 where it is not known. */
  seed: number
  seed_known: number
  player_name: string
  /** 'agent' where it is not known. */
  player_kind: Exclude<PlayerKind, 'unknown'>
  player_known: number
  started_at_us: number
  state: EpisodeState
  length: number
  total_reward: number
  /** 0 where it is not known. */
  success: number
  success_known: number
  terminated: number
  truncated: number
  tags: string
  note: string
  rating: number
  bundled: number
  hash: string | null
  deleted_at_us: number | null
  recorder_pid: number | null
  recorder_token: string | null
}

export const EPISODE_COLUMNS = `id, environment_id, environment_version, environment, seed, seed_known, player_name, player_kind,
  player_known, started_at_us, state, length, total_reward, success, success_known, terminated, truncated, tags, note, rating, bundled, hash,
  deleted_at_us, recorder_pid, recorder_token`

/** Condition of SQL: not of an import that is under way. */
export const VISIBLE = 'coalesce(import_id, 0) NOT IN (SELECT id FROM staged_import)'

/** Whatever the table holds: what cannot be read is told, and something harmless stands in for it. */
export function episodeRow(record: EpisodeRecord): EpisodeRow {
  const damaged: string[] = []
  const read = <T>(what: string, fits: boolean, value: () => T, instead: T): T => {
    if (fits) return value()
    damaged.push(what)
    return instead
  }
  const whole = (what: string, value: number): number => read(what, isWhole(value), () => value, 0)
  const text = (what: string, value: unknown): string =>
    read(what, typeof value === 'string', () => value as string, '')
  const stamp = parsed(record.environment) as EnvironmentStamp | undefined
  const tags = parsed(record.tags)
  const row = {
    id: record.id,
    environmentId: text('environment', record.environment_id),
    environmentVersion: whole('version', record.environment_version),
    parameters: read('parameters', isParameters(stamp?.parameters), () => stamp!.parameters, {}),
    seed: record.seed_known === 1 ? whole('seed', record.seed) : null,
    playerName: text('player', record.player_name),
    playerKind: read(
      'kind of player',
      PLAYER_KINDS.includes(record.player_kind),
      () => playerKindOf(record),
      'unknown',
    ),
    startedAtUs: whole('time', record.started_at_us),
    length: whole('length', record.length),
    return: read('return', Number.isFinite(record.total_reward), () => record.total_reward, 0),
    success: successOf(record),
    terminated: record.terminated === 1,
    truncated: record.truncated === 1,
    tags: read('tags', isTexts(tags), () => tags as string[], []),
    note: text('note', record.note),
    rating: read('rating', isWhole(record.rating) && record.rating <= 5, () => record.rating, 0),
    state: read('state', STATES.includes(record.state), () => record.state, 'interrupted'),
    bundled: record.bundled === 1,
    hash: record.hash,
    deletedAtUs: record.deleted_at_us,
  }
  return { ...row, damage: damaged.length === 0 ? null : `its ${damaged.join(', ')} cannot be read` }
}

const PLAYER_KINDS: readonly EpisodeRecord['player_kind'][] = ['human', 'scripted', 'agent']
const STATES: readonly EpisodeState[] = ['recording', 'complete', 'interrupted']

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Thousands of rows have few stamps and sets of tags between them; reading each anew takes most of the time of a list. */
const known = new Map<string, unknown>()
const MOST_KNOWN = 1_000

function parsed(json: string): unknown {
  if (known.has(json)) return known.get(json)
  const value = parse(json)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(json, value)
  return value
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isParameters(value: unknown): boolean {
  const kinds = ['number', 'string', 'boolean']
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((part) => kinds.includes(typeof part))
  )
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((part) => typeof part === 'string')
}

export function seedOf({ seed, seed_known }: Pick<EpisodeRecord, 'seed' | 'seed_known'>): number | null {
  return seed_known === 1 ? seed : null
}

export function playerKindOf({
  player_kind,
  player_known,
}: Pick<EpisodeRecord, 'player_kind' | 'player_known'>): PlayerKind {
  return player_known === 1 ? player_kind : 'unknown'
}

export function successOf({
  success,
  success_known,
}: Pick<EpisodeRecord, 'success' | 'success_known'>): boolean | null {
  return success_known === 1 ? success === 1 : null
}

/** Which episodes to list. Every condition given must hold. */
export interface EpisodeFilter {
  readonly ids?: readonly number[]
  readonly environmentId?: string
  readonly playerName?: string
  readonly playerKind?: PlayerKind
  readonly seed?: number
  readonly state?: EpisodeState
  readonly success?: boolean
  readonly bundled?: boolean
  readonly tag?: string
  /** true: only deleted ones; otherwise deleted ones are left out. */
  readonly deleted?: boolean
}

/** The filter as a condition of SQL with named parameters. */
export function filterCondition(filter: EpisodeFilter): { sql: string; values: Record<string, unknown> } {
  const parts = [VISIBLE, `deleted_at_us IS ${filter.deleted === true ? 'NOT NULL' : 'NULL'}`]
  const values: Record<string, unknown> = {}
  const equal = (column: string, value: string | number | boolean | undefined): void => {
    if (value === undefined) return
    parts.push(`${column} = @${column}`)
    values[column] = typeof value === 'boolean' ? Number(value) : value
  }
  equal('environment_id', filter.environmentId)
  equal('player_name', filter.playerName)
  if (filter.playerKind !== 'unknown') equal('player_kind', filter.playerKind)
  if (filter.playerKind !== undefined) equal('player_known', filter.playerKind !== 'unknown')
  equal('seed', filter.seed)
  if (filter.seed !== undefined) equal('seed_known', true)
  equal('state', filter.state)
  equal('success', filter.success)
  if (filter.success !== undefined) equal('success_known', true)
  equal('bundled', filter.bundled)
  if (filter.ids !== undefined) {
    parts.push('id IN (SELECT value FROM json_each(@ids))')
    values.ids = JSON.stringify(filter.ids)
  }
  if (filter.tag !== undefined) {
    // Of what is no JSON nothing may be asked.
    parts.push(
      'EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(tags) THEN tags END) WHERE value = @tag)',
    )
    values.tag = filter.tag
  }
  return { sql: parts.join(' AND '), values }
}
