/** Demonstrations on a disk: a file, or a folder of files, read and written whole. */
import { opendirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { writeAtomically, writeFolderAtomically } from '../atomic-file.ts'
import { readRegularFile } from '../read-file.ts'
import { explainSystemError } from '../system-errors.ts'
import type { DemonstrationFiles, DemonstrationSource } from './formats/index.ts'
import { LIMITS } from './formats/limits.ts'
import { FileProblems } from './formats/problems.ts'
import { isHidden } from './hidden.ts'

/**
 * The file or folder at `path`.
 * @param name  as it is called where it comes from
 * @throws UserError when it cannot be read; DataError when it is larger than what is read of demonstrations
 */
export function readSource(path: string, name = basename(resolve(path))): DemonstrationSource {
  if (!isDirectory(path)) return { name, bytes: readRegularFile(path, LIMITS.fileBytes) }
  let left: number = LIMITS.fileBytes
  const take = (inside: string): [string, Uint8Array] => {
    const bytes = readRegularFile(join(path, inside), left)
    left -= bytes.length
    return [inside, bytes]
  }
  return { name, files: new Map(filesWithin(path).map(take)) }
}

/** Bytes of a file, or of all files in a folder and below. @throws as `readSource` */
export function sizeOnDisk(path: string): number {
  return onDisk(path, () => {
    const found = statSync(path)
    if (!found.isDirectory()) return found.size
    return filesWithin(path).reduce((sum, inside) => sum + statSync(join(path, inside)).size, 0)
  })
}

function isDirectory(path: string): boolean {
  return onDisk(path, () => statSync(path).isDirectory())
}

/**
 * The paths of all files in a folder and below, with '/', sorted, but hidden ones. Links are not followed.
 * @throws DataError when there are more than are read of demonstrations, or they lie too deep
 */
export function filesWithin(folder: string): string[] {
  const problems = new FileProblems(basename(resolve(folder)))
  const paths: string[] = []
  let seen = 0
  const walk = (path: string, prefix: string, depth: number): void => {
    if (depth > LIMITS.depth)
      problems.refuse('folders', `folders nested at most ${LIMITS.depth} deep`, 'more')
    const entries = opendirSync(path)
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        if (isHidden(entry.name)) continue
        if (++seen > LIMITS.files) problems.refuse('files', `at most ${LIMITS.files}`, 'more')
        if (entry.isDirectory()) walk(join(path, entry.name), `${prefix}${entry.name}/`, depth + 1)
        else if (entry.isFile()) paths.push(`${prefix}${entry.name}`)
      }
    } finally {
      entries.closeSync()
    }
  }
  walk(folder, '', 0)
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
    throw explainSystemError(error, `${path} cannot be read`)
  }
}
