/** The memory that a caller and the thread it asks share: a few words of control and the bytes of a request or an answer. */
import { UserError } from '../errors.ts'

export const Slot = {
  /** Raised to wake the thread. */
  wake: 0,
  /** A Status. */
  status: 1,
  /** Bytes of the request or the answer. */
  length: 2,
  /** How long the answer may take. */
  milliseconds: 3,
  /** 1 when the peer has been closed. */
  ended: 4,
  /** What the thread does, as an index into STAGES. */
  stage: 5,
} as const

/** Said of a thread that does not come back. */
export const STAGES = ['has not begun', 'was opening it', 'was waiting to be asked', 'was asking it'] as const

export const Status = { idle: 0, asked: 1, answered: 2, failed: 3 } as const

export interface SharedCall {
  /** [slots] */
  readonly control: Int32Array
  /** Growable; the side whose turn it is writes from the first byte on. */
  readonly data: SharedArrayBuffer
}

/** Address space that is set aside; memory is taken as messages need it. */
const MOST_BYTES = 256 * 1024 * 1024
const FIRST_BYTES = 64 * 1024

export function allocateSharedCall(): SharedCall {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * Object.keys(Slot).length)),
    data: new SharedArrayBuffer(FIRST_BYTES, { maxByteLength: MOST_BYTES }),
  }
}

/** @throws UserError when the message is too long */
export function writeShared({ control, data }: SharedCall, bytes: Uint8Array): void {
  if (bytes.length > MOST_BYTES) {
    throw new UserError(`a message has ${bytes.length} bytes, more than the ${MOST_BYTES} allowed`)
  }
  if (bytes.length > data.byteLength) data.grow(bytes.length)
  new Uint8Array(data, 0, bytes.length).set(bytes)
  control[Slot.length] = bytes.length
}

/** @returns a copy */
export function readShared({ control, data }: SharedCall): Uint8Array {
  const bytes = new Uint8Array(control[Slot.length]!)
  bytes.set(new Uint8Array(data, 0, bytes.length))
  return bytes
}
