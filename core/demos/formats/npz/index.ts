/**
 * NumPy archive of the episodes of one environment (E episodes, N steps in all), after the column layout of
 * HumanCompatibleAI/imitation: episodes lie one behind the other, and every episode has one observation more than steps.
 *
 *     offsets     int64   [E+1]    episode i has the steps offsets[i]..offsets[i+1]
 *     obs         float32 [N+E, O] episode i has the rows offsets[i]+i..offsets[i+1]+i+1, the last one included
 *     acts_continuous float32 [N, C]
 *     acts_discrete   int32   [N, D]
 *     rews        float32 [N]
 *     times_us    float64 [N]      microseconds since the start of the episode
 *     masks       uint8   [N, M]   1 = allowed; only where the environment masks actions
 *     terminated, truncated, success  bool [E]
 *     metadata    uint8   [bytes]  JSON array with one head per episode: json.loads(bytes(npz['metadata']))
 *
 * Without `metadata` it was made elsewhere: npz-foreign.ts.
 */
import { type Episode, episodeLength, type StepLayout, stepLayout } from '../../episode.ts'
import type { ReadOptions } from '../format.ts'
import { LIMITS } from '../limits.ts'
import { assembleEpisode, type PlainHead, parseHead } from '../parts/head.ts'
import { type NpyArray, type NpyType, readNpy, type WrittenNpy, writeNpy } from '../parts/npy.ts'
import { inOwnUnits, type OutgoingEpisode } from '../parts/outgoing.ts'
import { firstOfSameColumns } from '../parts/same-columns.ts'
import { isZip, readZip, writeZip } from '../parts/zip.ts'
import { FileProblems } from '../problems.ts'
import { readForeignNpz } from './foreign.ts'

function writeNpz(episodes: readonly OutgoingEpisode[]): Uint8Array {
  const first = firstOfSameColumns(episodes, 'an NPZ file')
  const layout = stepLayout(first.environment)
  const offsets = new BigInt64Array(episodes.length + 1)
  for (const [i, episode] of episodes.entries()) offsets[i + 1] = offsets[i]! + BigInt(episodeLength(episode))
  const steps = Number(offsets[episodes.length])
  const flags = (name: 'terminated' | 'truncated' | 'success'): WrittenNpy => ({
    type: '|b1',
    shape: [episodes.length],
    data: Uint8Array.from(episodes, (episode) => Number(episode[name])),
  })
  const column = <T extends WrittenNpy['data']>(
    type: NpyType,
    whole: T,
    shape: number[],
    of: (e: Episode) => T,
  ): WrittenNpy => {
    let offset = 0
    for (const episode of episodes) {
      const part = of(episode)
      ;(whole as Float64Array).set(part as Float64Array, offset)
      offset += part.length
    }
    return { type, shape, data: whole }
  }
  const rows = steps + episodes.length
  const { observation: O, continuous: C, branches: D, mask: M } = layout
  const metadata = Buffer.from(JSON.stringify(episodes.map(({ head }) => head)))
  const arrays: Record<string, WrittenNpy> = {
    offsets: { type: '<i8', shape: [offsets.length], data: offsets },
    obs: column('<f4', new Float32Array(rows * O), [rows, O], (e) => e.observations),
    acts_continuous: column('<f4', new Float32Array(steps * C), [steps, C], (e) => e.continuous),
    acts_discrete: column('<i4', new Int32Array(steps * D), [steps, D], (e) => e.discrete),
    rews: column('<f4', new Float32Array(steps), [steps], (e) => e.rewards),
    times_us: column('<f8', new Float64Array(steps), [steps], (e) => e.timesUs),
    terminated: flags('terminated'),
    truncated: flags('truncated'),
    success: flags('success'),
    metadata: { type: '|u1', shape: [metadata.length], data: metadata },
  }
  if (first.masks !== undefined) {
    arrays.masks = column('|u1', new Uint8Array(steps * M), [steps, M], (e) => e.masks!)
  }
  return writeZip(new Map(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)])))
}

function readNpz(bytes: Uint8Array, fileName: string, options?: ReadOptions): Episode[] {
  const problems = new FileProblems(fileName)
  const files = readZip(bytes, problems)
  if (!files.has('metadata.npy')) return readForeignNpz(files, problems, options)
  const read = (name: string, type: NpyType, shape: readonly (number | null)[]): NpyArray => {
    const file = files.get(`${name}.npy`)
    if (file === undefined)
      return problems.refuse('archive', `an array "${name}"`, [...files.keys()].join(', '))
    return readNpy(file, `array "${name}"`, type, shape, problems).data
  }
  const heads = readMetadata(read('metadata', '|u1', [null]) as Uint8Array, problems)
  const first = heads[0]
  if (first === undefined) return []
  const layout = stepLayout(first.environment)
  for (const [i, head] of heads.entries()) {
    if (JSON.stringify(stepLayout(head.environment)) !== JSON.stringify(layout)) {
      problems.refuse(`metadata, episode ${i}`, 'columns as in episode 0', 'others')
    }
  }
  const offsets = readOffsets(read('offsets', '<i8', [heads.length + 1]) as BigInt64Array, problems)
  const steps = offsets[heads.length]!
  const { observation: O, continuous: C, branches: D, mask: M } = layout
  const columns = {
    observations: read('obs', '<f4', [steps + heads.length, O]) as Float32Array,
    continuous: read('acts_continuous', '<f4', [steps, C]) as Float32Array,
    discrete: read('acts_discrete', '<i4', [steps, D]) as Int32Array,
    rewards: read('rews', '<f4', [steps]) as Float32Array,
    timesUs: read('times_us', '<f8', [steps]) as Float64Array,
    ...(files.has('masks.npy') ? { masks: read('masks', '|u1', [steps, M]) as Uint8Array } : {}),
  }
  const flags = {
    terminated: read('terminated', '|b1', [heads.length]),
    truncated: read('truncated', '|b1', [heads.length]),
    success: read('success', '|b1', [heads.length]),
  }
  return heads.map((head, i) => {
    for (const [name, values] of Object.entries(flags)) {
      const expected = Number(head[name as keyof typeof flags])
      if (Number(values[i]) !== expected) {
        problems.refuse(`array "${name}", episode ${i}`, `${expected} as in the metadata`, Number(values[i]))
      }
    }
    const own = episodeColumns(columns, layout, offsets[i]!, offsets[i + 1]!, i)
    return assembleEpisode(head, own, `episode ${i}`, problems)
  })
}

function readMetadata(bytes: Uint8Array, problems: FileProblems): PlainHead[] {
  let metadata: unknown
  try {
    metadata = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    return problems.refuse('metadata', 'JSON', (error as Error).message, error)
  }
  if (!Array.isArray(metadata)) return problems.refuse('metadata', 'an array', typeof metadata)
  if (metadata.length > LIMITS.episodes) {
    problems.refuse('metadata', `at most ${LIMITS.episodes} episodes`, metadata.length)
  }
  return metadata.map((head, i) => parseHead(head, `metadata, episode ${i}`, problems))
}

function readOffsets(values: BigInt64Array, problems: FileProblems): number[] {
  const offsets = Array.from(values, Number)
  for (const [i, offset] of offsets.entries()) {
    const least = i === 0 ? 0 : offsets[i - 1]!
    const fits = Number.isSafeInteger(offset) && (i === 0 ? offset === 0 : offset >= least)
    if (!fits) problems.refuse(`offsets[${i}]`, i === 0 ? 0 : `at least ${least}`, offset)
  }
  return offsets
}

type Columns = Pick<Episode, 'observations' | 'continuous' | 'discrete' | 'rewards' | 'timesUs' | 'masks'>

function episodeColumns(all: Columns, layout: StepLayout, from: number, to: number, index: number): Columns {
  const { observation: O, continuous: C, branches: D, mask: M } = layout
  return {
    observations: all.observations.slice((from + index) * O, (to + index + 1) * O),
    continuous: all.continuous.slice(from * C, to * C),
    discrete: all.discrete.slice(from * D, to * D),
    rewards: all.rewards.slice(from, to),
    timesUs: all.timesUs.slice(from, to),
    ...(all.masks === undefined ? {} : { masks: all.masks.slice(from * M, to * M) }),
  }
}

/** Of the first file in the archive. */
function firstName(bytes: Uint8Array): string {
  const length = (bytes[26] ?? 0) + 256 * (bytes[27] ?? 0)
  return Buffer.from(bytes.subarray(30, 30 + length)).toString('latin1')
}

export const npz = inOwnUnits({
  name: 'npz',
  title: 'NumPy archive: one environment, episodes end to end with their offsets',
  group: 'scripts',
  layout: 'file',
  extensions: ['.npz'],
  mediaType: 'application/octet-stream',
  matches: (bytes) => isZip(bytes) && firstName(bytes).endsWith('.npy'),
  write: writeNpz,
  read: readNpz,
  cannotHold: () => [],
})
