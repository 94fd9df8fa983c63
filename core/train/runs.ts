/** Runs by name: where they lie, what they may be called, which exist, and those whose process is gone. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, nearest, UserError } from '../errors.ts'
import type { Library, ReadableLibrary, RunRow } from '../store/index.ts'
import { readSummary } from './checkpoint.ts'
import { type RunConfig, resolveConfig, signalNames } from './config.ts'
import { loadConfigPlugins } from './config-plugins.ts'
import { heartbeatIsFresh } from './heartbeat.ts'
import { describeSkipped, newestUsable } from './usable-checkpoint.ts'

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/

/** Whether it may be the name of a run, and of its folder. */
export function isRunId(id: string): boolean {
  return RUN_ID.test(id)
}

/** `<data>/runs/<id>`. @throws UserError when the id could not be the name of a folder */
export function runDirectory(dataDirectory: string, id: string): string {
  if (!isRunId(id)) {
    throw new UserError(`"${id}" cannot be the name of a run`, {
      usage: true,
      remedy: 'use letters, digits, dot, dash and underscore, beginning with a letter or digit',
    })
  }
  return join(dataDirectory, 'runs', id)
}

/** A readable name that no run has: 'bubble-25-sac-gail-1'. */
export function unusedRunId(library: ReadableLibrary, config: RunConfig): string {
  const words = [config.environment.replaceAll(/[^A-Za-z0-9]+/g, '-'), config.behavior.trainer_type]
  if (signalNames(config).includes('gail')) words.push('gail')
  const stem = words.join('-')
  for (let n = 1; ; n++) {
    const id = `${stem}-${n}`
    if (library.getImportedAgent(id) !== undefined) continue
    if (library.getRun(id) === undefined && !existsSync(runDirectory(library.dir, id))) return id
  }
}

/** @throws UserError naming the nearest run */
export function requireRun(library: ReadableLibrary, id: string): RunRow {
  const row = library.getRun(id)
  if (row !== undefined) return row
  const ids = library.listRuns().map((run) => run.id)
  const near = nearest(id, ids)
  throw new UserError(`there is no run "${id}"`, {
    remedy:
      near !== undefined
        ? `did you mean "${near}"?`
        : ids.length > 0
          ? `known are ${ids.slice(0, 8).join(', ')}`
          : 'train one first with `understudy train`',
  })
}

/** Makes known again what a run needed beside the program itself. @throws UserError naming a plugin that is gone */
export async function loadRunPlugins(library: ReadableLibrary, id: string): Promise<void> {
  await loadConfigPlugins(requireRun(library, id).config, join(runDirectory(library.dir, id), 'config.yaml'))
}

/** The configuration a run was started with. @throws UserError when it cannot be read any more */
export function savedConfig(row: RunRow): RunConfig {
  if (row.damage !== undefined) {
    throw new UserError(`the row of run "${row.id}" in the library is damaged (${row.damage})`, {
      remedy: `make it anew from the folder of the run: understudy runs repair ${row.id}`,
    })
  }
  return resolveConfig(row.config, { file: `the configuration of run ${row.id}` })
}

/** As `savedConfig`; null when it is damaged, or needs a plugin that is not here. */
export function configOf(row: RunRow): RunConfig | null {
  try {
    return savedConfig(row)
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

/** Whether a process still trains the run. */
export function isActive(row: RunRow): boolean {
  if (row.state !== 'running' || row.pid === null) return false
  try {
    process.kill(row.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * The folder of a run, or of one that the library does not know.
 * @throws UserError when there is neither, or while the run is being trained
 */
export function requireIdle(library: ReadableLibrary, id: string): string {
  const row = library.getRun(id)
  if (row === undefined && !(isRunId(id) && existsSync(runDirectory(library.dir, id))))
    requireRun(library, id)
  if (row !== undefined && isActive(row)) {
    throw new UserError(`run "${id}" is being trained by process ${row.pid}`, { remedy: 'stop it first' })
  }
  return runDirectory(library.dir, id)
}

/** @throws UserError while the run is being trained */
export async function deleteRun(library: Library, id: string): Promise<void> {
  const directory = requireIdle(library, id)
  if (library.getRun(id) !== undefined) library.deleteRun(id)
  await rm(directory, { recursive: true, force: true })
}

/**
 * Brings rows that say `running` though nobody trains them in line with what is on disk: the owner died, and the training
 * process wrote a checkpoint and ended, or died too. A run of which nothing can be read says so and keeps no other from
 * being put in order.
 */
export async function recoverRuns(library: Library): Promise<RunRow[]> {
  const recovered: RunRow[] = []
  for (const row of library.listRuns()) {
    if (row.state !== 'running' || row.damage !== undefined) continue
    const change = await recovery(library, row).catch((error): Partial<RunRow> => {
      return { state: 'failed', message: `it cannot be resumed: ${faultOf(error)}` }
    })
    if (change === null) continue
    const stopped: RunRow = { ...row, pid: null, finishedAtUs: Date.now() * 1000, ...change }
    library.putRun(stopped)
    recovered.push(stopped)
  }
  return recovered
}

/** @returns null while the run is being trained */
async function recovery(library: Library, row: RunRow): Promise<Partial<RunRow> | null> {
  const directory = runDirectory(library.dir, row.id)
  if (isActive(row) && heartbeatIsFresh(directory)) return null
  const { used, skipped } = await newestUsable(directory, readSummary)
  if (used === null && skipped.length > 0) {
    return { state: 'failed', message: `it cannot be resumed: ${skipped.map(describeSkipped).join(', ')}` }
  }
  const head = used?.value
  library.forgetMetrics(row.id, head?.step ?? 0)
  if (head !== undefined) library.appendMetrics(row.id, head.history)
  return {
    state: head !== undefined && head.step >= row.maxSteps ? 'finished' : 'stopped',
    step: head?.step ?? 0,
    score: head?.score ?? null,
    masteredAtStep: head?.mastery.masteredAtStep ?? null,
    message: 'its window or terminal was closed; it can be resumed from its last checkpoint',
  }
}

/** What a disk or a person has done to a file; a bug is thrown. */
export function faultOf(error: unknown): string {
  if (error instanceof UserError || error instanceof DataError) return error.message
  const { code, path } = error as NodeJS.ErrnoException
  if (code === undefined || path === undefined) throw error
  return `${path} cannot be read (${code})`
}
