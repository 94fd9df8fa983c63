/** Files that are either there as a whole or not at all, whenever the process or the machine stops. */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UserError } from '../errors.ts'

/**
 * Writes beside `path`, makes the bytes durable and only then gives them the name.
 * @param chunks  written one behind the other; they must not change until the promise resolves
 * @param mayName  asked right before the bytes get the name; when it throws, the old file is still there
 * @throws UserError when the disk is full or the place cannot be written to; the old file is then still there
 */
export async function writeAtomically(
  path: string,
  chunks: Iterable<Uint8Array>,
  { mayName = () => {} }: { mayName?: () => void } = {},
): Promise<void> {
  try {
    await write(path, chunks, mayName)
  } catch (error) {
    throw explainFileError(error, path)
  }
}

const REASONS: Readonly<Record<string, [reason: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', 'free some space; what was written before is still there'],
  EDQUOT: ['the quota is used up', 'free some space; what was written before is still there'],
  EACCES: ['permission is denied', 'choose another place, or change its permissions'],
  EPERM: ['permission is denied', 'choose another place, or change its permissions'],
  EROFS: ['the file system is read-only', 'choose another place'],
  ENOENT: ['its folder is not there', 'make the folder first, or choose another place'],
  ENOTDIR: ['a file stands where a folder must be', 'choose another place'],
  EISDIR: ['it is a folder', 'choose another name'],
}

/** A sentence for what a person can mend; everything else comes back as it is. */
export function explainFileError(error: unknown, path: string): unknown {
  const [reason, remedy] = REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? []
  if (reason === undefined) return error
  return new UserError(`${path} cannot be written: ${reason}`, { remedy: remedy!, cause: error })
}

async function write(path: string, chunks: Iterable<Uint8Array>, mayName: () => void): Promise<void> {
  // Not the process id, which a process in another container may have, too.
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(temporary, 'w')
  try {
    for (const chunk of chunks) await writeFully(file, chunk)
    await file.sync()
  } catch (error) {
    await file.close()
    await rm(temporary, { force: true })
    throw error
  }
  await file.close()
  try {
    mayName()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    // Whoever may say no by now has removed the temporary file, too, and knows better why there is none.
    mayName()
    throw error
  }
  await syncDirectory(dirname(path))
}

async function writeFully(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    written += (await file.write(chunk, written)).bytesWritten
  }
}

/** A rename is durable once its directory is. Windows has no such call and needs none. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
