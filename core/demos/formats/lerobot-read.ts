/** Reads a LeRobotDataset v3.0. */
import { z } from 'zod'
import { shapeSize } from '../../envs/index.ts'
import { type EnvironmentStamp, type Episode, type EpisodeColumns, stepLayout } from '../episode.ts'
import { type NumberColumn, ParquetFile } from './columnar/parquet-read.ts'
import { flatActions, splitActions } from './flat-actions.ts'
import { foreignHead, givenEnvironment } from './foreign.ts'
import { type DemonstrationFiles, FileProblems, LIMITS, type ReadOptions } from './format.ts'
import { assembleEpisode } from './head.ts'
import { parseJson, type ReadHeads, readHeads } from './heads-file.ts'
import * as layout from './lerobot-layout.ts'

const infoSchema = z.object({ codebase_version: z.string() })

export async function readLeRobot(
  files: DemonstrationFiles,
  folderName: string,
  options: ReadOptions = {},
): Promise<Episode[]> {
  const problems = new FileProblems(folderName)
  checkVersion(files, problems)
  const frames = await Frames.open(files, problems)
  const spans = episodeSpans(frames, problems)
  const ours = readHeads(files, layout.HEADS, spans.length, problems, [layout.FINAL_OBSERVATION])
  const environment = ours?.heads[0]?.environment ?? givenEnvironment(folderName, options)
  if (ours === undefined) noteWhatIsMissing(frames, environment, options.note ?? (() => undefined))
  const table = new Table(frames, environment, problems)
  return spans.map(({ from, to }, i) => {
    const place = `episode ${i}`
    const head = ours?.heads[i] ?? foreignHead(environment, i, table.outcome(to - 1))
    const columns = table.columns(from, to, place, ours === undefined ? undefined : finalOf(ours, i))
    return assembleEpisode(head, columns, place, problems)
  })
}

function checkVersion(files: DemonstrationFiles, problems: FileProblems): void {
  const info = infoSchema.safeParse(
    parseJson(files.get(layout.INFO) ?? new Uint8Array(0), layout.INFO, problems),
  )
  if (!info.success) problems.refuse(layout.INFO, 'codebase_version', info.error.issues[0]!.message)
  else if (!/^v3\.\d+$/.test(info.data.codebase_version)) {
    problems.refuse(
      `${layout.INFO}, codebase_version`,
      'v3.0 (lerobot.datasets.v30.convert_dataset_v21_to_v30 brings older ones up)',
      info.data.codebase_version,
    )
  }
}

function noteWhatIsMissing(
  frames: Frames,
  environment: EnvironmentStamp,
  note: (text: string) => void,
): void {
  const next = layout.observationFeatures(environment).map((name) => `next.${name}`)
  if (!next.every((name) => frames.has(name))) {
    note('LeRobot keeps no observation after the last action: the one before it stands in its place')
  }
  if (!frames.has('next.reward')) note('no next.reward: rewards are 0')
  if (!frames.has('next.terminated') && !frames.has('next.success')) {
    note('next.done does not tell an end by the rules from a cut: episodes are taken as truncated')
  }
}

/** The columns of all data files behind one another. */
class Frames {
  readonly count: number
  readonly #files: readonly ParquetFile[]

  private constructor(files: readonly ParquetFile[]) {
    this.#files = files
    this.count = files.reduce((sum, { metadata }) => sum + metadata.rows, 0)
  }

  static async open(files: DemonstrationFiles, problems: FileProblems): Promise<Frames> {
    const paths = [...files.keys()].filter((path) => /^data\/chunk-\d+\/file-\d+\.parquet$/.test(path)).sort()
    if (paths.length === 0) problems.refuse('data', 'data/chunk-000/file-000.parquet', 'no such file')
    const opened: ParquetFile[] = []
    for (const path of paths) opened.push(await ParquetFile.open(files.get(path)!, path, problems))
    return new Frames(opened)
  }

  has(name: string): boolean {
    return this.#files.every((file) => file.has(name))
  }

  numbers(name: string): NumberColumn {
    const parts = this.#files.map((file) => file.numbers(name))
    if (parts.length === 1) return parts[0]!
    const values = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0))
    let at = 0
    for (const part of parts) {
      values.set(part.values, at)
      at += part.values.length
    }
    // Where the files differ, the checks of the width against the number of frames tell.
    return { values, width: this.count === 0 ? 0 : values.length / this.count }
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

/** The frames of each episode lie together, and in order. */
function episodeSpans(frames: Frames, problems: FileProblems): Span[] {
  const episode = frames.numbers('episode_index').values
  const frame = frames.numbers('frame_index').values
  const spans: Span[] = []
  let from = 0
  for (let i = 0; i < frames.count; i++) {
    if (i > 0 && episode[i] !== episode[i - 1]) {
      spans.push({ from, to: i })
      from = i
    }
    if (frame[i] !== i - from) problems.refuse(`frame ${i}, frame_index`, i - from, frame[i]!)
  }
  if (frames.count > 0) spans.push({ from, to: frames.count })
  if (spans.length > LIMITS.episodes) problems.refuse('episodes', `at most ${LIMITS.episodes}`, spans.length)
  return spans
}

function finalOf(ours: ReadHeads, episode: number): Float32Array {
  return Float32Array.from(ours.numbers(episode, layout.FINAL_OBSERVATION))
}

/** The features of an environment, as columns of the frames. */
class Table {
  readonly #environment: EnvironmentStamp
  readonly #problems: FileProblems
  readonly #observations: readonly NumberColumn[]
  readonly #next: readonly NumberColumn[] | undefined
  readonly #action: NumberColumn
  readonly #reward: NumberColumn | undefined
  readonly #time: NumberColumn
  readonly #mask: NumberColumn | undefined
  readonly #flags: Readonly<Record<'terminated' | 'truncated' | 'success', Float64Array | undefined>>

  constructor(frames: Frames, environment: EnvironmentStamp, problems: FileProblems) {
    this.#environment = environment
    this.#problems = problems
    const column = (name: string, width: number): NumberColumn => {
      const found = frames.numbers(name)
      if (found.width !== width) problems.refuse(`feature "${name}"`, `${width} numbers a frame`, found.width)
      return found
    }
    const optional = (name: string, width: number): NumberColumn | undefined =>
      frames.has(name) ? column(name, width) : undefined
    const names = layout.observationFeatures(environment)
    const sizes = environment.observations.map(({ shape }) => shapeSize(shape))
    this.#observations = names.map((name, i) => column(name, sizes[i]!))
    const next = names.map((name, i) => optional(`next.${name}`, sizes[i]!))
    this.#next = next.every((one) => one !== undefined) ? next : undefined
    this.#action = column('action', flatActions(environment).width)
    this.#reward = optional('next.reward', 1)
    const exact = optional(layout.TIME, 1)
    const seconds = column('timestamp', 1)
    this.#time = exact ?? { values: seconds.values.map((time) => time * 1e6), width: 1 }
    this.#mask = optional(layout.MASK, stepLayout(environment).mask)
    this.#flags = {
      terminated: optional('next.terminated', 1)?.values,
      truncated: optional('next.truncated', 1)?.values,
      success: optional('next.success', 1)?.values,
    }
  }

  /** Of a data set that was made elsewhere: success ends an episode, anything else is a cut. */
  outcome(last: number): { terminated: boolean; truncated: boolean; success: boolean } {
    const { terminated, truncated, success } = this.#flags
    const succeeded = success?.[last] === 1
    return {
      terminated: (terminated?.[last] ?? Number(succeeded)) === 1,
      truncated: truncated?.[last] === 1,
      success: succeeded,
    }
  }

  /** @param final  the observation after the last action, where it is known */
  columns(from: number, to: number, place: string, final: Float32Array | undefined): EpisodeColumns {
    const part = ({ values, width }: NumberColumn): Float64Array => values.subarray(from * width, to * width)
    return {
      observations: this.#observationRows(from, to, final),
      ...splitActions(part(this.#action), this.#environment, place, this.#problems),
      rewards:
        this.#reward === undefined ? new Float32Array(to - from) : new Float32Array(part(this.#reward)),
      timesUs: part(this.#time).slice(),
      ...(this.#mask === undefined ? {} : { masks: Uint8Array.from(part(this.#mask)) }),
    }
  }

  #observationRows(from: number, to: number, final: Float32Array | undefined): Float32Array {
    const O = stepLayout(this.#environment).observation
    const rows = new Float32Array((to - from + 1) * O)
    for (let frame = from; frame < to; frame++) rows.set(rowOf(this.#observations, frame), (frame - from) * O)
    const last = final ?? rowOf(this.#next ?? this.#observations, to - 1)
    if (last.length !== O)
      this.#problems.refuse(layout.HEADS, `${O} numbers of a final observation`, last.length)
    rows.set(last, (to - from) * O)
    return rows
  }
}

function rowOf(columns: readonly NumberColumn[], frame: number): number[] {
  return columns.flatMap(({ values, width }) => [...values.subarray(frame * width, (frame + 1) * width)])
}
