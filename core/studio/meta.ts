/** Small things that the studio keeps about a run in the library: what people call it, how it was judged. */
import type { Library, ReadableLibrary } from '../store/index.ts'

type Kind = 'run-name' | 'evaluation'

/** @returns undefined when nothing is kept */
export function readMeta(library: ReadableLibrary, kind: Kind, runId: string): string | undefined {
  return library.getMeta(`studio/${kind}/${runId}`) || undefined
}

/** An empty value forgets. */
export function writeMeta(library: Library, kind: Kind, runId: string, value: string): void {
  library.setMeta(`studio/${kind}/${runId}`, value)
}
