/** Files and folders that are either there as a whole or not at all, whenever the process or the machine stops. */
import { randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, realpathSync, rmSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UserError } from './errors.ts'
import { explainWriteError } from './system-errors.ts'

/** What is not complete yet bears the id of the process that writes it. */
const TEMPORARY = /^\.understudy-(\d+)-[0-9a-f]{12}\.tmp$/

/** What a process that is gone has left is removed when nobody touched it for so long. */
const LEFT_BEHIND_MS = 60_000

/**
 * Writes beside `path`, makes the bytes durable and only then gives them the name. Through a symbolic link, the file that it
 * leads to is replaced.
 * @param chunks   written one behind the other; they must not change until the promise resolves
 * @param mayName  asked right before the bytes get the name; when it throws, the old file is still there
 * @throws UserError when something other than a regular file has the name, when the disk is full or the place cannot be
 *   written to; what was there is then still there
 */
export async function writeAtomically(
  path: string,
  chunks: Iterable<Uint8Array>,
  { mode = 0o666, mayName = () => {} }: { mode?: number; mayName?: () => void } = {},
): Promise<void> {
  const target = fileTarget(path)
  await explained(path, () =>
    withTemporary(dirname(target), async (temporary) => {
      await writeDurably(temporary, chunks, mode)
      mayName()
      try {
        await rename(temporary, target)
      } catch (error) {
        // Whoever may say no by now has removed the temporary file, too, and knows better why there is none.
        mayName()
        throw error
      }
      await syncDirectory(dirname(target))
    }),
  )
}

/**
 * Writes a folder that must not exist yet or be empty.
 * @param files  by their paths within it, with '/'
 * @throws UserError when something else has the name, when the disk is full or the place cannot be written to
 */
export async function writeFolderAtomically(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const target = resolve(named(path))
  await explained(path, async () => {
    const there = lstatSync(target, { throwIfNoEntry: false })
    if (there !== undefined && !(there.isDirectory() && readdirSync(target).length === 0)) {
      throw new UserError(`${path} already exists`, {
        remedy: 'name a folder that does not exist yet; the format has several files',
      })
    }
    await withTemporary(dirname(target), async (temporary) => {
      await mkdir(temporary)
      for (const [name, bytes] of files) {
        const file = join(temporary, name)
        await mkdir(dirname(file), { recursive: true })
        await writeDurably(file, [bytes], 0o666)
      }
      // Renaming replaces an empty folder, and refuses one that is no longer empty.
      await rename(temporary, target)
      await syncDirectory(dirname(target))
    })
  })
}

/**
 * The regular file, or none yet, that a path to write to leads to.
 * @throws UserError when it is empty or the root, leads to anything else, or its folder is not there
 */
export function fileTarget(path: string): string {
  named(path)
  try {
    const there = lstatSync(path, { throwIfNoEntry: false })
    const target = there?.isSymbolicLink() ? linkTarget(path) : resolve(path)
    const stats = statSync(target, { throwIfNoEntry: false })
    if (stats !== undefined && !stats.isFile()) throw notAFile(path, stats)
    if (/[/\\]$/.test(path)) throw new UserError(`${path} is the name of a folder`, { remedy: 'name a file' })
    if (!statSync(dirname(target)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
    return target
  } catch (error) {
    throw explainWriteError(error, path)
  }
}

function linkTarget(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw new UserError(`${path} is a link that leads nowhere`, { remedy: 'choose another name', cause })
  }
}

function named(path: string): string {
  if (path === '') throw new UserError('the output file name is empty', { usage: true })
  if (resolve(path) === resolve(path, '..')) {
    throw new UserError(`${path} is the root of the disk, which is never overwritten`, { usage: true })
  }
  return path
}

function notAFile(path: string, stats: Stats): UserError {
  const what = stats.isDirectory()
    ? 'a folder'
    : stats.isFIFO()
      ? 'a pipe'
      : stats.isSocket()
        ? 'a socket'
        : 'a device'
  return new UserError(`${path} is ${what}, and only files are replaced`, {
    remedy: 'choose another name, or "-" for standard output where the command takes it',
  })
}

async function explained(path: string, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    throw explainWriteError(error, path)
  }
}

/** Removed when the process is ended by whatever lets it say a last word. */
const unfinished = new Set<string>()

function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true })
}

/** Gives a name for something unfinished in `directory`, which is gone afterwards: renamed, or removed. */
export async function withTemporary<T>(
  directory: string,
  action: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = temporaryIn(directory)
  try {
    return await action(temporary)
  } finally {
    forget(temporary)
  }
}

/** As `withTemporary`, for what must not be interrupted. */
export function withTemporarySync<T>(directory: string, action: (temporary: string) => T): T {
  const temporary = temporaryIn(directory)
  try {
    return action(temporary)
  } finally {
    forget(temporary)
  }
}

function temporaryIn(directory: string): string {
  if (!process.listeners('exit').includes(removeUnfinished)) process.on('exit', removeUnfinished)
  removeLeftBehind(directory)
  const temporary = join(directory, `.understudy-${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
  unfinished.add(temporary)
  return temporary
}

function forget(temporary: string): void {
  rmSync(temporary, { recursive: true, force: true })
  unfinished.delete(temporary)
}

/** Of processes that were killed. A container that shares the folder has process ids of its own, hence the time. */
function removeLeftBehind(directory: string): void {
  let names: string[]
  try {
    names = readdirSync(directory)
  } catch {
    // What is wrong with the folder shows when it is written to.
    return
  }
  for (const name of names) {
    const pid = TEMPORARY.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const path = join(directory, name)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined || Date.now() - stats.mtimeMs < LEFT_BEHIND_MS) continue
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      // Another's leftovers may be protected from us, and are no reason not to write.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function writeDurably(path: string, chunks: Iterable<Uint8Array>, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    for (const chunk of chunks) await writeFully(file, chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function writeFully(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    written += (await file.write(chunk, written)).bytesWritten
  }
}

/** A rename is durable once its directory is. Windows has no such call and needs none. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
