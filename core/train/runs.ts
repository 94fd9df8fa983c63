/** Runs by name: where they lie, what they may be called, which exist, and those whose process is gone. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { asName, BOUNDS } from '../bounds.ts'
import { nearest, UserError } from '../errors.ts'
import type { Library, ReadableLibrary, RunRow } from '../store/index.ts'
import { listCheckpoints, readHead } from './checkpoint.ts'
import { type RunConfig, resolveConfig, signalNames } from './config.ts'
import { loadConfigPlugins } from './config-plugins.ts'
import { heartbeatIsFresh } from './heartbeat.ts'

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** `<data>/runs/<id>`. @throws UserError when the id could not be the name of a folder */
export function runDirectory(dataDirectory: string, id: string): string {
  if (!RUN_ID.test(id) || id.length > BOUNDS.runId) {
    throw new UserError(`"${asName(id, BOUNDS.runId)}" cannot be the name of a run`, {
      usage: true,
      remedy: `use up to ${BOUNDS.runId} letters, digits, dots, dashes and underscores, beginning with a letter or digit`,
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

/** The configuration a run was started with. */
export function savedConfig(row: RunRow): RunConfig {
  return resolveConfig(row.config, { file: `the configuration of run ${row.id}` })
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

/** @throws UserError while the run is being trained */
export async function deleteRun(library: Library, id: string): Promise<void> {
  const row = requireRun(library, id)
  if (isActive(row)) {
    throw new UserError(`run ${id} is being trained by process ${row.pid}`, { remedy: 'stop it first' })
  }
  library.deleteRun(id)
  await rm(runDirectory(library.dir, id), { recursive: true, force: true })
  await library.shrink()
}

/**
 * Brings rows that say `running` though nobody trains them in line with what is on disk: the owner died, and the training
 * process wrote a checkpoint and ended, or died too.
 */
export async function recoverRuns(library: Library): Promise<RunRow[]> {
  const recovered: RunRow[] = []
  for (const row of library.listRuns()) {
    const directory = runDirectory(library.dir, row.id)
    if (row.state !== 'running' || (isActive(row) && heartbeatIsFresh(directory))) continue
    const newest = (await listCheckpoints(directory)).at(-1)
    const head = newest === undefined ? undefined : await readHead(newest)
    if (head !== undefined) library.appendMetrics(row.id, head.history)
    const stopped: RunRow = {
      ...row,
      state: head !== undefined && head.step >= row.maxSteps ? 'finished' : 'stopped',
      pid: null,
      step: head?.step ?? 0,
      score: head?.score ?? null,
      masteredAtStep: head?.mastery.masteredAtStep ?? null,
      finishedAtUs: Date.now() * 1000,
      message: 'its window or terminal was closed; it can be resumed from its last checkpoint',
    }
    library.putRun(stopped)
    recovered.push(stopped)
  }
  return recovered
}
