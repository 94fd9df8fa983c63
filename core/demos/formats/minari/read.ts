/** Reads datasets of Minari 0.5: ours exactly, those of others as far as their spaces have a counterpart here. */
import type { Episode } from '../../episode.ts'
import type { DemonstrationFiles, ReadOptions } from '../format.ts'
import { foreignHead } from '../parts/foreign.ts'
import { readHdf5 } from '../parts/hdf5/thread.ts'
import type { Hdf5Group } from '../parts/hdf5/tree.ts'
import { assembleEpisode, parseHead } from '../parts/head.ts'
import { parseJson } from '../parts/heads-file.ts'
import { FileProblems } from '../problems.ts'
import {
  type Columns,
  isTexts,
  leavesOf,
  nodeAt,
  numbersAt,
  type Place,
  readColumns,
  readMasks,
} from './columns.ts'
import { foreignColumns } from './foreign-columns.ts'
import { readMetadata } from './metadata.ts'
import { actionSpace, observationSpace } from './spaces.ts'
import { HEAD } from './write.ts'

/** @throws DataError at the first thing that is wrong */
export async function readMinari(
  files: DemonstrationFiles,
  folderName: string,
  options: ReadOptions = {},
): Promise<Episode[]> {
  const problems = new FileProblems(`${folderName}/main_data.hdf5`)
  const described = new FileProblems(`${folderName}/metadata.json`)
  const metadata = readMetadata(fileOf(files, 'metadata.json'), described)
  const root = await readHdf5(fileOf(files, 'main_data.hdf5'), problems)
  if (root.children.size !== metadata.total_episodes) {
    problems.refuse('content', `${metadata.total_episodes} episodes as in metadata.json`, root.children.size)
  }
  const notes = new Set<string>()
  const note = (text: string): void => void notes.add(text)
  let columns: Columns | undefined
  const episodes = Array.from({ length: metadata.total_episodes }, (_, index) => {
    const at: Place = { place: `episode_${index}`, problems, note }
    const episode = root.children.get(at.place)
    if (episode?.kind !== 'group') return problems.refuse(at.place, 'a group', episode?.kind ?? 'nothing')
    const own = episode.attributes.get(HEAD)
    if (typeof own === 'string') return readOurs(episode, own, at)
    columns ??= foreignColumns(metadata, options, { place: '', problems: described, note })
    return readForeign(episode, columns, index, metadata.algorithm_name, at)
  })
  for (const text of notes) options.note?.(text)
  return episodes
}

function fileOf(files: DemonstrationFiles, name: string): Uint8Array {
  return files.get(`data/${name}`) ?? files.get(name) ?? new Uint8Array(0)
}

function readOurs(episode: Hdf5Group, text: string, at: Place): Episode {
  const { place, problems } = at
  const inside = `${place}, attribute "${HEAD}"`
  const head = parseHead(parseJson(Buffer.from(text), inside, problems), inside, problems)
  const columns: Columns = {
    environment: head.environment,
    observations: leavesOf(observationSpace(head.environment), at),
    actions: leavesOf(actionSpace(head.environment), at),
    units: head.units,
  }
  const steps = stepsOf(episode, at)
  const times = numbersAt(episode, ['infos', 'time_us'], steps + 1, 1, at)
  const timesUs = Float64Array.from(times.subarray(1) as Float64Array, Number)
  const read = readColumns(episode, columns, steps, at)
  const masks = readMasks(episode, columns, steps, read, at)
  return assembleEpisode(head, { ...read, timesUs, ...masks }, place, problems)
}

function readForeign(
  episode: Hdf5Group,
  columns: Columns,
  index: number,
  player: string | undefined,
  at: Place,
): Episode {
  const steps = stepsOf(episode, at)
  const outcome = {
    terminated: endsBy('terminations', episode, steps, at),
    truncated: endsBy('truncations', episode, steps, at),
    success: succeeded(episode),
  }
  const head = { ...foreignHead(columns.environment, index, outcome), units: columns.units }
  head.seed = seedOf(episode)
  if (player) head.player = { name: player, kind: 'unknown' }
  const read = readColumns(episode, columns, steps, at)
  const masks = readMasks(episode, columns, steps, read, at)
  return assembleEpisode(head, { ...read, timesUs: new Float64Array(steps), ...masks }, at.place, at.problems)
}

function stepsOf(episode: Hdf5Group, { place, problems }: Place): number {
  const rewards = episode.children.get('rewards')
  if (rewards?.kind === 'dataset') return rewards.shape[0] ?? 0
  return problems.refuse(`${place}, rewards`, 'a dataset', rewards?.kind ?? 'nothing')
}

/** Whether the last step ended the episode in this way; an earlier one must not. */
function endsBy(name: string, episode: Hdf5Group, steps: number, at: Place): boolean {
  const flags = Array.from(numbersAt(episode, [name], steps, 1, at), Number)
  const first = flags.findIndex((flag) => flag !== 0)
  if (first !== -1 && first < steps - 1) {
    at.problems.refuse(`${at.place}, ${name}`, 'none before the last step', `one at step ${first}`)
  }
  return first !== -1
}

/** What the info of the last step says; null where it says nothing. */
function succeeded(episode: Hdf5Group): boolean | null {
  const said = ['is_success', 'success'].flatMap((name) => {
    const info = nodeAt(episode, ['infos', name])
    return info?.kind === 'dataset' && !isTexts(info.data) ? [Number(info.data.at(-1) ?? 0)] : []
  })
  return said.length === 0 ? null : said.some(Boolean)
}

/** Null when the file has none that can be one here; Minari leaves it out, or writes the text 'None'. */
function seedOf(episode: Hdf5Group): number | null {
  const text = String(episode.attributes.get('seed') ?? '')
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(seed) ? seed : null
}
