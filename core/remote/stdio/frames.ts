/**
 * The frames of `understudy env stdio`, both ways: a head of 8 bytes and a body, all numbers little-endian.
 *
 *     u32  bytes of the body
 *     u8   kind
 *     u8   0, three times
 */
import { UserError } from '../../errors.ts'

export const HEAD_BYTES = 8

/** Raised when a frame changes its meaning; both sides must have the same. */
export const PROTOCOL = 2

export const Kind = {
  /** JSON `Hello`: the first request. */
  hello: 1,
  /** Steps and resets, as `requestLayout` has it. */
  advance: 2,
  /** u32 index of the environment whose scene is wanted. */
  scene: 3,
  /** JSON `Welcome`, the answer to hello. */
  welcome: 129,
  /** What came of it, as `resultLayout` has it; where an episode was ended and begun anew, `finals` follows. */
  result: 130,
  /** Of each environment that `advance` ended and began anew, in order: last observation f32 [K, O], mask u8 [K, M]. */
  finals: 131,
  /** JSON, what a screen would draw; null where the environment has nothing but its observations. */
  drawing: 132,
  /** JSON `Refusal`: nothing was done. */
  refusal: 255,
} as const

/** What each environment does in an `advance`. */
export const Command = {
  nothing: 0,
  step: 1,
  /** Begins the episode of the seed. */
  reset: 2,
  /** Steps and, where that ends the episode, begins that of the seed. */
  stepThenReset: 3,
} as const

export interface Frame {
  readonly kind: number
  /** Valid until the next frame is read. */
  readonly body: Uint8Array
}

/** Bytes as they come; a read gives at least one and at most as many as fit, 0 at the end. */
export type Read = (target: Uint8Array) => number

export class FrameReader {
  readonly #read: Read
  readonly #head = new Uint8Array(HEAD_BYTES)
  readonly #mostBytes: number
  #body = new Uint8Array(0)

  /** @param mostBytes  of a body */
  constructor(read: Read, mostBytes: number) {
    this.#read = read
    this.#mostBytes = mostBytes
  }

  /**
   * @returns null when the other side has closed between two frames
   * @throws UserError when it closed within one, or what comes is no frame; nothing can be read after that
   */
  next(): Frame | null {
    const got = this.#fill(this.#head)
    if (got === 0) return null
    if (got < HEAD_BYTES)
      throw new UserError(`the input ended after ${got} of the ${HEAD_BYTES} bytes of a header`)
    const length = new DataView(this.#head.buffer).getUint32(0, true)
    const kind = this.#head[4]!
    if (this.#head[5] !== 0 || this.#head[6] !== 0 || this.#head[7] !== 0) {
      throw new UserError(`the input is not a frame: its header is [${this.#head}]`)
    }
    if (length > this.#mostBytes) {
      throw new UserError(
        `a frame of ${length} bytes is longer than any request, which has at most ${this.#mostBytes}`,
      )
    }
    if (length > this.#body.length) this.#body = new Uint8Array(length)
    const body = this.#body.subarray(0, length)
    const filled = this.#fill(body)
    if (filled < length)
      throw new UserError(`the input ended after ${filled} of the ${length} bytes of a frame`)
    return { kind, body }
  }

  /** @returns bytes read, fewer than asked for at the end of the input only */
  #fill(target: Uint8Array): number {
    let filled = 0
    while (filled < target.length) {
      const got = this.#read(target.subarray(filled))
      if (got === 0) break
      filled += got
    }
    return filled
  }
}

/** @returns a frame with an empty body of that length, to be filled in */
export function emptyFrame(kind: number, length: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEAD_BYTES + length)
  new DataView(frame.buffer).setUint32(0, length, true)
  frame[4] = kind
  return frame
}

export function jsonFrame(kind: number, value: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(value))
  const frame = emptyFrame(kind, text.length)
  frame.set(text, HEAD_BYTES)
  return frame
}
