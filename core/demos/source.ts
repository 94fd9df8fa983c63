/** Demonstrations on a disk: a file, or a folder of files, read and written whole. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { writeAtomically, writeFolderAtomically } from '../atomic-file.ts'
import { UserError } from '../errors.ts'
import { FileProblems, LIMITS } from './formats/format.ts'
import type { DemonstrationFiles, DemonstrationSource } from './formats/index.ts'

/**
 * The file or folder at `path`.
 * @throws UserError when it cannot be read; DataError when it is larger than what is read of demonstrations
 */
export function readSource(path: string): DemonstrationSource {
  const name = basename(resolve(path))
  return onDisk(path, () => {
    const problems = new FileProblems(name)
    let total = 0
    const take = (file: string): Uint8Array => {
      total += statSync(file).size
      if (total > LIMITS.fileBytes) problems.refuse('size', `at most ${LIMITS.fileBytes} bytes`, total)
      return readFileSync(file)
    }
    if (!statSync(path).isDirectory()) return { name, bytes: take(path) }
    const paths = filesWithin(path)
    if (paths.length > LIMITS.files) problems.refuse('files', `at most ${LIMITS.files}`, paths.length)
    return { name, files: new Map(paths.map((inside) => [inside, take(join(path, inside))])) }
  })
}

/** The paths of all files in a folder and below, with '/', sorted. Links are not followed. */
export function filesWithin(folder: string): string[] {
  const paths: string[] = []
  const walk = (path: string, prefix: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(path, entry.name), `${prefix}${entry.name}/`)
      else if (entry.isFile()) paths.push(`${prefix}${entry.name}`)
    }
  }
  walk(folder, '')
  return paths.sort()
}

/**
 * Writes a file, or a folder that must not exist yet or be empty.
 * @throws UserError when it cannot be written; what was there is then still there
 */
export async function writeExport(path: string, content: Uint8Array | DemonstrationFiles): Promise<void> {
  if (content instanceof Uint8Array) await writeAtomically(path, [content])
  else await writeFolderAtomically(path, content)
}

function onDisk<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined || error instanceof UserError) throw error
    const reason =
      {
        ENOENT: 'there is no such file',
        EISDIR: 'it is a directory',
        EACCES: 'permission is denied',
        ENAMETOOLONG: 'the name is too long',
      }[code] ?? code
    throw new UserError(`${path} cannot be read: ${reason}`, { cause: error })
  }
}
