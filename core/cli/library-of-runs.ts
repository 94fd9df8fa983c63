/** The library for whoever looks at runs: those that nobody trains any more are put in order first, where that can be written. */
import type { ReadableLibrary } from '../store/index.ts'
import { isActive, recoverRuns } from '../train/index.ts'
import type { CliContext } from './context.ts'

export async function libraryOfRuns(context: CliContext): Promise<ReadableLibrary> {
  const library = context.libraryToRead()
  const isForgotten = library.listRuns().some((run) => run.state === 'running' && !isActive(library, run.id))
  const writable = isForgotten ? context.libraryIfWritable() : undefined
  if (writable === undefined) return library
  await recoverRuns(writable)
  return writable
}
