/** Gives back the disk that a run no longer needs, when a person asks for it. */
import { rm } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import type { Library } from '../store/index.ts'
import { checkpointDirectory, listCheckpoints } from './checkpoint.ts'
import { filesBelow } from './run-sizes.ts'
import { isActive, requireRun, runDirectory } from './runs.ts'

/**
 * Removes all but the newest `keep` checkpoints.
 * @param keep  at least 1
 * @returns bytes freed
 * @throws UserError while the run is being trained
 */
export async function pruneRun(library: Library, id: string, keep: number): Promise<number> {
  if (!Number.isInteger(keep) || keep < 1) {
    throw new UserError(`at least one checkpoint must be kept, not ${keep}`, { usage: true })
  }
  const row = requireRun(library, id)
  if (isActive(row))
    throw new UserError(`run ${id} is being trained by process ${row.pid}`, { remedy: 'stop it first' })
  const directory = runDirectory(library.dir, id)
  const superfluous = (await listCheckpoints(directory)).slice(0, -keep).map(({ step }) => step)
  const checkpoints = checkpointDirectory(directory)
  let freed = 0
  for (const [path, size] of await filesBelow(checkpoints)) {
    const step = Number.parseInt(path.slice(checkpoints.length + 1), 10)
    if (!superfluous.includes(step)) continue
    await rm(path, { force: true })
    freed += size
  }
  return freed
}
