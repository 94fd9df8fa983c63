/**
 * The studio's own portable file.
 *
 *     8 bytes   magic 89 55 4e 44 0d 0a 1a 0a: damaged by every transfer that takes it for text
 *     n bytes   sealed message { episodes: [{ head, columns }] }, columns as little-endian bytes
 *
 * Equal episodes give equal bytes.
 */
import { columnsFromBytes, columnsToBytes } from '../../store/index.ts'
import type { Episode, EpisodeColumns } from '../episode.ts'
import type { FileFormat } from './format.ts'
import { LIMITS } from './limits.ts'
import { assembleEpisode, parseHead, plainHead } from './parts/head.ts'
import { seal, unseal } from './parts/sealed.ts'
import { FileProblems } from './problems.ts'

const MAGIC = Uint8Array.of(0x89, 0x55, 0x4e, 0x44, 0x0d, 0x0a, 0x1a, 0x0a)
const VERSION = 1

export function writeUnderstudy(episodes: readonly Episode[]): Uint8Array {
  return seal(MAGIC, VERSION, {
    episodes: episodes.map((episode) => ({ head: plainHead(episode), columns: columnsToBytes(episode) })),
  })
}

/** @throws DataError when the file is damaged or of another version */
export function readUnderstudy(bytes: Uint8Array, fileName: string): Episode[] {
  const problems = new FileProblems(fileName)
  if (!startsWithMagic(bytes)) problems.refuse('first bytes', 'an .understudy file', 'something else')
  const message = unseal(bytes.subarray(MAGIC.length), VERSION, problems)
  return episodesOf(message, problems).map((value, index) => {
    const place = `episode ${index}`
    const { head, columns } = (value ?? {}) as { head?: unknown; columns?: unknown }
    const plain = parseHead(head, place, problems)
    return assembleEpisode(plain, readColumns(columns, place, problems), place, problems)
  })
}

function episodesOf(message: unknown, problems: FileProblems): unknown[] {
  const episodes = (message as { episodes?: unknown } | null)?.episodes
  if (!Array.isArray(episodes)) return problems.refuse('message', 'a list of episodes', typeof episodes)
  if (episodes.length > LIMITS.episodes) {
    problems.refuse('message', `at most ${LIMITS.episodes} episodes`, episodes.length)
  }
  return episodes
}

function readColumns(columns: unknown, place: string, problems: FileProblems): EpisodeColumns {
  try {
    return columnsFromBytes((columns ?? {}) as Record<string, unknown>)
  } catch (error) {
    return problems.refuse(`${place}, columns`, 'all columns as bytes', (error as Error).message, error)
  }
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte)
}

export const understudy = {
  name: 'understudy',
  title: 'Understudy file: everything, exact, compressed, with a checksum',
  group: 'keep',
  layout: 'file',
  extensions: ['.understudy'],
  mediaType: 'application/octet-stream',
  matches: startsWithMagic,
  write: writeUnderstudy,
  read: readUnderstudy,
  cannotHold: () => [],
} satisfies FileFormat
