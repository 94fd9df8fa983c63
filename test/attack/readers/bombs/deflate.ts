/** Deflate streams and zip archives whose every number is chosen. */
import { constants, crc32, deflateRawSync } from 'node:zlib'

const MB = 2 ** 20

/** Raw deflate of so many megabytes of zeros, one block of a kilobyte for each. */
export function deflatedZeros(megabytes: number): Uint8Array {
  const block = deflateRawSync(new Uint8Array(MB), { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([...Array<Uint8Array>(megabytes).fill(block), deflateRawSync(new Uint8Array(0))])
}

export interface Entry {
  readonly name: string
  /** As they lie in the file. */
  readonly packed: Uint8Array
  /** As the directory has it. */
  readonly size: number
  readonly crc?: number
  /** 0 stored, 8 deflated. */
  readonly method?: 0 | 8
  /** Only an entry of the directory, which points at the first file. */
  readonly shared?: boolean
}

export function stored(name: string, data: Uint8Array): Entry {
  return { name, packed: data, size: data.length, crc: crc32(data), method: 0 }
}

/** So many megabytes of zeros, and nothing wrong with them. */
export function inflating(name: string, megabytes: number): Entry {
  const block = new Uint8Array(MB)
  let crc = 0
  for (let i = 0; i < megabytes; i++) crc = crc32(block, crc)
  return { name, packed: deflatedZeros(megabytes), size: megabytes * MB, crc }
}

/** @param count  of the entries, as the end of the directory has it */
export function zip(entries: readonly Entry[], count = entries.length): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const { name, packed, size, crc = 0, method = 8, shared = false } of entries) {
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(method, 4)
    fields.writeUInt32LE(crc, 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(size, 18)
    fields.writeUInt16LE(name.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(shared ? 0 : at, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, place, Buffer.from(name))
    if (shared) continue
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed)
    at += 30 + name.length + packed.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, listed, end])
}

/** A folder that travels as one file. */
export function folder(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zip(Object.entries(files).map(([name, data]) => stored(name, data)))
}
