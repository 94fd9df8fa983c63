/** Runs by name: where they lie, what they may be called, which exist, and those whose process is gone. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { asName, BOUNDS } from '../bounds.ts'
import { DataError, otherNames, UserError } from '../errors.ts'
import { type Library, type ReadableLibrary, type RunRow, RunTaken } from '../store/index.ts'
import { type CheckpointSummary, readSummary } from './checkpoint.ts'
import { type RunConfig, resolveConfig } from './config.ts'
import { loadConfigPlugins } from './config-plugins.ts'
import { readElsewhere, requireHere } from './elsewhere.ts'
import { lowerFence, removeLeftovers, removingDirectory } from './run-files.ts'
import { describeSkipped, newestUsable } from './usable-checkpoint.ts'

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** Whether it may be the name of a run, and of its folder. */
export function isRunId(id: string): boolean {
  return RUN_ID.test(id) && id.length <= BOUNDS.runId
}

/** `<data>/runs/<id>`. @throws UserError when the id could not be the name of a folder */
export function runDirectory(dataDirectory: string, id: string): string {
  if (!isRunId(id)) {
    throw new UserError(`"${asName(id, BOUNDS.runId)}" cannot be the name of a run`, {
      usage: true,
      remedy: `use up to ${BOUNDS.runId} letters, digits, dots, dashes and underscores, beginning with a letter or digit`,
    })
  }
  return join(dataDirectory, 'runs', id)
}

/** @throws UserError naming the nearest run */
export function requireRun(library: ReadableLibrary, id: string): RunRow {
  const row = library.getRun(id)
  if (row !== undefined) return row
  const ids = library.listRuns().map((run) => run.id)
  throw new UserError(`there is no run "${id}"`, {
    remedy: ids.length === 0 ? 'train one first with `understudy train`' : otherNames(id, ids, 'the runs'),
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
      remedy: `rebuild it from the run's folder: understudy runs repair ${row.id}`,
    })
  }
  return resolveConfig(row.config, { file: `the configuration of run ${row.id}`, stored: true })
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

/** Whether somebody has the run who is not known to be gone. */
export function isActive(library: ReadableLibrary, id: string): boolean {
  return (library.getRunClaim(id)?.standing ?? 'gone') !== 'gone'
}

/**
 * The folder of a run, or of one that the library does not know. A training process that sleeps writes nothing there any more.
 * @throws UserError when there is neither, or naming who trains it
 */
export function requireIdle(library: Library, id: string): string {
  if (!(isRunId(id) && existsSync(runDirectory(library.dir, id)))) requireRun(library, id)
  const directory = runDirectory(library.dir, id)
  requireHere(directory)
  library.atomically(() => {
    library.requireFreeRun(id)
    lowerFence(directory)
  })
  return directory
}

/** @throws UserError when there is neither row nor folder, or naming who trains it */
export async function deleteRun(library: Library, id: string): Promise<void> {
  requireIdle(library, id)
  await removingDirectory(library, (remove) => {
    if (library.getRun(id) !== undefined) library.deleteRun(id)
    remove(runDirectory(library.dir, id))
  })
  await library.shrink()
}

/**
 * Brings rows that say `running` though nobody trains them in line with what is on disk: the owner died, and the training
 * process wrote a checkpoint and ended, or died too. Whoever resumes one of them meanwhile has it. A run of which nothing can
 * be read says so and keeps no other from being put in order.
 */
export async function recoverRuns(library: Library): Promise<RunRow[]> {
  await removeLeftovers(library)
  const recovered: RunRow[] = []
  for (const row of library.listRuns()) {
    if (row.state !== 'running' || row.damage !== undefined) continue
    const claim = library.getRunClaim(row.id)
    if (claim !== undefined && claim.standing !== 'gone') continue
    const directory = runDirectory(library.dir, row.id)
    const { change, head } = await recovery(row, directory).catch((error): Recovery => {
      return { change: { state: 'failed', message: `it cannot be resumed: ${faultOf(error)}` }, head: null }
    })
    const stopped: RunRow = { ...row, pid: null, finishedAtUs: Date.now() * 1000, ...change }
    try {
      library.atomically(() => {
        library.forgetMetrics(row.id, stopped.step, claim?.token)
        if (head !== null) library.appendMetrics(row.id, head.history, claim?.token)
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

interface Recovery {
  readonly change: Partial<RunRow>
  readonly head: CheckpointSummary | null
}

async function recovery({ id, maxSteps }: RunRow, directory: string): Promise<Recovery> {
  const { used, skipped } = await newestUsable(directory, readSummary)
  if (used === null && skipped.length > 0) {
    const message = `it cannot be resumed: ${skipped.map(describeSkipped).join(', ')}`
    return { change: { state: 'failed', message }, head: null }
  }
  const head = used?.value ?? null
  const change: Partial<RunRow> = {
    state: head !== null && head.step >= maxSteps ? 'finished' : 'stopped',
    step: head?.step ?? 0,
    score: head?.score ?? null,
    masteredAtStep: head?.mastery.masteredAtStep ?? null,
    message: whatBecame(id, directory),
  }
  return { change, head }
}

/** Of a run whose owner is gone. */
function whatBecame(id: string, directory: string): string {
  const elsewhere = readElsewhere(directory)
  return elsewhere === null
    ? 'its window or terminal was closed; it can be resumed from its last checkpoint'
    : `nobody here follows it any more, but it may still be training at ${elsewhere.address}; \`understudy runs attach ${id}\` goes back to it`
}

/** What a disk or a person has done to a file; a bug is thrown. */
export function faultOf(error: unknown): string {
  if (error instanceof UserError || error instanceof DataError) return error.message
  const { code, path } = error as NodeJS.ErrnoException
  if (code === undefined || path === undefined) throw error
  return `${path} cannot be read (${code})`
}
