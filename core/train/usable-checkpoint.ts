/**
 * The newest checkpoint that can be used, where newer ones are damaged: a run loses the steps since then, not all of them.
 * Only damage is passed over. A checkpoint of a newer program, or one that may not be read, is whole, and a person can
 * make it readable.
 */
import { lstat, mkdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { writeAtomically } from '../atomic-file.ts'
import { DataError } from '../errors.ts'
import { type CheckpointFile, listCheckpoints } from './checkpoint.ts'
import { readRegularFile } from './regular-file.ts'

export interface Skipped {
  readonly file: CheckpointFile
  /** What is wrong with it, such as 'checksum'. */
  readonly problem: string
}

export interface Usable<T> {
  /** null when there is no checkpoint that can be used. */
  readonly used: { readonly file: CheckpointFile; readonly value: T } | null
  /** Newest first. */
  readonly skipped: readonly Skipped[]
}

/**
 * @param use  throws a DataError when the checkpoint is damaged
 * @throws what `use` throws beside
 */
export async function newestUsable<T>(
  runDirectory: string,
  use: (file: CheckpointFile) => Promise<T>,
): Promise<Usable<T>> {
  const skipped: Skipped[] = []
  for (const file of (await listCheckpoints(runDirectory)).reverse()) {
    try {
      return { used: { file, value: await use(file) }, skipped }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      skipped.push({ file, problem: damageOf(error, file) })
    }
  }
  return { used: null, skipped }
}

/** 'checksum', 'length: 12 bytes', 'replay buffer: no such file' */
export function damageOf({ file, place, found }: DataError, checkpoint: CheckpointFile): string {
  const what = place === 'checksum' ? place : place === 'file' ? found : `${place}: ${found}`
  return file === checkpoint.replay ? `replay buffer: ${what}` : what
}

/** 'checkpoint 12,000 is damaged (checksum)' */
export function describeSkipped({ file, problem }: Skipped): string {
  return `checkpoint ${inWords(file.step)} is damaged (${problem})`
}

/** What is lost by going on from `used`, one line for each checkpoint that was passed over. */
export function describeLoss(used: CheckpointFile, skipped: readonly Skipped[]): string[] {
  return skipped.map((each) => {
    const lost = inWords(each.file.step - used.step)
    return `${describeSkipped(each)}; continuing from ${inWords(used.step)}; ${lost} steps are lost`
  })
}

/** '12,000' */
export function inWords(step: number): string {
  return step.toLocaleString('en')
}

/** Where checkpoints go that the run does not go on from; nothing there is looked at or removed by training. */
export function damagedDirectory(runDirectory: string): string {
  return join(runDirectory, 'damaged')
}

/**
 * Makes this checkpoint the newest one: its policy is the run's, and newer ones are set aside, so that they do not come
 * before it the next time. None is deleted: they may hold the only policy of their step.
 */
export async function makeNewest(
  runDirectory: string,
  file: CheckpointFile,
  newer: readonly CheckpointFile[],
): Promise<void> {
  for (const each of newer) await setAside(runDirectory, each)
  if (newer.length > 0) await takePolicy(runDirectory, file)
}

/** Gives the run the policy of a checkpoint. @returns false when it has it, or the checkpoint has none */
export async function takePolicy(runDirectory: string, { policy }: CheckpointFile): Promise<boolean> {
  const path = join(runDirectory, 'agent.onnx')
  const [taken, own] = await Promise.all([contentOf(policy), contentOf(path)])
  if (taken === null || (own !== null && taken.equals(own))) return false
  if (own === null) await moveAside(runDirectory, path)
  await writeAtomically(path, [taken])
  return true
}

/** null when there is no such file, or something else in its place */
export async function contentOf(path: string): Promise<Buffer | null> {
  try {
    return await readRegularFile(path)
  } catch (error) {
    if (error instanceof DataError) return null
    throw error
  }
}

/** The checkpoint first: without it the others are nobody's. */
export async function setAside(runDirectory: string, file: CheckpointFile): Promise<void> {
  for (const path of [file.path, file.replay, file.policy]) await moveAside(runDirectory, path)
}

/** Whatever is there, if anything. */
export async function moveAside(runDirectory: string, path: string): Promise<void> {
  if (!(await exists(path))) return
  const directory = damagedDirectory(runDirectory)
  await mkdir(directory, { recursive: true })
  await rename(path, await unused(join(directory, basename(path))))
}

/** '12000.checkpoint', and '12000.checkpoint.2' when that is there from the last time. */
async function unused(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : `${path}.${n}`
    if (!(await exists(candidate))) return candidate
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}
