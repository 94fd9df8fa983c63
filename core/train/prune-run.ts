/** Gives back the disk that a run no longer needs, when a person asks for it. */
import { rm } from 'node:fs/promises'
import { UserError } from '../errors.ts'
import type { Library } from '../store/index.ts'
import { type CheckpointFile, checkpointDirectory, listCheckpoints } from './checkpoint.ts'
import { inspectCheckpoint } from './inspect-run.ts'
import { filesBelow } from './run-sizes.ts'
import { requireIdle } from './runs.ts'
import { damagedDirectory } from './usable-checkpoint.ts'

/**
 * Removes all but the newest `keep` checkpoints that are whole and the newest that the run can be resumed from, and what
 * was set aside as damaged. A damaged checkpoint that is newer than those stays, for `repairRun` to set aside.
 * @param keep     at least 1
 * @param options  `replay`: the replay buffers of those go too, after which the run can be played and not resumed
 * @returns bytes freed
 * @throws UserError while the run is being trained
 */
export async function pruneRun(
  library: Library,
  id: string,
  keep: number,
  options: { readonly replay?: boolean } = {},
): Promise<number> {
  if (!Number.isInteger(keep) || keep < 1) {
    throw new UserError(`at least one checkpoint must be kept, not ${keep}`, { usage: true })
  }
  const directory = requireIdle(library, id)
  const kept = await stepsToKeep(await listCheckpoints(directory), keep)
  let freed = 0
  const remove = async (path: string, size: number) => {
    await rm(path, { force: true })
    freed += size
  }
  const checkpoints = checkpointDirectory(directory)
  for (const [path, size] of await filesBelow(checkpoints)) {
    const [, name, kind] = /^(\d+)\.(checkpoint|replay|onnx)$/.exec(path.slice(checkpoints.length + 1)) ?? []
    const step = Number(name)
    const superfluous = step < Math.max(...kept) && !kept.has(step)
    const replay = kind === 'replay' && options.replay === true && kept.has(step)
    if (superfluous || replay) await remove(path, size)
  }
  for (const [path, size] of await filesBelow(damagedDirectory(directory))) await remove(path, size)
  await rm(damagedDirectory(directory), { recursive: true, force: true })
  return freed
}

/** Where none is whole, none is superfluous either. */
async function stepsToKeep(files: readonly CheckpointFile[], keep: number): Promise<Set<number>> {
  const kept = new Set<number>()
  let resumable = false
  for (const file of files.toReversed()) {
    if (kept.size >= keep && resumable) break
    const { state } = await inspectCheckpoint(file)
    // What may not be read may be whole.
    if (state === 'unreadable') kept.add(file.step)
    if (state === 'damaged' || state === 'unreadable') continue
    if (kept.size < keep || state === 'resumable') kept.add(file.step)
    resumable ||= state === 'resumable'
  }
  return kept
}
