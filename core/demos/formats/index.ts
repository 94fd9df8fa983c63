/** The file formats of demonstrations, by name and by content. */
import { nearest, UserError } from '../../errors.ts'
import type { Episode } from '../episode.ts'
import { type DemonstrationFormat, FileProblems, LIMITS } from './format.ts'
import { jsonl } from './jsonl.ts'
import { npz } from './npz.ts'
import { understudy } from './understudy.ts'

export type { DemonstrationFormat } from './format.ts'

export const FORMATS: readonly DemonstrationFormat[] = [understudy, npz, jsonl]

/** @throws UserError for an unknown name */
export function formatByName(name: string): DemonstrationFormat {
  const format = FORMATS.find((candidate) => candidate.name === name)
  if (format !== undefined) return format
  const names = FORMATS.map((candidate) => candidate.name)
  const near = nearest(name, names)
  throw new UserError(`unknown format "${name}"`, {
    usage: true,
    remedy: near === undefined ? `known are ${names.join(', ')}` : `did you mean "${near}"?`,
  })
}

/** The format that the extension of a file to be written names, if any. */
export function formatByFileName(fileName: string): DemonstrationFormat | undefined {
  const name = fileName.toLowerCase()
  return FORMATS.find((format) => format.extensions.some((extension) => name.endsWith(extension)))
}

/**
 * The format of a file: by its content, and by its name where the content does not say.
 * @throws DataError when it is none that is known
 */
export function detectFormat(bytes: Uint8Array, fileName: string): DemonstrationFormat {
  const format = FORMATS.find((candidate) => candidate.matches(bytes)) ?? formatByFileName(fileName)
  if (format !== undefined) return format
  const names = FORMATS.map((candidate) => candidate.name).join(', ')
  return new FileProblems(fileName).refuse('content', `one of the formats ${names}`, 'none of them')
}

/**
 * Reads a file of any of the formats.
 * @throws DataError when it is none of them, damaged, or empty
 */
export function readDemonstrations(bytes: Uint8Array, fileName: string): Episode[] {
  const problems = new FileProblems(fileName)
  if (bytes.length > LIMITS.fileBytes)
    problems.refuse('size', `at most ${LIMITS.fileBytes} bytes`, bytes.length)
  const episodes = detectFormat(bytes, fileName).read(bytes, fileName)
  if (episodes.length === 0) problems.refuse('content', 'at least one episode', 'none')
  return episodes
}
