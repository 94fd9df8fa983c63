/** The client's half of the frames, as a Python program has it. */
import { HEAD_BYTES, Kind, PROTOCOL } from '../../../core/remote/stdio/frames.ts'
import { type Request, requestBytes, requestLayout, type Sizes } from '../../../core/remote/stdio/layout.ts'

export function frame(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + body.length)
  new DataView(bytes.buffer).setUint32(0, body.length, true)
  bytes[4] = kind
  bytes.set(body, HEAD_BYTES)
  return bytes
}

export function text(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

export const greeting = frame(Kind.hello, text({ protocol: PROTOCOL, client: 'a test' }))

/** The body of an `advance`, after `fill` has written it. */
export function request(sizes: Sizes, count: number, fill: (request: Request) => void): Uint8Array {
  const bytes = new Uint8Array(requestBytes(sizes, count))
  fill(requestLayout(sizes, count, bytes.buffer))
  return bytes
}

/** Cuts what was written into frames. */
export function framesOf(bytes: Uint8Array): { kind: number; body: Uint8Array<ArrayBuffer> }[] {
  const found = []
  for (let offset = 0; offset < bytes.length; ) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + offset).getUint32(0, true)
    const end = offset + HEAD_BYTES + length
    found.push({ kind: bytes[offset + 4]!, body: bytes.slice(offset + HEAD_BYTES, end) })
    offset = end
  }
  return found
}

export function json<T = Record<string, unknown>>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes)) as T
}
