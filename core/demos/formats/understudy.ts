/**
 * The studio's own portable file.
 *
 *     8 bytes   magic 89 55 4e 44 0d 0a 1a 0a: damaged by every transfer that takes it for text
 *     4 bytes   version of the format, little-endian
 *     4 bytes   length of the message before compression, little-endian
 *    32 bytes   SHA-256 of all that follows
 *     n bytes   raw deflate of a msgpack message { episodes: [{ head, columns }] }, columns as little-endian bytes
 *
 * Equal episodes give equal bytes.
 */
import { createHash } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { deflateSync } from 'fflate'
import { Packr } from 'msgpackr'
import { columnsFromBytes, columnsToBytes } from '../../store/index.ts'
import type { Episode, EpisodeColumns } from '../episode.ts'
import { type FileFormat, FileProblems, LIMITS } from './format.ts'
import { assembleEpisode, parseHead, plainHead } from './head.ts'

const MAGIC = Uint8Array.of(0x89, 0x55, 0x4e, 0x44, 0x0d, 0x0a, 0x1a, 0x0a)
const VERSION = 1
const HEADER_BYTES = 48

const packr = new Packr({ useRecords: false })

export function writeUnderstudy(episodes: readonly Episode[]): Uint8Array {
  const message: Uint8Array = packr.pack({
    episodes: episodes.map((episode) => ({ head: plainHead(episode), columns: columnsToBytes(episode) })),
  })
  // fflate and not zlib: its output does not depend on the platform's build, so the bundled files can be regenerated.
  const body = deflateSync(message, { level: 9 })
  const bytes = new Uint8Array(HEADER_BYTES + body.length)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC, 0)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, message.length, true)
  bytes.set(createHash('sha256').update(body).digest(), 16)
  bytes.set(body, HEADER_BYTES)
  return bytes
}

/** @throws DataError when the file is damaged or of another version */
export function readUnderstudy(bytes: Uint8Array, fileName: string): Episode[] {
  const problems = new FileProblems(fileName)
  const message = unpackMessage(readMessage(bytes, problems), problems)
  return message.map((value, index) => {
    const place = `episode ${index}`
    const { head, columns } = (value ?? {}) as { head?: unknown; columns?: unknown }
    const plain = parseHead(head, place, problems)
    return assembleEpisode(plain, readColumns(columns, place, problems), place, problems)
  })
}

function readMessage(bytes: Uint8Array, problems: FileProblems): Uint8Array {
  if (!startsWithMagic(bytes)) problems.refuse('first bytes', 'an .understudy file', 'something else')
  if (bytes.length < HEADER_BYTES) {
    problems.refuse('header', `${HEADER_BYTES} bytes`, `${bytes.length} (the file is cut off)`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(8, true)
  if (version !== VERSION) problems.refuse('version', VERSION, version)
  const body = bytes.subarray(HEADER_BYTES)
  const expected = Buffer.from(bytes.subarray(16, HEADER_BYTES)).toString('hex')
  const actual = createHash('sha256').update(body).digest('hex')
  if (actual !== expected) problems.refuse('checksum', expected, `${actual} (the file is damaged or cut off)`)
  const length = view.getUint32(12, true)
  if (length > LIMITS.inflatedBytes) {
    problems.refuse('length of the message', `at most ${LIMITS.inflatedBytes} bytes`, length)
  }
  let message: Uint8Array
  try {
    message = inflateRawSync(body, { maxOutputLength: Math.max(1, length) })
  } catch (error) {
    return problems.refuse('message', `${length} deflated bytes`, (error as Error).message, error)
  }
  if (message.length !== length) problems.refuse('length of the message', length, message.length)
  return message
}

function unpackMessage(bytes: Uint8Array, problems: FileProblems): unknown[] {
  let message: unknown
  try {
    message = packr.unpack(bytes)
  } catch (error) {
    return problems.refuse('message', 'msgpack', (error as Error).message, error)
  }
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
  layout: 'file',
  extensions: ['.understudy'],
  matches: startsWithMagic,
  write: writeUnderstudy,
  read: readUnderstudy,
  cannotHold: () => [],
} satisfies FileFormat
