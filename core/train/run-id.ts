/** The one rule by which a run gets an id that is free. */
import { existsSync } from 'node:fs'
import type { ReadableLibrary } from '../store/index.ts'
import { type RunConfig, signalNames } from './config.ts'
import { runDirectory } from './runs.ts'

/**
 * A folder's name made of what people typed: numbered when a run, an imported agent or a folder has it, in whatever case.
 * @param numbered  the first one, too
 */
export function freeRunId(library: ReadableLibrary, name: string, numbered = false): string {
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
  const base = ascii.replaceAll(/^[^A-Za-z0-9]+|-+$/g, '').slice(0, 60) || 'run'
  const taken = new Set(
    [...library.listRuns(), ...library.listImportedAgents()].map(({ id }) => id.toLowerCase()),
  )
  for (let n = 1; ; n++) {
    const id = n === 1 && !numbered ? base : `${base}-${n}`
    if (!taken.has(id.toLowerCase()) && !existsSync(runDirectory(library.dir, id))) return id
  }
}

/** 'bubble-25-sac-gail-1' */
export function describingRunId(library: ReadableLibrary, config: RunConfig): string {
  const gail = signalNames(config).includes('gail') ? ['gail'] : []
  // A dot or an underscore of an environment's id is none of the run's.
  const environment = config.environment.replaceAll(/[^A-Za-z0-9]+/g, '-')
  return freeRunId(library, [environment, config.behavior.trainer_type, ...gail].join('-'), true)
}
