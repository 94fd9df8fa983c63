/** What `demo_path` of gail and of behavioral_cloning names: demonstrations in a file or in a folder. */
import { readdir, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { FORMATS, filesWithin, folderFormat, formatByFileName, readDemonstrations } from '../demos/index.ts'
import { UserError } from '../errors.ts'
import { fileIn, refuseForeignPath } from '../paths.ts'
import type { Episode } from '../store/index.ts'
import { explainSystemError } from '../system-errors.ts'

/**
 * The episodes of a file, or of a folder that is one dataset; of any other folder those of every file in it that has the
 * extension of a format, by name, as in ML-Agents without its subfolders.
 *
 * @throws UserError when nothing is there; DataError for a damaged file
 */
export async function readDemonstrationFiles(path: string): Promise<{ label: string; episode: Episode }[]> {
  refuseForeignPath(path, 'demo_path:')
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw explainSystemError(error, `demo_path: "${path}" cannot be read`, {
      remedy: 'write a path from where the command is run, or an absolute one',
    })
  })
  const files = found.isDirectory() ? await filesOf(path) : [path]
  if (files.length === 0) {
    const extensions = FORMATS.flatMap((format) => (format.layout === 'file' ? format.extensions : [])).join(
      ', ',
    )
    throw new UserError(`demo_path: the folder "${path}" has no demonstrations`, {
      remedy: `put files there that end in ${extensions}`,
    })
  }
  const episodes = []
  for (const file of files) {
    const name = basename(file)
    const read = await readDemonstrations(file)
    episodes.push(...read.episodes.map((episode, i) => ({ label: `episode ${i} of ${name}`, episode })))
  }
  return episodes
}

async function filesOf(folder: string): Promise<string[]> {
  if (folderFormat(new Set(filesWithin(folder))) !== undefined) return [folder]
  const names = (await readdir(folder)).filter((name) => formatByFileName(name) !== undefined)
  return names.sort().map((name) => {
    const file = fileIn(folder, name)
    if (file !== undefined) return file
    throw new UserError(`demo_path: ${name} in "${folder}" is no file, or leads to another folder`, {
      remedy: 'put the file itself there, or take the link away',
    })
  })
}
