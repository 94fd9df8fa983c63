/** Files that are either there as a whole or not at all, whenever the process or the machine stops. */
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { explainWriteError } from '../system-errors.ts'

/**
 * Writes beside `path`, makes the bytes durable and only then gives them the name.
 * @param chunks  written one behind the other; they must not change until the promise resolves
 * @throws UserError when the disk is full or the place cannot be written to; the old file is then still there
 */
export async function writeAtomically(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  try {
    await write(path, chunks)
  } catch (error) {
    throw explainWriteError(error, path)
  }
}

async function write(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
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
  await rename(temporary, path)
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
