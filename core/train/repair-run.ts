/** Makes of what is left of a run a run again. What is damaged is set aside, never deleted. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../atomic-file.ts'
import { UserError } from '../errors.ts'
import type { Library, RunRow } from '../store/index.ts'
import { type CheckpointFile, type CheckpointSummary, listCheckpoints, readSummary } from './checkpoint.ts'
import { demonstrationPath, resolveConfig, signalNames } from './config.ts'
import { inspectCheckpoint, inspectRun } from './inspect-run.ts'
import { requireIdle } from './runs.ts'
import { contentOf, inWords, moveAside, setAside, takePolicy } from './usable-checkpoint.ts'
import { parseYaml } from './yaml.ts'

export interface Repair {
  /** What was done, one sentence each; empty when nothing had to be. */
  readonly done: readonly string[]
  /** What could not be mended, one sentence each. */
  readonly left: readonly string[]
}

/**
 * Sets damaged checkpoints aside and makes the newest whole one the newest; brings row, metrics, policy and config.yaml in
 * line with it; makes a row for a folder that is not in the library.
 * @throws UserError while the run is being trained, when a checkpoint may not be read or is newer than this program, and
 *   when the configuration is nowhere to be found
 */
export async function repairRun(library: Library, id: string): Promise<Repair> {
  const directory = requireIdle(library, id)
  const row = library.getRun(id)
  const { from, text } = await wholeConfig(directory, row)
  const done: string[] = []
  const current = await chooseCheckpoint(directory, done)
  if (current !== null && (await takePolicy(directory, current.file))) {
    done.push(`agent.onnx is again the policy of checkpoint ${inWords(current.file.step)}`)
  }
  if (from === 'library') await restoreConfigFile(directory, text, done)
  else if (row !== undefined) done.push('its configuration was taken from config.yaml')
  const before = row?.damage === undefined ? row : undefined
  const head = current === null ? null : await readSummary(current.file)
  const mended = mendedRow(await rowOf(id, directory, text, before, row), head, current?.resumable ?? false)
  library.putRun(mended)
  if (before === undefined) done.push('its row in the library was recreated')
  else if (mended.step !== before.step || mended.state !== before.state) {
    done.push(`the run is ${mended.state} at step ${inWords(mended.step)}`)
  }
  library.forgetMetrics(id, mended.step)
  if (head !== null) library.appendMetrics(id, head.history)
  const { problems } = await inspectRun(library, id)
  return { done, left: [...problems, ...unknownDemonstrations(mended, head)] }
}

interface Current {
  readonly file: CheckpointFile
  readonly resumable: boolean
}

/** The newest that can be resumed, else the newest that can be played; those that are damaged or newer are set aside. */
async function chooseCheckpoint(directory: string, done: string[]): Promise<Current | null> {
  const reports = []
  for (const file of await listCheckpoints(directory)) {
    reports.push({ file, ...(await inspectCheckpoint(file)) })
  }
  const unreadable = reports.find(({ state }) => state === 'unreadable')
  if (unreadable !== undefined) {
    throw new UserError(unreadable.problem ?? 'a checkpoint cannot be read', {
      remedy: 'it may be intact: make it readable first, or move it away to continue without it',
    })
  }
  const current =
    reports.findLast(({ state }) => state === 'resumable') ??
    reports.findLast(({ state }) => state === 'playable') ??
    null
  for (const { file, state, problem } of reports) {
    if (state !== 'damaged' && (current === null || file.step <= current.step)) continue
    await setAside(directory, file)
    done.push(`checkpoint ${inWords(file.step)} was set aside (${problem})`)
  }
  return current === null ? null : { file: current.file, resumable: current.state === 'resumable' }
}

/** @returns where the configuration came from, and its YAML */
async function wholeConfig(
  directory: string,
  row: RunRow | undefined,
): Promise<{ from: 'library' | 'file'; text: string }> {
  if (row !== undefined && isYaml(row.config)) return { from: 'library', text: row.config }
  const text = (await contentOf(join(directory, 'config.yaml')))?.toString('utf8') ?? null
  if (text !== null && isYaml(text)) return { from: 'file', text }
  throw new UserError('the configuration of the run is neither in the library nor in its config.yaml', {
    remedy: 'put back the configuration that it was started with, or delete the run',
  })
}

function isYaml(text: string): boolean {
  try {
    return Object.keys(parseYaml(text, 'config.yaml')).length > 0
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

async function restoreConfigFile(directory: string, text: string, done: string[]): Promise<void> {
  const path = join(directory, 'config.yaml')
  if ((await contentOf(path))?.toString('utf8') === text) return
  await moveAside(directory, path)
  await writeAtomically(path, [Buffer.from(text)])
  done.push('config.yaml was written from the library')
}

/** @param before  the row, where it is whole; @param damaged  the row as far as it can be read */
async function rowOf(
  id: string,
  directory: string,
  text: string,
  before: RunRow | undefined,
  damaged: RunRow | undefined,
): Promise<RunRow> {
  if (before !== undefined) return { ...before, config: text }
  const config = resolveConfig(text, { file: join(directory, 'config.yaml'), stored: true })
  const { birthtimeMs } = await stat(directory)
  return {
    id,
    environmentId: config.environment,
    algorithm: config.behavior.trainer_type,
    signals: signalNames(config),
    state: 'stopped',
    createdAtUs: damaged?.createdAtUs || Math.round(birthtimeMs * 1000),
    finishedAtUs: null,
    step: 0,
    maxSteps: config.behavior.max_steps,
    score: null,
    masteredAtStep: null,
    demonstrations: damaged?.demonstrations ?? [],
    pid: null,
    message: null,
    config: text,
  }
}

/** In line with the checkpoint that it can go on from. */
function mendedRow(row: RunRow, head: CheckpointSummary | null, resumable: boolean): RunRow {
  const idle = { ...row, pid: null, finishedAtUs: row.finishedAtUs ?? Date.now() * 1000 }
  if (head === null) {
    return { ...idle, state: 'failed', message: 'none of its checkpoints is intact: it cannot be resumed' }
  }
  const { step, score } = head
  const { masteredAtStep } = head.mastery
  const ended = row.state === 'finished' && row.step === step
  return {
    ...idle,
    step,
    score,
    masteredAtStep,
    state: ended || step >= row.maxSteps ? 'finished' : 'stopped',
    message: resumable || ended ? null : 'its replay buffer is gone: it can be played but not resumed',
  }
}

function unknownDemonstrations(row: RunRow, head: CheckpointSummary | null): string[] {
  if (head === null || head.demonstrations === null || row.demonstrations.length > 0) return []
  if (demonstrationPath(resolveConfig(row.config, { stored: true })) !== undefined) return []
  return ['which demonstrations it learned from is no longer known: it can be played but not resumed']
}
