/** Frames as bytes: msgpack without records, so that any msgpack implementation reads them. */
import { Packr } from 'msgpackr'
import { printableData } from '../printable.ts'
import { maxFrameBytes } from './protocol.ts'

const packr = new Packr({ useRecords: false })

/** What a page is told has no character that it would obey, whatever a file or a peer has said. */
export function encodeFrame(frame: object): Uint8Array {
  // msgpackr returns a view of a buffer that it goes on using; a port may keep what it is given.
  const bytes = packr.pack(printableData(frame))
  return new Uint8Array(bytes)
}

/** @throws Error with a plain message when the bytes are no msgpack value or too many */
export function decodeFrame(bytes: Uint8Array): unknown {
  if (bytes.byteLength > maxFrameBytes) {
    throw new Error(`a frame may have ${maxFrameBytes} bytes, this one has ${bytes.byteLength}`)
  }
  return packr.unpack(bytes)
}
