/** `.understudy`: msgpack under deflate and a checksum. */
import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { Packr } from 'msgpackr'
import { type Bomb, OVER } from './bomb.ts'
import { deflatedZeros } from './deflate.ts'

/** @param body  raw deflate of the message @param length  that it claims to inflate to */
function seal(body: Uint8Array, length: number): Uint8Array {
  const head = Buffer.alloc(48)
  head.write('\x89UND\r\n\x1a\n', 'latin1')
  head.writeUInt32LE(1, 8)
  head.writeUInt32LE(length, 12)
  createHash('sha256').update(body).digest().copy(head, 16)
  return Buffer.concat([head, body])
}

const sealed = (message: Uint8Array): Uint8Array => seal(deflateRawSync(message), message.length)

/** msgpackr's own types, as the studio would once have read them. */
const theirs = new Packr({ structuredClone: true, moreTypes: true })

/** Each list holds the one before many times: read by pointers it is small, and copied it is without end. */
export function pointers(): Uint8Array {
  let list: unknown[] = ['x']
  for (let i = 0; i < 9; i++) list = Array(9).fill(list)
  return new Uint8Array(theirs.pack({ episodes: list }))
}

/** A typed array of as many bytes as follow, which are asked for again and again. */
export function records(): Uint8Array {
  return new Uint8Array(new Packr({ useRecords: true }).pack({ episodes: [{ head: 1, columns: 2 }] }))
}

export const messages: readonly Bomb[] = [
  {
    name: 'pointers.understudy',
    make: () => sealed(pointers()),
    says: /message: expected msgpack, found extension \d+ is not understood/,
  },
  {
    name: 'records.understudy',
    make: () => sealed(records()),
    says: /message: expected msgpack, found extension 114/,
  },
  {
    name: 'four thousand million episodes.understudy',
    make: () => sealed(Buffer.from('81a8657069736f646573ddffffffff', 'hex')),
    says: /message: expected msgpack, found the message ends after 15 bytes/,
  },
  {
    name: 'lists in lists.understudy',
    make: () => sealed(new Uint8Array(1_000_000).fill(0x91)),
    says: /nested more than \d+ deep/,
  },
  {
    name: 'thirty million nulls.understudy',
    make: () => {
      const message = Buffer.alloc(30_000_005, 0xc0)
      message.write('ddffffff', 'hex')
      message.writeUInt32BE(30_000_000, 1)
      return sealed(message)
    },
    says: /more than 20000000 values|takes more than/,
  },
  {
    name: 'a message of four gigabytes.understudy',
    make: () => seal(new Uint8Array(100), 0xffffffff),
    says: /length of the message: expected at most 103264 bytes/,
  },
  {
    name: 'a gigabyte of zeros.understudy',
    make: () => seal(deflatedZeros(1000), 1000 * 2 ** 20),
    says: OVER,
  },
]
