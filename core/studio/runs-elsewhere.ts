/**
 * Runs that are trained on clusters, and the ways back to them. By itself the studio goes only to clusters that this person has
 * saved: where a run of somebody else's library says that it is, anybody may be.
 */
import { calledCluster } from '../cluster/connect.ts'
import { abandonOnCluster, rejoinOnCluster } from '../cluster/rejoin.ts'
import { clusterAt } from '../cluster/saved-clusters.ts'
import { UserError } from '../errors.ts'
import type { Library, RunRow } from '../store/index.ts'
import { isActive, isRunId, type RunHandle, readElsewhere, requireRun, runDirectory } from '../train/index.ts'
import type { Run } from './protocol.ts'

export class RunsElsewhere {
  readonly #library: Library
  readonly #onChange: (id: string) => void
  readonly #joining = new Set<string>()
  /** Why there was no way back, by run. */
  readonly #problems = new Map<string, string>()

  /** @param onChange  told when there is something new to be said of a run */
  constructor(library: Library, onChange: (id: string) => void) {
    this.#library = library
    this.#onChange = onChange
  }

  /** Runs on saved clusters that nobody follows. */
  left(): string[] {
    return this.#library.listRuns().flatMap(({ id }) => {
      const elsewhere = isRunId(id) ? readElsewhere(runDirectory(this.#library.dir, id)) : null
      const known = elsewhere !== null && clusterAt(elsewhere.address) !== undefined
      return known && !isActive(this.#library, id) ? [id] : []
    })
  }

  /** @throws UserError when there is no way back; `where` then says why */
  async join(id: string, signal: AbortSignal): Promise<RunHandle> {
    if (this.#joining.has(id)) throw new UserError(`run "${id}" is being gone back to already`)
    this.#joining.add(id)
    this.#problems.delete(id)
    this.#onChange(id)
    try {
      return await rejoinOnCluster(this.#library, id, { signal })
    } catch (error) {
      if (error instanceof UserError) this.#problems.set(id, error.message)
      throw error
    } finally {
      this.#joining.delete(id)
    }
  }

  /** @throws UserError while somebody follows it */
  abandon(id: string): void {
    if (abandonOnCluster(this.#library, id) === null) return
    this.#problems.delete(id)
    const message = 'what a cluster had of it was given up; it can be resumed from what has come home'
    this.#library.putRun({ ...requireRun(this.#library, id), message })
  }

  /** Of a run that this host does not follow. */
  where({ id }: RunRow): Run['elsewhere'] {
    const elsewhere = isRunId(id) ? readElsewhere(runDirectory(this.#library.dir, id)) : null
    if (elsewhere === null) return null
    const followed = isActive(this.#library, id)
    return {
      cluster: calledCluster(elsewhere.address),
      state: followed ? 'followed' : this.#joining.has(id) ? 'joining' : 'lost',
      problem: this.#problems.get(id) ?? null,
      rejoinedAtUs: null,
    }
  }
}
