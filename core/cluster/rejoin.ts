/** The way back to a run that is being trained on a cluster. */
import { UserError } from '../errors.ts'
import type { Library } from '../store/index.ts'
import {
  forgetElsewhere,
  type RunHandle,
  readElsewhere,
  rejoinRun,
  requireRun,
  runDirectory,
} from '../train/index.ts'
import { connect } from './connect.ts'
import { rejoinOnRay } from './ray-training.ts'

/**
 * Follows it again, from all that it has said so far.
 * @param tokenFile  as in `connect`
 * @param signal     once it is aborted nothing is followed any more
 * @throws UserError when it is not on a cluster, the cluster cannot be reached, or it knows the run no more
 */
export async function rejoinOnCluster(
  library: Library,
  id: string,
  { tokenFile, signal }: { tokenFile?: string | undefined; signal?: AbortSignal } = {},
): Promise<RunHandle> {
  const row = requireRun(library, id)
  const directory = runDirectory(library.dir, id)
  const elsewhere = readElsewhere(directory)
  if (elsewhere === null) {
    throw new UserError(`run "${id}" is not being trained on a cluster`, {
      remedy: `continue it with \`understudy train --run-id ${id} --resume\``,
    })
  }
  const client = await connect(elsewhere.address, tokenFile)
  const job = await client.job(elsewhere.job)
  signal?.throwIfAborted()
  if (job === undefined) {
    const message = `the cluster at ${client.address} knows its job no more`
    library.putRun({ ...row, message: `${message}; it can be resumed from its last checkpoint` })
    forgetElsewhere(directory)
    throw new UserError(`run "${id}" cannot be followed: ${message}`, {
      remedy: `resume it from its last checkpoint: understudy train --run-id ${id} --resume`,
    })
  }
  return rejoinRun(library, id, rejoinOnRay(client, elsewhere))
}

/**
 * Gives up what a cluster has of a run: it goes on from what has come home.
 * @returns the address of the cluster; null where the run is not on one
 * @throws UserError while somebody follows it
 */
export function abandonOnCluster(library: Library, id: string): string | null {
  const directory = runDirectory(library.dir, requireRun(library, id).id)
  const elsewhere = readElsewhere(directory)
  library.requireFreeRun(id)
  forgetElsewhere(directory)
  return elsewhere?.address ?? null
}
