/** `storage.*`: what takes how much of the disk, and giving it back. */
import { deleteBackup } from '../../store/index.ts'
import { pruneRun } from '../../train/index.ts'
import type { HostContext } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import type { storageMethods } from '../protocol/storage.ts'
import { storageOf } from '../storage.ts'

export function storageHandlers(context: HostContext): Handlers<keyof typeof storageMethods> {
  const { library } = context
  return {
    'storage.sizes': () => storageOf(library),
    'storage.emptyTrash': async () => {
      const erased = await library.purge(Number.MAX_SAFE_INTEGER)
      await context.runs.forgetDeleted()
      context.emit('library.changed', { what: 'demonstrations' })
      return erased
    },
    'storage.pruneRun': async ({ runId, keep }) => {
      const bytes = await pruneRun(library, runId, keep)
      context.emit('library.changed', { what: 'agents' })
      return { bytes }
    },
    'storage.deleteBackup': ({ name }) => ({ bytes: deleteBackup(library.dir, name) }),
    'storage.compact': async () => ({ bytes: await library.shrink() }),
  }
}
