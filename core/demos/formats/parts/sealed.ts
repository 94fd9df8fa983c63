/**
 * A msgpack message that cannot be damaged unnoticed.
 *
 *     4 bytes   version, little-endian
 *     4 bytes   length of the message before compression, little-endian
 *    32 bytes   SHA-256 of all that follows
 *     n bytes   raw deflate of the message
 *
 * Equal messages give equal bytes.
 */
import { createHash } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { deflateSync } from 'fflate'
import { packMessage, readMessage } from '../../../msgpack.ts'
import { LIMITS, mostInflated } from '../limits.ts'
import type { FileProblems } from '../problems.ts'

const HEADER_BYTES = 40

/** Of a file of a hundred thousand episodes. */
const MESSAGE = { depth: 16, values: 200 * LIMITS.episodes }

/** @returns `start` and the sealed message behind it */
export function seal(start: Uint8Array, version: number, value: unknown): Uint8Array {
  const message = packMessage(value)
  // fflate and not zlib: its output does not depend on the platform's build, so the bundled files can be regenerated.
  const body = deflateSync(message, { level: 9 })
  const bytes = new Uint8Array(start.length + HEADER_BYTES + body.length)
  const view = new DataView(bytes.buffer, start.length)
  bytes.set(start, 0)
  view.setUint32(0, version, true)
  view.setUint32(4, message.length, true)
  bytes.set(createHash('sha256').update(body).digest(), start.length + 8)
  bytes.set(body, start.length + HEADER_BYTES)
  return bytes
}

/** @throws DataError when the message is damaged or of another version */
export function unseal(sealed: Uint8Array, version: number, problems: FileProblems): unknown {
  if (sealed.length < HEADER_BYTES) {
    problems.refuse('header', `${HEADER_BYTES} bytes`, `${sealed.length} (the file is cut off)`)
  }
  const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const found = view.getUint32(0, true)
  if (found !== version) problems.refuse('version', version, found)
  const body = sealed.subarray(HEADER_BYTES)
  const expected = Buffer.from(sealed.subarray(8, HEADER_BYTES)).toString('hex')
  const actual = createHash('sha256').update(body).digest('hex')
  if (actual !== expected) problems.refuse('checksum', expected, `${actual} (the file is damaged or cut off)`)
  const length = view.getUint32(4, true)
  const most = Math.min(LIMITS.inflatedBytes, mostInflated(body.length))
  if (length > most) problems.refuse('length of the message', `at most ${most} bytes`, length)
  let message: Uint8Array
  try {
    message = inflateRawSync(body, { maxOutputLength: Math.max(1, length) })
  } catch (error) {
    return problems.refuse('message', `${length} deflated bytes`, (error as Error).message, error)
  }
  if (message.length !== length) problems.refuse('length of the message', length, message.length)
  try {
    return readMessage(message, MESSAGE)
  } catch (error) {
    return problems.refuse('message', 'msgpack', (error as Error).message, error)
  }
}
