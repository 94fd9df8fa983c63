/** Runs by name: where they lie, what they may be called, which exist, and those whose process is gone. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { nearest, UserError } from '../errors.ts'
import { type Library, type ReadableLibrary, type RunRow, RunTaken } from '../store/index.ts'
import { listCheckpoints, readHead } from './checkpoint.ts'
import { type RunConfig, resolveConfig, signalNames } from './config.ts'
import { loadConfigPlugins } from './config-plugins.ts'
import { lowerFence, removeLeftovers, removingDirectory } from './run-files.ts'

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/

/** `<data>/runs/<id>`. @throws UserError when the id could not be the name of a folder */
export function runDirectory(dataDirectory: string, id: string): string {
  if (!RUN_ID.test(id)) {
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

/** The configuration a run was started with. */
export function savedConfig(row: RunRow): RunConfig {
  return resolveConfig(row.config, { file: `the configuration of run ${row.id}` })
}

/** @throws UserError naming who trains the run */
export async function deleteRun(library: Library, id: string): Promise<void> {
  requireRun(library, id)
  await removingDirectory(library, (remove) => {
    library.deleteRun(id)
    remove(runDirectory(library.dir, id))
  })
}

/**
 * Brings rows that say `running` though nobody trains them in line with what is on disk: the owner died, and the training
 * process wrote a checkpoint and ended, or died too. Whoever resumes one of them meanwhile has it.
 */
export async function recoverRuns(library: Library): Promise<RunRow[]> {
  await removeLeftovers(library)
  const recovered: RunRow[] = []
  for (const row of library.listRuns()) {
    if (row.state !== 'running') continue
    const claim = library.getRunClaim(row.id)
    if (claim !== undefined && claim.standing !== 'gone') continue
    const directory = runDirectory(library.dir, row.id)
    const newest = (await listCheckpoints(directory)).at(-1)
    const head = newest === undefined ? undefined : await readHead(newest)
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
    try {
      library.atomically(() => {
        if (head !== undefined) library.appendMetrics(row.id, head.history, claim?.token)
        library.putRun(stopped, claim?.token)
        lowerFence(directory)
      })
      recovered.push(stopped)
    } catch (error) {
      if (!(error instanceof RunTaken)) throw error
    }
  }
  return recovered
}
