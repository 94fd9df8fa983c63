/** Unity's `.demo`: protobuf, and pictures in it. */
import { crc32, deflateSync } from 'node:zlib'
import { writeDemoFile } from '../../../../core/demos/formats/demo/file.ts'
import type { agentInfoActionPairCodec } from '../../../../core/remote/mlagents/messages.ts'
import { oneBranch } from '../../../demos/demo-files.ts'
import type { Bomb } from './bomb.ts'

const meta = (steps: number) => ({ apiVersion: 1, name: 'Bomb', steps, episodes: 1, meanReward: 0 })
type Record = Parameters<typeof agentInfoActionPairCodec.encodeDelimited>[0]
type Observations = NonNullable<NonNullable<Record['info']>['observations']>

function demo(records: readonly Record[], { steps = records.length, branch = 2 } = {}): Uint8Array {
  return writeDemoFile(meta(steps), oneBranch(branch), records, new Uint8Array(0))
}

/** With bytes of a record of our own. */
function withRecord(record: Uint8Array, steps = 1): Uint8Array {
  return Buffer.concat([demo([], { steps }), record])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

/** A grey picture that says it is so large, and has these pixels. */
function png(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', new Uint8Array(0)),
  ])
}

const seen = (observations: Observations): Record => ({ info: { observations }, action: { discrete: [0] } })
const picture = (shape: number[], compressedData: Uint8Array): Record =>
  seen([{ shape, compression: 1, compressedData }])

export const demos: readonly Bomb[] = [
  {
    name: 'two thousand million records.demo',
    make: () => demo([], { steps: 2 ** 31 - 1 }),
    says: /records: expected 2147483647, as its header says/,
  },
  {
    name: 'a huge observation.demo',
    make: () => demo([seen([{ shape: [4096, 4096], floatData: { data: [1] } }])]),
    says: /expected 16777216 numbers, found 1/,
  },
  {
    name: 'a huge picture.demo',
    make: () => demo([picture([1, 4096, 4096], png(4096, 4096, deflateSync(new Uint8Array(10))))]),
    says: /a PNG with too few pixels/,
  },
  {
    name: 'a picture of sixty thousand by sixty thousand.demo',
    make: () => demo([picture([1, 60_000, 60_000], png(60_000, 60_000, new Uint8Array(10)))]),
    says: /shape of observation 0/,
  },
  {
    name: 'a picture that inflates.demo',
    make: () => demo([picture([1, 2, 2], png(2, 2, deflateSync(new Uint8Array(50_000_000))))]),
    says: /a PNG as large as its shape says/,
  },
  {
    name: 'groups in groups.demo',
    make: () => {
      const groups = new Uint8Array(1_000_000).fill(0x0b)
      return withRecord(Buffer.concat([Uint8Array.of(0xc0, 0x84, 0x3d), groups]))
    },
    says: /record 0/,
  },
  {
    name: 'half a million observations.demo',
    make: () => demo([seen(Array.from({ length: 500_000 }, () => ({})))]),
    says: /shape of observation 0|takes more than/,
  },
  {
    name: 'a length without end.demo',
    make: () => withRecord(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0x0a)),
    says: /record 0/,
  },
  {
    name: 'masks of sixty thousand choices.demo',
    make: () => {
      const masked: Record = {
        info: {
          observations: [{ shape: [1], floatData: { data: [1] } }],
          actionMask: Array(60_000).fill(false),
        },
        action: { discrete: [0] },
      }
      const plain = seen([{ shape: [1], floatData: { data: [1] } }])
      return demo([masked, ...Array<Record>(30_000).fill(plain)], { branch: 60_000 })
    },
    says: /takes more than/,
  },
]
