/** The index of training runs and their metrics. The weights of a run lie in its own directory. */
import { UserError } from '../errors.ts'
import type { Connection } from './database.ts'

const STATES = ['running', 'stopped', 'finished', 'failed'] as const
export type RunState = (typeof STATES)[number]

export interface RunRow {
  readonly id: string
  readonly environmentId: string
  readonly algorithm: string
  /** Names of the reward signals. */
  readonly signals: readonly string[]
  readonly state: RunState
  /** Unix time in microseconds. */
  readonly createdAtUs: number
  readonly finishedAtUs: number | null
  readonly step: number
  readonly maxSteps: number
  /** What the environment's score measures, averaged over the latest window; null before the first episode ended. */
  readonly score: number | null
  readonly masteredAtStep: number | null
  /** Ids of the episodes that it learns from. */
  readonly demonstrations: readonly number[]
  /** The training process while there is one. */
  readonly pid: number | null
  /** What to tell a person about the state, such as why it failed. */
  readonly message: string | null
  /** The whole resolved configuration, as YAML. */
  readonly config: string
  /** Names the columns that cannot be read; they are empty here, and the row is good for showing and deleting. */
  readonly damage?: string
}

export interface Metric {
  readonly step: number
  readonly name: string
  /** NaN is kept. */
  readonly value: number
}

export interface MetricFilter {
  /** Only metrics of later steps. */
  readonly afterStep?: number
  readonly names?: readonly string[]
}

interface RunRecord extends Omit<RunRow, 'signals' | 'demonstrations'> {
  readonly signals: string
  readonly demonstrations: string
}

type Field = Exclude<keyof RunRow, 'damage'>

const FIELDS: Readonly<Record<Field, string>> = {
  id: 'id',
  environmentId: 'environment_id',
  algorithm: 'algorithm',
  signals: 'signals',
  state: 'state',
  createdAtUs: 'created_at_us',
  finishedAtUs: 'finished_at_us',
  step: 'step',
  maxSteps: 'max_steps',
  score: 'score',
  masteredAtStep: 'mastered_at_step',
  demonstrations: 'demonstrations',
  pid: 'pid',
  message: 'message',
  config: 'config',
}

const SELECTED = Object.entries(FIELDS)
  .map(([field, column]) => `${column} AS ${field}`)
  .join(', ')

const PUT = `
  INSERT INTO run (${Object.values(FIELDS).join(', ')})
  VALUES (${Object.keys(FIELDS)
    .map((field) => `@${field}`)
    .join(', ')})
  ON CONFLICT (id) DO UPDATE SET
  ${Object.values(FIELDS)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`

export class RunTable {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  put(run: RunRow): void {
    if (run.damage !== undefined) throw new UserError(`the row of run "${run.id}" is damaged (${run.damage})`)
    const record: Record<string, unknown> = {}
    for (const field of Object.keys(FIELDS) as Field[]) record[field] = run[field]
    record.signals = JSON.stringify(run.signals)
    record.demonstrations = JSON.stringify(run.demonstrations)
    this.#connection.sqlite.prepare(PUT).run(record)
  }

  get(id: string): RunRow | undefined {
    const record = this.#connection.sqlite.prepare(`SELECT ${SELECTED} FROM run WHERE id = ?`).get(id)
    return record === undefined ? undefined : runRow(record as RunRecord)
  }

  /** Newest first. */
  list(): RunRow[] {
    const records = this.#connection.sqlite.prepare(
      `SELECT ${SELECTED} FROM run ORDER BY created_at_us DESC, id`,
    )
    return (records.all() as RunRecord[]).map(runRow)
  }

  delete(id: string): void {
    if (this.#connection.sqlite.prepare('DELETE FROM run WHERE id = ?').run(id).changes === 0) {
      throw new UserError(`there is no run "${id}"`)
    }
  }

  /** A metric that is there already is replaced, as when a resumed run repeats the steps after its checkpoint. */
  appendMetrics(runId: string, rows: readonly Metric[]): void {
    const insert = this.#connection.sqlite.prepare(
      'INSERT OR REPLACE INTO metric (run_id, step, name, value) VALUES (?, ?, ?, ?)',
    )
    for (const { step, name, value } of rows)
      insert.run(runId, step, name, Number.isNaN(value) ? null : value)
  }

  forgetMetrics(runId: string, afterStep: number): void {
    this.#connection.sqlite.prepare('DELETE FROM metric WHERE run_id = ? AND step > ?').run(runId, afterStep)
  }

  /** In the order of the steps. */
  readMetrics(runId: string, filter: MetricFilter): Metric[] {
    const rows = this.#connection.sqlite
      .prepare(
        `SELECT step, name, value FROM metric WHERE run_id = @runId AND step > @afterStep
           AND (@names IS NULL OR name IN (SELECT value FROM json_each(@names))) ORDER BY step, name`,
      )
      .all({
        runId,
        afterStep: filter.afterStep ?? -1,
        names: filter.names === undefined ? null : JSON.stringify(filter.names),
      }) as { step: number; name: string; value: number | null }[]
    return rows.map(({ step, name, value }) => ({ step, name, value: value ?? Number.NaN }))
  }
}

/** Every row is listed, whatever the disk has done to one of them. */
function runRow(record: RunRecord): RunRow {
  const damaged: string[] = []
  const sound = <T>(column: string, value: T, isSound: boolean, instead: T): T => {
    if (isSound) return value
    damaged.push(column)
    return instead
  }
  const list = <T>(column: 'signals' | 'demonstrations', isItem: (item: unknown) => boolean): T[] => {
    const value = parsed(record[column])
    return sound(column, value as T[], Array.isArray(value) && value.every(isItem), [])
  }
  const count = (column: 'createdAtUs' | 'step' | 'maxSteps'): number =>
    sound(column, record[column], Number.isSafeInteger(record[column]) && record[column] >= 0, 0)
  const row = {
    ...record,
    signals: list<string>('signals', (item) => typeof item === 'string'),
    demonstrations: list<number>('demonstrations', (item) => Number.isSafeInteger(item)),
    state: sound('state', record.state, STATES.includes(record.state), 'failed'),
    createdAtUs: count('createdAtUs'),
    step: count('step'),
    maxSteps: count('maxSteps'),
  }
  return damaged.length === 0 ? row : { ...row, damage: damaged.join(', ') }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
