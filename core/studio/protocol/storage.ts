/** What takes how much of the disk, and giving it back. All sizes are bytes. */
import { z } from 'zod'
import { BOUNDS } from '../../bounds.ts'
import { empty, runId, shownId } from './common.ts'

const size = z.number().nonnegative()

export const runStorage = z.object({
  id: shownId,
  name: z.string(),
  /** It is being trained now. */
  active: z.boolean(),
  /** False for a folder of a run that the library does not know. */
  listed: z.boolean(),
  /** Without their replay buffers. */
  checkpoints: size,
  replayBuffers: size,
  policies: size,
  /** For TensorBoard. */
  events: size,
  other: size,
  total: size,
})
export type RunStorage = z.infer<typeof runStorage>

export const storage = z.object({
  directory: z.string(),
  /** The database with its log. */
  library: size,
  /** Of the database, what erased rows have left. */
  unused: size,
  /** Of the database, the steps of the episodes that are not in the trash. */
  environments: z.array(z.object({ environmentId: shownId, episodes: z.int(), bytes: size })),
  trash: z.object({ episodes: z.int(), bytes: size }),
  /** The largest first. */
  runs: z.array(runStorage),
  agents: z.array(z.object({ id: shownId, name: z.string(), bytes: size })),
  /** The newest first. */
  backups: z.array(z.object({ name: z.string(), bytes: size, createdAtUs: z.number() })),
  /** Of everything in the data directory that is listed here. */
  total: size,
  /** What the disk has left. */
  free: size,
})
export type Storage = z.infer<typeof storage>

const freed = z.object({ bytes: size })

export const storageMethods = {
  'storage.sizes': { params: empty, result: storage },
  /** Erases what was deleted, for good. */
  'storage.emptyTrash': { params: empty, result: freed.extend({ episodes: z.int() }) },
  /** Removes all but the newest `keep` checkpoints; refused while the run is active. */
  'storage.pruneRun': { params: z.strictObject({ runId, keep: z.int().min(1).max(1000) }), result: freed },
  'storage.deleteBackup': {
    params: z.strictObject({ name: z.string().min(1).max(BOUNDS.fileName) }),
    result: freed,
  },
  /** Gives back what erased rows have left. */
  'storage.compact': { params: empty, result: freed },
}
