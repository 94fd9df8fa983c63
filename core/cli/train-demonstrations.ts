/** What `--demos` of `understudy train` names. */
import { existsSync } from 'node:fs'
import type { EnvironmentSpec } from '../envs/index.ts'
import { importDemonstrationFiles, isSelection, selectDemonstrations } from '../train/index.ts'
import type { CliContext } from './context.ts'

/** The ids of those that are selected, or of those in a file or folder, which the library has then. */
export async function demonstrationsFor(
  spec: EnvironmentSpec,
  wanted: string,
  context: CliContext,
): Promise<number[]> {
  const library = context.library()
  const note = (text: string): void => context.note(text)
  if (isSelection(wanted) || !existsSync(wanted)) {
    return selectDemonstrations(library, spec, wanted, note).map((row) => row.id)
  }
  return importDemonstrationFiles(library, wanted, '--demos', spec, { note, signal: context.signal })
}
