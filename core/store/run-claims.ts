/** Whose a run is. A claim is a token: whoever takes the run over replaces it, and the earlier owner's writes are refused. */
import { UserError } from '../errors.ts'
import type { Connection } from './database.ts'
import type { Owner, Owners, Standing } from './owners.ts'
import { childProcess, judgeProcess, type ProcessIdentity } from './process.ts'

/** The run is another's, or is by now. */
export class RunTaken extends UserError {
  constructor(message: string, remedy: string) {
    super(message, { remedy })
    this.name = 'RunTaken'
  }
}

export interface RunClaim {
  readonly token: string
  /** undefined: gone for so long that nothing is known of it. */
  readonly owner: Owner | undefined
  /** The training process, once it was started. */
  readonly trainer: ProcessIdentity | null
  /** As of an owner; `ending`: the owner is gone and the training process writes its last checkpoint. */
  readonly standing: Standing | 'ending'
}

interface ClaimRecord {
  readonly token: string
  readonly owner: string
  readonly trainer: string | null
}

/** Callers bring the transaction. */
export class RunClaims {
  readonly #connection: Connection
  readonly #owners: Owners

  constructor(connection: Connection, owners: Owners) {
    this.#connection = connection
    this.#owners = owners
  }

  get(runId: string): RunClaim | undefined {
    const record = this.#record(runId)
    if (record === undefined) return undefined
    const owner = this.#owners.get(record.owner)
    const trainer = record.trainer === null ? null : (JSON.parse(record.trainer) as ProcessIdentity)
    const orphaned = (owner === undefined || owner.standing === 'gone') && trainer !== null
    const ending = orphaned && judgeProcess(trainer) === 'alive'
    return { token: record.token, owner, trainer, standing: ending ? 'ending' : (owner?.standing ?? 'gone') }
  }

  take(runId: string, token: string): void {
    this.#connection.sqlite
      .prepare('INSERT OR REPLACE INTO run_claim (run_id, token, owner) VALUES (?, ?, ?)')
      .run(runId, token, this.#owners.enter())
  }

  /** @param pid  of the process that trains it, which is one for as long as the claim */
  setTrainer(runId: string, pid: number): void {
    if (this.#record(runId)?.trainer !== null) return
    this.#connection.sqlite
      .prepare('UPDATE run_claim SET trainer = ? WHERE run_id = ?')
      .run(JSON.stringify(childProcess(pid)), runId)
  }

  release(runId: string): void {
    this.#connection.sqlite.prepare('DELETE FROM run_claim WHERE run_id = ?').run(runId)
  }

  /** @throws RunTaken while somebody has the run who is not known to sleep or to be gone */
  requireFree(runId: string): void {
    const claim = this.get(runId)
    if (claim === undefined || claim.standing === 'gone' || claim.standing === 'asleep') return
    if (claim.standing === 'ending') {
      throw new RunTaken(
        `run "${runId}" is being saved by ${nameOf(claim.trainer!)}, whose terminal or window was closed`,
        'try again in a few seconds',
      )
    }
    const owner = claim.owner!
    const wait = `; if it no longer exists, try again in ${Math.ceil(owner.leftMs / 1000)} s`
    throw new RunTaken(
      `run "${runId}" is being trained by ${nameOf(owner)}`,
      `stop it first${claim.standing === 'unseen' ? wait : ''}`,
    )
  }

  /**
   * @param token  null: of a write that is not the owner's; it may be made while the run is this process's or nobody's
   * @throws RunTaken when the claim is no longer there
   */
  requireMine(runId: string, token: string | null): void {
    const record = this.#record(runId)
    if (token === null) {
      if (record !== undefined && record.owner !== this.#owners.token) this.requireFree(runId)
      return
    }
    if (record?.token === token) return
    const owner = this.get(runId)?.owner
    const how = owner === undefined ? 'was taken for dead' : `was taken over by ${nameOf(owner)}`
    throw new RunTaken(
      `run "${runId}" ${how} while this process was asleep; nothing more was written`,
      '"understudy agents list" shows where it stands',
    )
  }

  #record(runId: string): ClaimRecord | undefined {
    return this.#connection.sqlite
      .prepare('SELECT token, owner, trainer FROM run_claim WHERE run_id = ?')
      .get(runId) as ClaimRecord | undefined
  }
}

function nameOf({ pid, host }: ProcessIdentity): string {
  return `process ${pid} on ${host}`
}
