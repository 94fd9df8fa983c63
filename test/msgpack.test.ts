import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { MessageError, packMessage, readMessage } from '../core/msgpack.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('a message', () => {
  it('comes back as it was packed', () => {
    const value = fc.jsonValue({ noUnicodeString: false })
    fc.assert(
      fc.property(value, (any) => {
        // As JSON has it: the packer knows one zero only.
        const given = JSON.parse(JSON.stringify(any))
        fc.pre(!JSON.stringify(given).includes('__proto__'))
        expect(readMessage(packMessage(given))).toEqual(given)
      }),
    )
  })

  it.each([
    0,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    4_294_967_295,
    4_294_967_296,
    9_007_199_254_740_991,
    -1,
    -32,
    -33,
    -128,
    -129,
    -32_768,
    -32_769,
    -2_147_483_648,
    -2_147_483_649,
    0.5,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    2n ** 63n,
    -(2n ** 63n),
    null,
    undefined,
    true,
    'ü'.repeat(40),
    'a'.repeat(70_000),
  ])('holds %s', (value) => {
    expect(readMessage(packMessage(value))).toBe(value)
  })

  it('holds bytes', () => {
    const value = { short: bytes(1, 2, 3), long: new Uint8Array(70_000).fill(7) }
    expect(readMessage(packMessage(value))).toEqual(value)
  })
})

describe('what is refused', () => {
  const refuse = (message: Uint8Array, how: RegExp): void => {
    expect(() => readMessage(message)).toThrow(MessageError)
    expect(() => readMessage(message)).toThrow(how)
  }

  it('is what claims more than is there, before anything is allocated', () => {
    refuse(bytes(0xdd, 0xff, 0xff, 0xff, 0xff), /ends after 5 bytes/)
    refuse(bytes(0xdf, 0x7f, 0xff, 0xff, 0xff, 0xa1, 0x61), /ends after/)
    refuse(bytes(0xc6, 0xff, 0xff, 0xff, 0xff, 1), /ends after/)
    refuse(bytes(0xdb, 0xff, 0xff, 0xff, 0xff, 1), /ends after/)
    refuse(bytes(0xc9, 0xff, 0xff, 0xff, 0xff, 0x74), /ends after/)
    refuse(bytes(), /ends after 0 bytes/)
  })

  it('is a message that is nested too deeply', () => {
    refuse(new Uint8Array(1_000_000).fill(0x91), /more than 32 deep/)
    refuse(bytes(...Array.from({ length: 40 }, () => [0x81, 0xa1, 0x61]).flat(), 0xc0), /more than 32 deep/)
  })

  it('is a message of too many values', () => {
    const nothing = new Uint8Array(5 + 3_000_000).fill(0xc0)
    nothing.set(bytes(0xdd, 0x00, 0x2d, 0xc6, 0xc0))
    refuse(nothing, /more than 2000000 values/)
  })

  it('is every extension that could run or point at something', () => {
    const cloned = new Packr({ structuredClone: true }).pack(new Map([[{}, new Set([new Error('x')])]]))
    expect(() => readMessage(cloned)).toThrow(MessageError)
    const records = new Packr({ useRecords: true }).pack([{ a: 1 }, { a: 2 }])
    expect(() => readMessage(records)).toThrow(MessageError)
    for (let type = 0; type < 256; type++) {
      refuse(bytes(0xd6, type, 0, 0, 0, 1), new RegExp(`extension ${type} `))
    }
    refuse(bytes(0xc1), /begins no value/)
  })

  it('is a key that would be a prototype, and a key that is no text', () => {
    refuse(packMessage(JSON.parse('{"__proto__": {"polluted": 1}}')), /ends|__proto/)
    const key = new TextEncoder().encode('__proto__')
    refuse(bytes(0x81, 0xa0 + key.length, ...key, 0x80), /"__proto__" cannot be a key/)
    refuse(bytes(0x81, 0xc0, 0x01), /key of a map is no text/)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('is what follows a message', () => {
    refuse(bytes(0x01, 0x02), /1 bytes follow/)
  })
})
