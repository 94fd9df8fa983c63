/** What `demo_path` of gail and of behavioral_cloning names: one file of demonstrations, or a folder of them. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { FORMATS, formatByFileName, readDemonstrations } from '../demos/index.ts'
import { UserError } from '../errors.ts'
import type { Episode } from '../store/index.ts'

/**
 * The episodes of a file; of a folder those of every file in it that has the extension of a format, by name, as in
 * ML-Agents without its subfolders.
 *
 * @throws UserError when nothing is there; DataError for a damaged file
 */
export async function readDemonstrationFiles(path: string): Promise<{ label: string; episode: Episode }[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`demo_path: "${path}" cannot be read (${error.code})`, {
      remedy: 'write a path from where the command is run, or an absolute one',
      cause: error,
    })
  })
  const files = found.isDirectory()
    ? (await readdir(path))
        .filter((name) => formatByFileName(name) !== undefined)
        .sort()
        .map((name) => join(path, name))
    : [path]
  if (files.length === 0) {
    const extensions = FORMATS.flatMap((format) => format.extensions).join(', ')
    throw new UserError(`demo_path: the folder "${path}" has no demonstrations`, {
      remedy: `put files there that end in ${extensions}`,
    })
  }
  const episodes = []
  for (const file of files) {
    const name = basename(file)
    const read = readDemonstrations(await readFile(file), name)
    episodes.push(...read.map((episode, i) => ({ label: `episode ${i} of ${name}`, episode })))
  }
  return episodes
}
