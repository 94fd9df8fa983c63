/** What `--demos` of `understudy train` names. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { counted } from '../counted.ts'
import { environmentStamp, importDemonstrations } from '../demos/index.ts'
import type { EnvironmentSpec } from '../envs/index.ts'
import { demonstrationFiles, isSelection, selectDemonstrations } from '../train/index.ts'
import type { CliContext } from './context.ts'

/** The ids of those that are selected, or of those in a file or folder, which the library has then. */
export async function demonstrationsFor(
  spec: EnvironmentSpec,
  wanted: string,
  context: CliContext,
): Promise<number[]> {
  const library = context.library()
  if (isSelection(wanted) || !existsSync(wanted)) {
    return selectDemonstrations(library, spec, wanted, (text) => context.note(text)).map((row) => row.id)
  }
  const ids: number[] = []
  for (const file of await demonstrationFiles(wanted, '--demos')) {
    const name = basename(file)
    const { added, known } = await importDemonstrations(library, file, {
      environment: environmentStamp(spec),
      supposed: true,
      note: (text) => context.note(`${name}: ${text}`),
      signal: context.signal,
    })
    const already = known.length === 0 ? '' : `, ${known.length} already in the library`
    context.note(`${name}: ${counted(added.length, 'new episode')}${already}`)
    ids.push(...known, ...added)
  }
  return ids
}
