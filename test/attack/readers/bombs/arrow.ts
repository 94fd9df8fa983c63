/** Arrow streams in a data set of imitation: flatbuffers whose every offset is chosen. */
import { type Bomb, json } from './bomb.ts'
import { folder } from './deflate.ts'

const dataset = (data: Uint8Array): Uint8Array =>
  folder({
    'state.json': json({ _data_files: [{ filename: 'a.arrow' }] }),
    'dataset_info.json': json({}),
    'a.arrow': data,
  })

function message(metadata: Uint8Array, length = metadata.length): Uint8Array {
  const start = Buffer.alloc(8, 0xff)
  start.writeUInt32LE(length, 4)
  return Buffer.concat([start, metadata])
}

/**
 * A schema whose every field has so many children, all of which are one and the same.
 * Tables: root at 12, schema at 40, then a field for each level; one table of offsets serves them all.
 */
function sharedChildren(levels: number, children: number): Uint8Array {
  const vectorBytes = 4 + 4 * children
  const fieldBytes = 8
  const bytes = Buffer.alloc(200 + levels * (fieldBytes + vectorBytes))
  // Fields of the message: 1 the kind of the header (schema), 2 the header itself.
  bytes.writeUInt32LE(12, 0)
  const vtable = (at: number, ...slots: number[]): void => {
    bytes.writeUInt16LE(4 + 2 * slots.length, at)
    for (const [i, slot] of slots.entries()) bytes.writeUInt16LE(slot, at + 4 + 2 * i)
  }
  vtable(24, 0, 4, 8)
  bytes.writeInt32LE(12 - 24, 12)
  bytes[16] = 1
  bytes.writeUInt32LE(40 - 20, 20)
  // Of the schema: 1 the fields. Of a field: 5 the children.
  vtable(50, 0, 4)
  bytes.writeInt32LE(40 - 50, 40)
  vtable(64, 0, 0, 0, 0, 0, 4)
  const fieldAt = (level: number): number => 100 + level * (fieldBytes + vectorBytes)
  const vector = (from: number, at: number, to: number): void => {
    bytes.writeUInt32LE(at - from, from)
    bytes.writeUInt32LE(children, at)
    for (let i = 0; i < children; i++) bytes.writeUInt32LE(to - (at + 4 + 4 * i), at + 4 + 4 * i)
  }
  bytes.writeUInt32LE(84 - 44, 44)
  bytes.writeUInt32LE(1, 84)
  bytes.writeUInt32LE(fieldAt(0) - 88, 88)
  for (let level = 0; level < levels; level++) {
    const at = fieldAt(level)
    bytes.writeInt32LE(at - 64, at)
    if (level < levels - 1) vector(at + 4, at + fieldBytes, fieldAt(level + 1))
  }
  return bytes
}

export const arrows: readonly Bomb[] = [
  {
    name: 'children that are all the same.zip',
    make: () => dataset(message(sharedChildren(12, 20))),
    says: /more tables than there is room for/,
  },
  {
    name: 'a message of four gigabytes.zip',
    make: () => dataset(message(new Uint8Array(8), 0xfffffff0)),
    says: /a message of 4294967280 bytes/,
  },
  {
    name: 'a table that is nowhere.zip',
    make: () => dataset(message(new Uint8Array(64).fill(0xff))),
    says: /a\.arrow/,
  },
]
