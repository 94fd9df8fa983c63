import { describe, expect, it } from 'vitest'
import { UserError } from '../../../core/errors.ts'
import { FrameReader, Kind } from '../../../core/remote/stdio/frames.ts'
import { frame } from './support.ts'

/** Gives `bytes` in pieces of `size`. */
function reader(bytes: Uint8Array, size = 3): FrameReader {
  let at = 0
  return new FrameReader((target) => {
    const piece = bytes.subarray(at, at + Math.min(size, target.length))
    target.set(piece)
    at += piece.length
    return piece.length
  }, 100)
}

describe('FrameReader', () => {
  it('puts frames together, however they come in pieces', () => {
    const bytes = Uint8Array.of(
      ...frame(Kind.scene, Uint8Array.of(7, 0, 0, 0)),
      ...frame(Kind.advance, new Uint8Array(0)),
    )
    for (const size of [1, 3, 100]) {
      const frames = reader(bytes, size)
      expect(frames.next()).toEqual({ kind: Kind.scene, body: Uint8Array.of(7, 0, 0, 0) })
      expect(frames.next()).toEqual({ kind: Kind.advance, body: new Uint8Array(0) })
      expect(frames.next()).toBeNull()
    }
  })

  it('tells an end between frames from one within', () => {
    const whole = frame(Kind.scene, Uint8Array.of(1, 2, 3, 4))
    expect(reader(new Uint8Array(0)).next()).toBeNull()
    expect(() => reader(whole.subarray(0, 5)).next()).toThrow('ended after 5 of the 8 bytes of a header')
    expect(() => reader(whole.subarray(0, 10)).next()).toThrow('ended after 2 of the 4 bytes of a frame')
  })

  it('refuses a head that cannot be one, and a length that no request has', () => {
    const odd = frame(Kind.scene, new Uint8Array(4))
    odd[6] = 1
    expect(() => reader(odd).next()).toThrow('is not a frame')
    const long = frame(Kind.scene, new Uint8Array(101))
    expect(() => reader(long).next()).toThrow(UserError)
    expect(() => reader(new TextEncoder().encode('{"protocol": 1}\n')).next()).toThrow('is not a frame')
  })
})
