/** What `demo_path` of gail and of behavioral_cloning names: demonstrations in a file or in a folder. */
import { readdir, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { counted } from '../counted.ts'
import {
  environmentStamp,
  FORMATS,
  filesWithin,
  folderFormat,
  formatByFileName,
  importDemonstrations,
  isHidden,
  readDemonstrations,
} from '../demos/index.ts'
import type { EnvironmentSpec } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { fileIn, refuseForeignPath } from '../paths.ts'
import type { Episode, Library } from '../store/index.ts'
import { explainSystemError } from '../system-errors.ts'

/** Told of what was read; a file may have something to say of each of its episodes. */
const MOST_NOTES = 8

/**
 * The episodes of a file, or of a folder that is one dataset; of any other folder those of every file in it that has the
 * extension of a format, by name, as in ML-Agents without its subfolders. They are taken to be of `spec` where they fit it.
 *
 * @param note  told what had to be supposed or mended, a sentence each
 * @throws UserError when nothing is there, or it is of another environment; DataError for a damaged file
 */
export async function readDemonstrationFiles(
  path: string,
  spec: EnvironmentSpec,
  note: (text: string) => void,
): Promise<{ label: string; episode: Episode }[]> {
  const episodes = []
  const notes = new Map<string, string[]>()
  for (const file of await demonstrationFiles(path, 'demo_path')) {
    const name = basename(file)
    const read = await readDemonstrations(file, {
      environment: environmentStamp(spec),
      supposed: true,
      note: (text) => notes.set(text, [...(notes.get(text) ?? []), name]),
    })
    episodes.push(...read.episodes.map((episode, i) => ({ label: `episode ${i} of ${name}`, episode })))
  }
  tellOnce(notes, note)
  return episodes
}

/**
 * As `readDemonstrationFiles`, into a library.
 * @param where  that names the path, for messages
 * @returns the ids of the episodes, those that it had already among them
 */
export async function importDemonstrationFiles(
  library: Library,
  path: string,
  where: string,
  spec: EnvironmentSpec,
  { note, signal }: { note: (text: string) => void; signal: AbortSignal },
): Promise<number[]> {
  const ids: number[] = []
  for (const file of await demonstrationFiles(path, where)) {
    const name = basename(file)
    const { added, known } = await importDemonstrations(library, file, {
      environment: environmentStamp(spec),
      supposed: true,
      note: (text) => note(`${name}: ${text}`),
      signal,
    })
    const already = known.length === 0 ? '' : `, ${known.length} already in the library`
    note(`${name}: ${counted(added.length, 'new episode')}${already}`)
    ids.push(...known, ...added)
  }
  return ids
}

/**
 * The file, the folder that is one dataset, or the files of any other folder.
 * @param where  that names it, for the message when nothing is there
 * @throws UserError when nothing is there
 */
export async function demonstrationFiles(path: string, where: string): Promise<string[]> {
  refuseForeignPath(path, `${where}:`)
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw explainSystemError(error, `${where}: "${path}" cannot be read`, {
      remedy: 'give a path relative to the current folder, or an absolute one',
    })
  })
  const files = found.isDirectory() ? await filesOf(path, where) : [path]
  if (files.length > 0) return files
  const extensions = FORMATS.flatMap((format) => (format.layout === 'file' ? format.extensions : []))
  throw new UserError(`${where}: the folder "${path}" has no demonstrations`, {
    remedy: `put files there that end in ${extensions.join(', ')}`,
  })
}

/** What is to be said of many files is said once. */
function tellOnce(notes: ReadonlyMap<string, readonly string[]>, note: (text: string) => void): void {
  for (const [text, names] of [...notes].slice(0, MOST_NOTES)) {
    const distinct = [...new Set(names)]
    note(`${distinct.length === 1 ? distinct[0] : `${distinct.length} files`}: ${text}`)
  }
  const more = notes.size - MOST_NOTES
  if (more > 0) note(`${more} more notes like these; "understudy demos import" shows them all`)
}

async function filesOf(folder: string, where: string): Promise<string[]> {
  if (folderFormat(new Set(filesWithin(folder))) !== undefined) return [folder]
  const names = (await readdir(folder)).filter(
    (name) => !isHidden(name) && formatByFileName(name) !== undefined,
  )
  return names.sort().map((name) => {
    const file = fileIn(folder, name)
    if (file !== undefined) return file
    throw new UserError(`${where}: ${name} in "${folder}" is not a file, or leads to another folder`, {
      remedy: 'put the file itself there, or remove the link',
    })
  })
}
