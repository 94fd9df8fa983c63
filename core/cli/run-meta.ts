/** What the studio keeps about a run beside its row. */
import type { Library } from '../store/index.ts'
import { writeMeta } from '../studio/meta.ts'

/** For a run that is deleted or overwritten. */
export function forgetRunMeta(library: Library, runId: string): void {
  writeMeta(library, 'run-name', runId, '')
  writeMeta(library, 'evaluation', runId, '')
}
