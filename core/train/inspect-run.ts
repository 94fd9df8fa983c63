/** Whether a run is whole: its row, its folder, its checkpoints. Nothing is written. */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataError, UserError } from '../errors.ts'
import type { ReadableLibrary, RunRow } from '../store/index.ts'
import {
  type CheckpointFile,
  checkpointDirectory,
  checkReplay,
  listCheckpoints,
  readSummary,
} from './checkpoint.ts'
import { explainReadError, openRegularFile } from './regular-file.ts'
import { filesBelow } from './run-sizes.ts'
import { faultOf, isActive, isRunId, requireRun, runDirectory } from './runs.ts'
import { damagedDirectory, damageOf, inWords } from './usable-checkpoint.ts'
import { parseYaml } from './yaml.ts'

/**
 * `resumable`: the run can go on from it. `playable`: it has no replay buffer any more, as all but the two newest.
 * `unreadable`: it may not be read, or a newer program wrote it.
 */
export type CheckpointState = 'resumable' | 'playable' | 'damaged' | 'unreadable'

export interface CheckpointReport {
  readonly step: number
  readonly state: CheckpointState
  /** What is wrong with it or its policy, such as 'checksum'; null when nothing is. */
  readonly problem: string | null
}

export interface RunReport {
  readonly id: string
  /** null when the library does not know the run and there is only its folder. */
  readonly row: RunRow | null
  /** Oldest first. */
  readonly checkpoints: readonly CheckpointReport[]
  /** Names of files that were set aside as damaged. */
  readonly setAside: readonly string[]
  /** One sentence each, worst first; empty when all is well. */
  readonly problems: readonly string[]
}

/** Reads everything. @throws UserError when there is neither such a run nor a folder of one */
export async function inspectRun(library: ReadableLibrary, id: string): Promise<RunReport> {
  const row = library.getRun(id) ?? null
  const directory = isRunId(id) ? runDirectory(library.dir, id) : null
  if (directory === null || (row === null && (await kindAt(directory)) === null)) requireRun(library, id)
  if (directory === null) return { id, row, checkpoints: [], setAside: [], problems: [notAName(id)] }
  const problems = row === null ? ['it is not in the library'] : rowProblems(row)
  const checkpoints: CheckpointReport[] = []
  try {
    for (const file of await listCheckpoints(directory)) checkpoints.push(await inspectCheckpoint(file))
    problems.push(...checkpoints.flatMap(problemsOf))
    const newest = checkpoints.at(-1)
    const others =
      newest === undefined
        ? [await emptinessProblem(directory, row)]
        : [
            await policyProblem(directory, newest),
            await openingProblem(join(directory, 'config.yaml'), 'its file config.yaml'),
          ]
    problems.push(...others.filter((problem) => problem !== null))
  } catch (error) {
    problems.push(faultOf(error))
  }
  const setAside = (await filesBelow(damagedDirectory(directory))).map(([path]) => basename(path))
  return { id, row, checkpoints, setAside: setAside.sort(), problems }
}

/**
 * What is wrong with a run, and what can be done about it, in one sentence; null when nothing is, as far as can be told
 * without reading its replay buffers. What has been found whole once is not read again until it changes.
 */
export async function runProblem(library: ReadableLibrary, row: RunRow): Promise<string | null> {
  if (!isRunId(row.id)) return notAName(row.id)
  const repair = (problem: string) => `${problem}; \`understudy runs repair ${row.id}\` keeps what is intact`
  const [inRow] = rowProblems(row)
  if (inRow !== undefined) return repair(inRow)
  if (isActive(library, row.id)) return null
  const directory = runDirectory(library.dir, row.id)
  try {
    const files = await listCheckpoints(directory)
    const newest = files.at(-1)
    if (newest === undefined) {
      return await emptinessProblem(directory, row)
    }
    const problem = await knownProblem(newest)
    if (problem !== null) {
      const older = files.length > 1 ? '; if resumed, the run goes back to an older one' : ''
      return `checkpoint ${inWords(newest.step)} is damaged (${problem})${older}`
    }
    const policy = await openingProblem(join(directory, 'agent.onnx'), 'its policy agent.onnx')
    return policy === null ? null : repair(policy)
  } catch (error) {
    const remedy = error instanceof UserError ? error.remedy : undefined
    return remedy === undefined ? faultOf(error) : `${faultOf(error)}; ${remedy}`
  }
}

/** For lists: none where they cannot be read, as `runProblem` says. */
export async function knownCheckpoints(library: ReadableLibrary, id: string): Promise<CheckpointFile[]> {
  try {
    return isRunId(id) ? await listCheckpoints(runDirectory(library.dir, id)) : []
  } catch (error) {
    faultOf(error)
    return []
  }
}

export async function inspectCheckpoint(file: CheckpointFile): Promise<CheckpointReport> {
  const { step } = file
  let state: CheckpointState = 'damaged'
  try {
    const head = await readSummary(file)
    state = 'playable'
    await checkReplay(file, head)
    return { step, state: 'resumable', problem: await openingProblem(file.policy, 'its policy') }
  } catch (error) {
    if (error instanceof DataError) return { step, state, problem: damageOf(error, file) }
    return { step, state: 'unreadable', problem: faultOf(error) }
  }
}

function rowProblems(row: RunRow): string[] {
  if (row.damage !== undefined) return [`its row in the library is damaged (${row.damage})`]
  try {
    parseYaml(row.config, 'its configuration')
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return ['its configuration in the library cannot be read']
  }
}

/** A checkpoint that lost its replay buffer to newer ones is as it should be. */
function problemsOf({ step, state, problem }: CheckpointReport, i: number, all: readonly CheckpointReport[]) {
  if (problem === null) return []
  const last = i === all.length - 1
  if (state === 'playable' && !last) return []
  const words = { resumable: 'is incomplete', playable: 'can be played but not resumed' }
  const how = state === 'damaged' || state === 'unreadable' ? `is ${state}` : words[state]
  return [`checkpoint ${inWords(step)} ${how} (${problem})`]
}

/** Of a folder without checkpoints. */
async function emptinessProblem(directory: string, row: RunRow | null): Promise<string | null> {
  const kind = await kindAt(directory)
  if (kind === null) {
    return row !== null && row.step > 0 && row.state !== 'running'
      ? 'its folder is gone; only its curves are left'
      : null
  }
  // The first checkpoint brings a policy.
  return (await kindAt(join(directory, 'agent.onnx'))) === null ? null : GONE
}

/** It is a copy of the newest checkpoint's. */
async function policyProblem(directory: string, newest: CheckpointReport): Promise<string | null> {
  const path = join(directory, 'agent.onnx')
  const problem = await openingProblem(path, 'its policy agent.onnx')
  if (problem !== null || newest.state !== 'resumable' || newest.problem !== null) return problem
  const original = join(checkpointDirectory(directory), `${newest.step}.onnx`)
  const [own, other] = await Promise.all([readFile(path), readFile(original)])
  return own.equals(other)
    ? null
    : `its policy agent.onnx is not the one of checkpoint ${inWords(newest.step)}`
}

async function openingProblem(path: string, what: string): Promise<string | null> {
  try {
    const file = await openRegularFile(path)
    const { size } = await file.stat()
    await file.close()
    return size > 0 ? null : `${what} is empty`
  } catch (error) {
    if (error instanceof DataError) return `${what} is damaged (${error.found})`
    return faultOf(error)
  }
}

const GONE = 'its checkpoints are gone: it can be played but not resumed'

/** By file, its size and its time. */
const known = new Map<string, string | null>()

async function knownProblem(file: CheckpointFile): Promise<string | null> {
  const { size, mtimeMs, ino } = await lstat(file.path)
  const key = JSON.stringify([file.path, size, mtimeMs, ino])
  const before = known.get(key)
  if (before !== undefined) return before
  let problem: string | null = null
  try {
    await readSummary(file)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    problem = damageOf(error, file)
  }
  known.set(key, problem)
  return problem
}

async function kindAt(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw explainReadError(error, path)
  })
}

function notAName(id: string): string {
  return `"${id}" cannot be the name of a run; delete it`
}

/** Folders of runs that the library does not know. */
export async function unknownRuns(library: ReadableLibrary): Promise<string[]> {
  const directory = join(library.dir, 'runs')
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw explainReadError(error, directory)
  })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return names.filter((name) => isRunId(name) && library.getRun(name) === undefined).sort()
}
