/** The index of policies that were made elsewhere. The files lie beside the library. */
import { UserError } from '../errors.ts'
import type { Connection } from './database.ts'

export interface ImportedAgentRow {
  /** As a run's; no run has it. */
  readonly id: string
  readonly name: string
  readonly environmentId: string
  /** Of the environment that it plays. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>
  /** Name of the file that it came in. */
  readonly source: string
  /** Of the file, in hexadecimal. */
  readonly sha256: string
  readonly bytes: number
  /** Whose names its inputs and outputs have. */
  readonly form: string
  /** The program that wrote the file, as it calls itself; may be empty. */
  readonly producer: string
  readonly opset: number
  /** The output that holds its actions, where the person had to say. */
  readonly output: string | null
  /** Whether it draws its actions and cannot say which is the likeliest. */
  readonly sampledOnly: boolean
  /** Unix time in microseconds. */
  readonly importedAtUs: number
}

interface AgentRecord extends Omit<ImportedAgentRow, 'parameters' | 'sampledOnly'> {
  readonly parameters: string
  readonly sampledOnly: 0 | 1
}

const SELECT = `
  SELECT id, name, environment_id AS environmentId, parameters, source, sha256, bytes, form, producer, opset, output,
    sampled_only AS sampledOnly, imported_at_us AS importedAtUs
  FROM imported_agent`

export class AgentTable {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  insert(agent: ImportedAgentRow): void {
    const parameters = JSON.stringify(agent.parameters)
    this.#connection.sqlite
      .prepare(
        `INSERT INTO imported_agent VALUES (@id, @name, @environmentId, @parameters, @source, @sha256, @bytes, @form,
           @producer, @opset, @output, @sampledOnly, @importedAtUs)`,
      )
      .run({ ...agent, parameters, sampledOnly: Number(agent.sampledOnly) })
  }

  get(id: string): ImportedAgentRow | undefined {
    const record = this.#connection.sqlite.prepare(`${SELECT} WHERE id = ?`).get(id)
    return record === undefined ? undefined : agentRow(record as AgentRecord)
  }

  /** Newest first. */
  list(): ImportedAgentRow[] {
    const records = this.#connection.sqlite.prepare(`${SELECT} ORDER BY imported_at_us DESC, id`).all()
    return (records as AgentRecord[]).map(agentRow)
  }

  rename(id: string, name: string): void {
    const { changes } = this.#connection.sqlite
      .prepare('UPDATE imported_agent SET name = ? WHERE id = ?')
      .run(name, id)
    if (changes === 0) throw new UserError(`there is no imported agent "${id}"`)
  }

  delete(id: string): void {
    const { changes } = this.#connection.sqlite.prepare('DELETE FROM imported_agent WHERE id = ?').run(id)
    if (changes === 0) throw new UserError(`there is no imported agent "${id}"`)
  }
}

function agentRow(record: AgentRecord): ImportedAgentRow {
  return {
    ...record,
    parameters: JSON.parse(record.parameters) as ImportedAgentRow['parameters'],
    sampledOnly: record.sampledOnly === 1,
  }
}
