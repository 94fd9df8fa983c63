/** What the data directory takes of the disk, and what of it can be given back. */
import { freeBytes, listBackups, type ReadableLibrary } from '../store/index.ts'
import { isActive, runSizes } from '../train/index.ts'
import { readMeta } from './meta.ts'
import type { Storage } from './protocol.ts'

export async function storageOf(library: ReadableLibrary): Promise<Storage> {
  const { file, unused, environments, trash } = library.size()
  const runs = (await runSizes(library)).map((size) => ({
    ...size,
    name: readMeta(library, 'run-name', size.id) ?? size.id,
    active: isActive(library, size.id),
    listed: library.getRun(size.id) !== undefined,
  }))
  const agents = library.listImportedAgents().map(({ id, name, bytes }) => ({ id, name, bytes }))
  const backups = listBackups(library.dir)
  const sum = (sizes: readonly { readonly bytes: number }[]) =>
    sizes.reduce((total, { bytes }) => total + bytes, 0)
  return {
    directory: library.dir,
    library: file,
    unused,
    environments: [...environments],
    trash,
    runs,
    agents,
    backups,
    total: file + runs.reduce((total, run) => total + run.total, 0) + sum(agents) + sum(backups),
    free: freeBytes(library.dir),
  }
}
