/**
 * The older form of imitation's trajectories, which `imitation.data.serialize.load` still reads: all of them behind one
 * another in a NumPy archive, and where each but the last ends. Our heads, the times and the masks are arrays that it
 * passes over. `infos` are zeros: imitation only counts them, and dictionaries would have to be pickled.
 */
import { shapeSize } from '../../../envs/index.ts'
import { type EnvironmentStamp, type Episode, episodeLength, stepLayout } from '../../episode.ts'
import type { ReadOptions } from '../format.ts'
import { LIMITS } from '../limits.ts'
import {
  actionOf,
  flatActions,
  mergedObservationsLost,
  mixedActionsLost,
  splitActions,
} from '../parts/flat-actions.ts'
import { foreignHead, givenEnvironment } from '../parts/foreign.ts'
import { assembleEpisode, parseHead } from '../parts/head.ts'
import { parseJson } from '../parts/heads-file.ts'
import { type NpyArray, parseNpy, type WrittenNpy, writeNpy } from '../parts/npy.ts'
import { inOwnUnits, type OutgoingEpisode } from '../parts/outgoing.ts'
import { firstOfSameColumns } from '../parts/same-columns.ts'
import { isZip, readZip, writeZip } from '../parts/zip.ts'
import { FileProblems } from '../problems.ts'

function writeImitationNpz(episodes: readonly OutgoingEpisode[]): Uint8Array {
  const { environment, masks } = firstOfSameColumns(episodes, 'an imitation archive')
  const { element, width } = flatActions(environment)
  const { mask: M } = stepLayout(environment)
  const [only, ...others] = environment.observations
  const shape = only !== undefined && others.length === 0 ? only.shape : [stepLayout(environment).observation]
  const ends = episodes.map(episodeLength)
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!
  const steps = ends.at(-1)!
  const actions = episodes.flatMap((e) =>
    Array.from({ length: episodeLength(e) }, (_, t) => actionOf(e, t)).flat(),
  )
  const scalar = element === 'int64' && width === 1
  const metadata = Buffer.from(JSON.stringify(episodes.map(({ head }) => head)))
  const arrays: Record<string, WrittenNpy> = {
    obs: {
      type: '<f4',
      shape: [steps + episodes.length, ...shape],
      data: Float32Array.from(episodes.flatMap(({ observations }) => [...observations])),
    },
    acts: {
      type: element === 'int64' ? '<i8' : '<f4',
      shape: scalar ? [steps] : [steps, width],
      data: element === 'int64' ? BigInt64Array.from(actions, BigInt) : Float32Array.from(actions),
    },
    infos: { type: '|u1', shape: [steps], data: new Uint8Array(steps) },
    terminal: {
      type: '|b1',
      shape: [episodes.length],
      data: Uint8Array.from(episodes, ({ terminated }) => Number(terminated)),
    },
    rews: {
      type: '<f4',
      shape: [steps],
      data: Float32Array.from(episodes.flatMap(({ rewards }) => [...rewards])),
    },
    indices: {
      type: '<i8',
      shape: [episodes.length - 1],
      data: BigInt64Array.from(ends.slice(0, -1), BigInt),
    },
    times_us: {
      type: '<f8',
      shape: [steps],
      data: Float64Array.from(episodes.flatMap(({ timesUs }) => [...timesUs])),
    },
    metadata: { type: '|u1', shape: [metadata.length], data: metadata },
  }
  if (masks !== undefined) {
    arrays.masks = {
      type: '|u1',
      shape: [steps, M],
      data: Uint8Array.from(episodes.flatMap((episode) => [...episode.masks!])),
    }
  }
  return writeZip(new Map(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)])))
}

function readImitationNpz(bytes: Uint8Array, fileName: string, options?: ReadOptions): Episode[] {
  const problems = new FileProblems(fileName)
  const files = readZip(bytes, problems)
  const optional = (name: string): NpyArray | undefined => {
    const file = files.get(`${name}.npy`)
    return file === undefined ? undefined : parseNpy(file, `array "${name}"`, problems).data
  }
  const array = (name: string): NpyArray =>
    optional(name) ?? problems.refuse('archive', `an array "${name}"`, [...files.keys()].join(', '))
  const [obs, acts, terminal, indices] = ['obs', 'acts', 'terminal', 'indices'].map(array) as [
    NpyArray,
    NpyArray,
    NpyArray,
    NpyArray,
  ]
  const count = terminal.length
  if (count > LIMITS.episodes) problems.refuse('episodes', `at most ${LIMITS.episodes}`, count)
  if (indices.length !== count - 1) problems.refuse('array "indices"', `${count - 1} ends`, indices.length)
  const own = optional('metadata')
  const heads = own === undefined ? undefined : readHeads(own, count, problems)
  const environment = heads?.[0]?.environment ?? givenEnvironment(fileName, options)
  if (heads === undefined) options?.note?.('imitation keeps no times, seeds or players: none are set')
  const rows = rowsOf(obs, acts, environment, count, problems)
  const starts = [0, ...Array.from(indices as ArrayLike<number>, Number), rows]
  const rewards = optional('rews')
  const times = heads === undefined ? undefined : array('times_us')
  const masks = heads === undefined ? undefined : optional('masks')
  const { observation: O, mask: M } = stepLayout(environment)
  const { width: A } = flatActions(environment)
  return Array.from({ length: count }, (_, i) => {
    const place = `episode ${i}`
    const [from, to] = [starts[i]!, starts[i + 1]!]
    if (!(Number.isSafeInteger(to) && from < to && to <= rows))
      problems.refuse(`array "indices", ${place}`, `an end after ${from} of ${rows}`, to)
    const terminated = Number(terminal[i]) === 1
    const head = heads?.[i] ?? foreignHead(environment, i, { terminated, truncated: !terminated })
    const columns = {
      observations: Float32Array.from(part(obs, (from + i) * O, (to + i + 1) * O)),
      ...splitActions(Float64Array.from(part(acts, from * A, to * A)), head.environment),
      rewards:
        rewards === undefined ? new Float32Array(to - from) : Float32Array.from(part(rewards, from, to)),
      timesUs: times === undefined ? new Float64Array(to - from) : Float64Array.from(part(times, from, to)),
      ...(masks === undefined ? {} : { masks: Uint8Array.from(part(masks, from * M, to * M)) }),
    }
    return assembleEpisode(head, columns, place, problems)
  })
}

function part(array: NpyArray, from: number, to: number): number[] {
  return Array.from(array.subarray(from, to) as ArrayLike<number | bigint>, Number)
}

function readHeads(own: NpyArray, count: number, problems: FileProblems) {
  if (!(own instanceof Uint8Array)) return problems.refuse('metadata', 'bytes', 'numbers of another kind')
  const parsed = parseJson(own, 'metadata', problems)
  if (!Array.isArray(parsed) || parsed.length !== count) {
    return problems.refuse(
      'metadata',
      `a list of ${count} heads`,
      Array.isArray(parsed) ? parsed.length : typeof parsed,
    )
  }
  return parsed.map((head, i) => parseHead(head, `metadata, episode ${i}`, problems))
}

/** @returns how many steps there are in all */
function rowsOf(
  obs: NpyArray,
  acts: NpyArray,
  environment: EnvironmentStamp,
  episodes: number,
  problems: FileProblems,
): number {
  const O = environment.observations.reduce((sum, { shape }) => sum + shapeSize(shape), 0)
  const { width } = flatActions(environment)
  const steps = acts.length / width
  if (!Number.isSafeInteger(steps))
    problems.refuse('array "acts"', `a multiple of ${width} numbers`, acts.length)
  const expected = (steps + episodes) * O
  if (obs.length !== expected) {
    problems.refuse('array "obs"', `${steps + episodes} x ${O} = ${expected} numbers`, obs.length)
  }
  return steps
}

/** Its last array is named at the very end of the archive, its own names nowhere else. */
function matches(bytes: Uint8Array): boolean {
  return isZip(bytes) && Buffer.from(bytes.subarray(-4096)).includes('indices.npy')
}

export const imitationNpz = inOwnUnits({
  name: 'imitation-npz',
  title: 'imitation trajectories in their older form: a NumPy archive that imitation.data.serialize loads',
  group: 'imitation',
  layout: 'file',
  extensions: ['.imitation.npz'],
  mediaType: 'application/octet-stream',
  matches,
  write: writeImitationNpz,
  read: readImitationNpz,
  cannotHold: (episodes) => [
    ...mergedObservationsLost(episodes, 'imitation'),
    ...mixedActionsLost(episodes, 'imitation'),
  ],
})
