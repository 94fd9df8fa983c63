/**
 * A run that is out of the library and can be put back: its row and curves are in memory, its folder lies aside under a
 * name that is no run's, until whoever removed it forgets it.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import type { Library, Metric, RunRow } from '../store/index.ts'
import { explainWriteError } from '../system-errors.ts'
import { requireIdle, requireRun, runDirectory } from './runs.ts'

export interface RemovedRun {
  readonly row: RunRow
  readonly metrics: readonly Metric[]
  /** Null when it had none. */
  readonly folder: string | null
}

const ASIDE = /^\..*\.deleted$/

/** @throws UserError when there is no such run, or naming who trains it */
export function removeRun(library: Library, id: string): RemovedRun {
  const row = requireRun(library, id)
  const directory = requireIdle(library, id)
  const metrics = library.readMetrics(id)
  const folder = existsSync(directory) ? join(library.dir, 'runs', `.${id}.${randomUUID()}.deleted`) : null
  moving(library, directory, folder, () => library.deleteRun(id))
  return { row, metrics, folder }
}

/** @throws UserError when its name was given to another run meanwhile */
export function putBack(library: Library, { row, metrics, folder }: RemovedRun): void {
  const directory = runDirectory(library.dir, row.id)
  if (library.getRun(row.id) !== undefined || existsSync(directory)) {
    throw new UserError(`there is now another run "${row.id}"`, { remedy: 'delete that one first' })
  }
  moving(library, folder, directory, () => {
    library.putRun(row)
    library.appendMetrics(row.id, metrics)
  })
}

/** What lies aside, of this run, or of all that a process which was killed has left. Its space is free then. */
export async function forgetRemoved(library: Library, removed?: RemovedRun): Promise<void> {
  const runs = join(library.dir, 'runs')
  const names = existsSync(runs) ? readdirSync(runs).filter((name) => ASIDE.test(name)) : []
  const folders = removed === undefined ? names.map((name) => join(runs, name)) : [removed.folder]
  for (const folder of folders) {
    if (folder === null) continue
    await rm(folder, { recursive: true, force: true }).catch((error) => {
      throw explainWriteError(error, folder)
    })
  }
  if (folders.length > 0) await library.shrink()
}

/** Both happen or neither does. */
function moving(library: Library, from: string | null, to: string | null, change: () => void): void {
  let moved = false
  try {
    library.atomically(() => {
      change()
      if (from === null || to === null) return
      renameSync(from, to)
      moved = true
    })
  } catch (error) {
    if (moved) renameSync(to!, from!)
    throw (error as NodeJS.ErrnoException).code === undefined ? error : explainWriteError(error, from!)
  }
}
