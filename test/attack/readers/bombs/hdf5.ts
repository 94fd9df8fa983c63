/** HDF5 in a dataset of Minari. */
import { readFileSync } from 'node:fs'
import { writeHdf5 } from '../../../../core/demos/formats/parts/hdf5/thread.ts'
import { dataset, group } from '../../../../core/demos/formats/parts/hdf5/tree.ts'
import { type Bomb, json } from './bomb.ts'
import { folder } from './deflate.ts'

const box = JSON.stringify({ type: 'Box', dtype: 'float32', shape: [2], low: [-1], high: [1] })

function minari(data: Uint8Array, changes: object = {}): Uint8Array {
  const metadata = { total_episodes: 1, observation_space: box, action_space: box, ...changes }
  return folder({ 'data/metadata.json': json(metadata), 'data/main_data.hdf5': data })
}

/** One episode without a space that fits. */
const episode = (): Promise<Uint8Array> =>
  writeHdf5(group([['episode_0', group([['rewards', dataset(Float32Array.of(1, 2), [2])]])]]))

/** A column that claims so many rows, of which none was ever written. */
async function neverWritten(rows: bigint): Promise<Uint8Array> {
  const real = 1237
  const values = { ...dataset(new Float32Array(real), [real]), resizable: true } as const
  const bytes = Buffer.from(await writeHdf5(group([['values', values]])))
  const dimensions = Buffer.alloc(16, 0xff)
  dimensions.writeBigUInt64LE(BigInt(real))
  bytes.writeBigUInt64LE(rows, bytes.indexOf(dimensions))
  return bytes
}

/** Groups in groups, deeper than anything is. */
async function deep(levels: number): Promise<Uint8Array> {
  let tree = group([])
  for (let i = 0; i < levels; i++) tree = group([['g', tree]])
  return await writeHdf5(tree)
}

export const hdf5s: readonly Bomb[] = [
  {
    name: 'a group that holds itself.zip',
    make: () => minari(readFileSync(new URL('../../../demos/fixtures/loop.hdf5', import.meta.url))),
    says: /groups nested at most 12 deep/,
  },
  {
    name: 'groups in groups.zip',
    make: async () => minari(await deep(60)),
    says: /groups nested at most 12 deep/,
  },
  {
    name: 'eight thousand million rows.zip',
    make: async () => minari(await neverWritten(2n ** 33n)),
    says: /no more values than a file of this size can have/,
  },
  {
    name: 'a hundred thousand episodes.zip',
    make: async () => minari(await episode(), { total_episodes: 100_000 }),
    says: /expected 100000 episodes as in metadata.json, found 1/,
  },
  {
    name: 'a space of a million million flags.zip',
    make: async () =>
      minari(await episode(), { observation_space: '{"type":"MultiBinary","n":1000000000000}' }),
    says: /observation_space, n: expected at most \d+ numbers/,
  },
  {
    name: 'spaces in spaces.zip',
    make: async () =>
      minari(await episode(), {
        observation_space: `${'{"type":"Dict","subspaces":{"a":'.repeat(20_000)}{}${'}}'.repeat(20_000)}`,
      }),
    says: /spaces nested at most 8 deep/,
  },
]
