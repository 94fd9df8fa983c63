/** Frames as bytes: msgpack without records, so that any msgpack implementation reads them. */
import { packMessage, readMessage } from '../msgpack.ts'
import { printableData } from '../printable.ts'
import { maxFrameBytes } from './protocol.ts'

/** What a page has to say is a few values, or the ids of what was chosen. */
const LIMITS = { depth: 16, values: 500_000 }

/** What a page is told has no character that it would obey, whatever a file or a peer has said. */
export function encodeFrame(frame: object): Uint8Array {
  return packMessage(printableData(frame))
}

/** @throws Error with a plain message when the bytes are no plain msgpack value or too many */
export function decodeFrame(bytes: Uint8Array): unknown {
  if (bytes.byteLength > maxFrameBytes) {
    throw new Error(`a frame may have ${maxFrameBytes} bytes, this one has ${bytes.byteLength}`)
  }
  return readMessage(bytes, LIMITS)
}
