/**
 * The files of a run change hands together with its row. A file in its directory, `owner`, holds the token of the claim, and
 * the training process looks at it before everything that it writes: it neither opens the library for that nor asks its owner,
 * who may be suspended.
 *
 * Between the look and the write the process may be suspended, too, and wake up when another has the run. What makes that
 * harmless is that files get their names by renaming temporary ones: whoever takes a run over replaces `owner` first and
 * removes all temporary files next, so that a renaming that comes late has nothing left to rename.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import type { Library } from '../store/index.ts'
import { explainWriteError } from '../system-errors.ts'
import { checkpointDirectory } from './checkpoint.ts'

/** Throws a UserError when the run is another's by now. */
export type Fence = () => void

/** @param token  of the claim with which this training process was started */
export function runFence(directory: string, token: string): Fence {
  const file = join(directory, 'owner')
  return () => {
    if (readIfThere(file) === token) return
    throw new UserError(
      `run "${basename(directory)}" was taken over by another process while this one was asleep; nothing more was written`,
    )
  }
}

/** Within the transaction that claims the run. @throws UserError when the directory cannot be written to */
export function raiseFence(directory: string, token: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    writeFileSync(join(directory, 'owner'), token)
    for (const folder of [directory, checkpointDirectory(directory)]) {
      for (const name of namesIn(folder))
        if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true })
    }
  } catch (error) {
    throw explainWriteError(error, directory)
  }
}

/** Within the transaction that makes the run nobody's. */
export function lowerFence(directory: string): void {
  rmSync(join(directory, 'owner'), { force: true })
}

const REMOVED = /^\..*\.removed$/

/**
 * Changes the library in one transaction, and with it a directory that is to go: it loses its name at once and its files
 * afterwards, and keeps both when `change` fails.
 * @throws what `change` throws; UserError when the directory cannot be removed
 */
export async function removingDirectory<T>(
  library: Library,
  change: (remove: (directory: string) => void) => T,
): Promise<T> {
  const moved: { from: string; to: string }[] = []
  const result = library.atomically(() => {
    try {
      return change((from) => {
        const to = join(dirname(from), `.${basename(from)}.${randomUUID()}.removed`)
        if (namesIn(dirname(from)).includes(basename(from))) {
          renameSync(from, to)
          moved.push({ from, to })
        }
      })
    } catch (error) {
      for (const { from, to } of moved) {
        rmSync(from, { recursive: true, force: true })
        renameSync(to, from)
      }
      throw error
    }
  })
  for (const { to } of moved) await remove(to)
  return result
}

/** What a process that was killed had no time to remove. */
export async function removeLeftovers(library: Library): Promise<void> {
  const directory = join(library.dir, 'runs')
  // Nobody is between setting aside and committing while this one holds the library.
  const names = library.atomically(() => namesIn(directory).filter((name) => REMOVED.test(name)))
  for (const name of names) await remove(join(directory, name))
}

async function remove(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true })
  } catch (error) {
    throw explainWriteError(error, directory)
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
