/** Kinds of damage to the newest checkpoint of a run, each done to its files by a function that says how. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Packr } from 'msgpackr'

export interface Target {
  /** `runs/<id>/checkpoints`, which holds a whole older checkpoint as well. */
  readonly directory: string
  readonly newest: number
  readonly older: number
  /** Where a run with other networks keeps a checkpoint of the same step. */
  readonly other: string
}

interface Kind {
  readonly name: string
  readonly damage: (target: Target) => void
  /** Begins the reason that a person is given. */
  readonly reason: RegExp
}

const packr = new Packr({ useRecords: false })
const HEADER = 16

function newest({ directory, newest }: Target, kind = 'checkpoint'): string {
  return join(directory, `${newest}.${kind}`)
}

/** Changes bytes of the file and leaves its checksum as it was. */
function edit(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
}

function flip(at: (bytes: Buffer) => number) {
  return (bytes: Buffer) => {
    bytes[at(bytes)]! ^= 0x10
  }
}

/** A file as the program writes them, with a checksum that fits: somebody made it so. */
function forge(path: string, tree: Uint8Array, claim = tree.length, version = 1): void {
  const header = Buffer.alloc(HEADER)
  header.write('USTUDCKP', 'latin1')
  header.writeUInt32LE(version, 8)
  header.writeUInt32LE(claim, 12)
  const padding = Buffer.alloc((8 - (tree.length % 8)) % 8)
  const content = Buffer.concat([header, tree, padding])
  writeFileSync(path, Buffer.concat([content, createHash('sha256').update(content).digest()]))
}

function forged(arrays: unknown, root: unknown) {
  return (target: Target) => forge(newest(target), packr.pack({ arrays, root }))
}

function instead(put: (path: string, target: Target) => void) {
  return (target: Target) => {
    rmSync(newest(target))
    put(newest(target), target)
  }
}

function cutTo(length: (bytes: Buffer) => number, kind?: string) {
  return (target: Target) => truncateSync(newest(target, kind), length(readFileSync(newest(target, kind))))
}

function treeEnd(bytes: Buffer): number {
  return HEADER + bytes.readUInt32LE(12)
}

/** Lists within lists, 100,000 of them, in as many bytes. */
function deep(): Uint8Array {
  const nested = Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.of(0xc0)])
  const [arrays, root] = [packr.pack('arrays'), packr.pack('root')]
  return Buffer.concat([Buffer.of(0x82), arrays, Buffer.of(0x90), root, nested])
}

/** A key that some readers take for the parent of all objects. */
function parentKey(): Uint8Array {
  const root = new Map([['__proto__', new Map([['step', 1]])]])
  return packr.pack(
    new Map<string, unknown>([
      ['arrays', []],
      ['root', root],
    ]),
  )
}

/** A run that has any of these goes on from the older checkpoint. */
export const RESUMED: readonly Kind[] = [
  { name: 'cut in its header', damage: cutTo(() => 8), reason: /length: 8 bytes/ },
  { name: 'cut in its tree', damage: cutTo(() => 100), reason: /checksum/ },
  { name: 'cut in its arrays', damage: cutTo((bytes) => treeEnd(bytes) + 64), reason: /checksum/ },
  { name: 'cut in its checksum', damage: cutTo((bytes) => bytes.length - 10), reason: /checksum/ },
  { name: 'emptied', damage: cutTo(() => 0), reason: /length: 0 bytes/ },
  {
    name: 'a bit of its version flipped',
    damage: (target) =>
      edit(
        newest(target),
        flip(() => 8),
      ),
    reason: /checksum/,
  },
  {
    name: 'a bit of its tree flipped',
    damage: (target) =>
      edit(
        newest(target),
        flip(() => 400),
      ),
    reason: /checksum/,
  },
  {
    name: 'a bit of its weights flipped',
    damage: (target) =>
      edit(
        newest(target),
        flip((bytes) => treeEnd(bytes) + 40),
      ),
    reason: /checksum/,
  },
  {
    name: 'a bit of its checksum flipped',
    damage: (target) =>
      edit(
        newest(target),
        flip((bytes) => bytes.length - 1),
      ),
    reason: /checksum/,
  },
  {
    name: 'another magic',
    damage: (target) => edit(newest(target), (bytes) => bytes.write('PK\x03\x04ABCD', 'latin1')),
    reason: /first bytes: "PK/,
  },
  { name: 'a folder in its place', damage: instead((path) => mkdirSync(path)), reason: /a folder/ },
  {
    name: 'a pipe in its place',
    damage: instead((path) => execFileSync('mkfifo', [path])),
    reason: /a named pipe/,
  },
  {
    name: 'a link to elsewhere in its place',
    damage: instead((path, { other }) => symlinkSync(other, path)),
    reason: /a symbolic link/,
  },
  {
    name: "another run's in its place",
    damage: (target) => {
      for (const kind of ['checkpoint', 'replay', 'onnx']) {
        copyFileSync(target.other.replace(/checkpoint$/, kind), newest(target, kind))
      }
    },
    reason: /content: .*saved numbers for/,
  },
  {
    name: 'an older one in its place',
    damage: (target) => copyFileSync(join(target.directory, `${target.older}.checkpoint`), newest(target)),
    reason: /step: \d+/,
  },
  {
    name: 'a replay buffer with a bit flipped',
    damage: (target) =>
      edit(
        newest(target, 'replay'),
        flip((bytes) => bytes.length >> 1),
      ),
    reason: /replay buffer: checksum/,
  },
  {
    name: 'a replay buffer that is cut',
    damage: cutTo((bytes) => bytes.length >> 1, 'replay'),
    reason: /replay buffer: checksum/,
  },
  {
    name: 'no replay buffer',
    damage: (target) => rmSync(newest(target, 'replay')),
    reason: /replay buffer: no such file/,
  },
  {
    name: 'an array of 2^31 numbers claimed',
    damage: forged([['Float32Array', 2 ** 31]], { $array: 0 }),
    reason: /arrays: 8589934592 bytes claimed/,
  },
  {
    name: 'an array of a negative length claimed',
    damage: forged([['Float32Array', -8]], { $array: 0 }),
    reason: /array 0: -8/,
  },
  {
    name: 'a tree of 4 GB claimed',
    damage: (target) => forge(newest(target), packr.pack({ arrays: [], root: {} }), 0xffffffff),
    reason: /length of the tree: 4294967295/,
  },
  {
    name: 'an array of the type constructor',
    damage: forged([['constructor', 1]], {}),
    reason: /array 0: "constructor"/,
  },
  {
    name: 'an array that is not there named',
    damage: forged([], { algorithm: { $array: 3 } }),
    reason: /tree: 3/,
  },
  {
    name: 'a method named as an array',
    damage: forged([], { algorithm: { $array: 'map' } }),
    reason: /tree: "map"/,
  },
  { name: 'a tree 100,000 levels deep', damage: (target) => forge(newest(target), deep()), reason: /tree: / },
  {
    name: 'a tree with __proto__',
    damage: (target) => forge(newest(target), parentKey()),
    reason: /tree: |step: /,
  },
  {
    name: 'no tree at all',
    damage: (target) => forge(newest(target), Buffer.of(0xc1)),
    reason: /tree: /,
  },
  { name: 'a head with nothing in it', damage: forged([], {}), reason: /step: / },
]

/** These are no damage: a person can make the checkpoint readable, so nothing is given up for them. */
export const NAMED: readonly Kind[] = [
  {
    name: 'of a newer program',
    damage: (target) => forge(newest(target), packr.pack({ arrays: [], root: {} }), undefined, 2),
    reason: /was written by a newer Understudy \(version 2; this one knows up to 1\)/,
  },
  {
    name: 'that may not be read',
    damage: (target) => chmodSync(newest(target), 0),
    reason: /cannot be read: permission is denied/,
  },
]

/** Nothing is lost by these. */
export const HARMLESS: readonly Kind[] = [
  {
    name: 'without its policy',
    damage: (target) => rmSync(newest(target, 'onnx')),
    reason: /its policy is damaged \(no such file\)/,
  },
  {
    name: 'with a stranger in its folder',
    damage: (target) => renameSync(newest(target, 'onnx'), join(target.directory, '00600.checkpoint')),
    reason: /its policy is damaged/,
  },
]
