/** Zip archives and the NumPy arrays in them. */
import { type Bomb, json, nested, OVER } from './bomb.ts'
import { inflating, stored, zip } from './deflate.ts'

function npy(descr: string, shape: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }\n`
  const start = Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1')
  start.writeUInt16LE(header.length, 8)
  return Buffer.concat([start, Buffer.from(header), data])
}

const rewards = stored('rews.npy', npy('<f4', '2,', new Uint8Array(8)))

function metadata(text: Uint8Array): Uint8Array {
  return zip([stored('metadata.npy', npy('|u1', `${text.length},`, text))])
}

const head = {
  environment: {
    id: 'x',
    version: 1,
    parameters: {},
    observations: [],
    action: { continuous: 0, discrete: [] },
  },
  seed: 1,
  player: { name: 'x', kind: 'agent' },
  startedAtUs: 1,
  terminated: true,
  truncated: false,
  success: true,
  tags: [],
  note: '',
  rating: 0,
}

/** Of an archive that counts so many steps in its offsets. */
function steps(count: bigint): Uint8Array {
  const text = json([head])
  const offsets = new Uint8Array(BigInt64Array.of(0n, count).buffer)
  return zip([
    stored('metadata.npy', npy('|u1', `${text.length},`, text)),
    stored('offsets.npy', npy('<i8', '2,', offsets)),
    stored('obs.npy', npy('<f4', '0,')),
  ])
}

export const archives: readonly Bomb[] = [
  {
    name: 'one file under a thousand names.npz',
    make: () => {
      const one = inflating('a0.npy', 4)
      return zip([
        one,
        ...Array.from({ length: 999 }, (_, i) => ({ ...one, name: `a${i + 1}.npy`, shared: true })),
      ])
    },
    says: /zip entry "a\d+.npy": expected files that do not overlap/,
  },
  {
    name: 'one stored file under nine hundred names.npz',
    make: () => {
      const one = stored('a0.npy', new Uint8Array(100_000))
      return zip([
        one,
        ...Array.from({ length: 899 }, (_, i) => ({ ...one, name: `a${i + 1}.npy`, shared: true })),
      ])
    },
    says: /zip entry "a\d+.npy": expected files that do not overlap/,
  },
  {
    name: 'ten inflating members.npz',
    make: () => zip(Array.from({ length: 10 }, (_, i) => inflating(`a${i}.npy`, 60))),
    says: OVER,
  },
  {
    name: 'an array of zeros.npz',
    make: () => zip([rewards, inflating('obs.npy', 900)]),
    says: OVER,
  },
  {
    name: 'a gigabyte in ten bytes.npz',
    make: () => zip([{ name: 'obs.npy', packed: new Uint8Array(10), size: 2 ** 30 }]),
    says: /expected at most 10384 bytes of 10 deflated ones, found 1073741824/,
  },
  {
    name: 'sizes of zip64.npz',
    make: () => zip([{ name: 'obs.npy', packed: new Uint8Array(10), size: 0xffffffff }]),
    says: /at most \d+ bytes in all/,
  },
  {
    name: 'a directory of nothing.npz',
    make: () => zip([rewards], 65_535),
    says: /zip entry 1: expected a directory entry/,
  },
  {
    name: 'sixty thousand empty files.zip',
    make: () => zip(Array.from({ length: 60_000 }, (_, i) => stored(`${i}`, new Uint8Array(0)))),
    says: /expected at most 10000|the formats are/,
  },
  {
    name: 'an archive in an archive.zip',
    make: () => zip([stored('inner.zip', zip([inflating('a', 100)]))]),
    says: /the formats are/,
  },
  {
    name: 'a shape without end.npz',
    make: () => zip([stored('rews.npy', npy('<f8', '9007199254740991, 9007199254740991'))]),
    says: /array "rews", data: expected 6\.\d+e\+32 bytes, found 0/,
  },
  {
    name: 'a header without end.npz',
    make: () => {
      const start = Buffer.from('\x93NUMPY\x03\0\xff\xff\xff\xff', 'latin1')
      return zip([stored('rews.npy', start)])
    },
    says: /array "rews", header: expected 4294967295 bytes, found 0/,
  },
  {
    name: 'pickled objects.npz',
    make: () => zip([stored('rews.npy', npy('|O', '1,', Buffer.from('cos\nsystem\n(S"true"\ntR.')))]),
    says: /array "rews", dtype/,
  },
  {
    name: 'steps without end.npz',
    make: () => steps(2n ** 62n),
    says: /offsets\[1\]/,
  },
  {
    name: 'steps that nobody took.npz',
    make: () => steps(2n ** 40n),
    says: /array "obs", shape/,
  },
  {
    name: 'metadata nested a million deep.npz',
    make: () => metadata(Buffer.from(nested(1_000_000))),
    says: /metadata, episode 0/,
  },
]
