/** The register of demonstration formats. A new one is one file that calls `registerFormat`. */
import { otherNames, UserError } from '../../errors.ts'
import type { DemonstrationFormat, FileFormat, FolderFormat } from './format.ts'

const formats: DemonstrationFormat[] = []

/** In the order in which they are offered within a group, the most used first. */
export const FORMATS: readonly DemonstrationFormat[] = formats

export function registerFormat(format: DemonstrationFormat): void {
  if (formats.some(({ name }) => name === format.name)) {
    throw new Error(`demonstration format "${format.name}" is registered twice`)
  }
  formats.push(format)
}

/** @throws UserError for an unknown name */
export function formatByName(name: string): DemonstrationFormat {
  const format = formats.find((candidate) => candidate.name === name)
  if (format !== undefined) return format
  const names = formats.map((candidate) => candidate.name)
  throw new UserError(`unknown format "${name}"`, {
    usage: true,
    remedy: otherNames(name, names, 'the formats'),
  })
}

/** The format that the extension of a file names, if any; the longest counts: '.imitation.npz' before '.npz'. */
export function formatByFileName(fileName: string): FileFormat | undefined {
  const name = fileName.toLowerCase()
  let longest = ''
  let found: FileFormat | undefined
  for (const format of formats) {
    if (format.layout === 'folder') continue
    for (const extension of format.extensions) {
      if (!name.endsWith(extension) || extension.length <= longest.length) continue
      longest = extension
      found = format
    }
  }
  return found
}

/** The format whose content a file has, if any. A later one may be a special case of an earlier one. */
export function formatByContent(bytes: Uint8Array): FileFormat | undefined {
  return formats.findLast((format): format is FileFormat => format.layout === 'file' && format.matches(bytes))
}

/** The format of a folder with these files, if any. */
export function folderFormat(paths: ReadonlySet<string>): FolderFormat | undefined {
  return formats.findLast(
    (format): format is FolderFormat => format.layout === 'folder' && format.matches(paths),
  )
}
