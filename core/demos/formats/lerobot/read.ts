/** Reads a LeRobotDataset v3.0. */
import { type EnvironmentStamp, type Episode, stepLayout } from '../../episode.ts'
import type { DemonstrationFiles, ReadOptions } from '../format.ts'
import { LIMITS } from '../limits.ts'
import type { NumberColumn } from '../parts/columnar/parquet-read.ts'
import { flatActions, splitActions } from '../parts/flat-actions.ts'
import { foreignHead, givenEnvironment, type Outcome } from '../parts/foreign.ts'
import { assembleEpisode, type FileColumns } from '../parts/head.ts'
import { type ReadHeads, readHeads } from '../parts/heads-file.ts'
import { FileProblems } from '../problems.ts'
import { Frames } from './frames.ts'
import * as layout from './layout.ts'
import { type Observation, openNextObservations, openObservations, sizedColumn } from './observations.ts'

export async function readLeRobot(
  files: DemonstrationFiles,
  folderName: string,
  options: ReadOptions = {},
): Promise<Episode[]> {
  const problems = new FileProblems(folderName)
  const frames = await Frames.open(files, problems)
  const spans = episodeSpans(frames, problems)
  const ours = readHeads(files, layout.HEADS, spans.length, problems, [layout.FINAL_OBSERVATION])
  const environment = ours?.heads[0]?.environment ?? givenEnvironment(folderName, options)
  const table = new Table(frames, environment, problems)
  if (ours === undefined) noteWhatIsMissing(frames, table, options.note ?? (() => undefined))
  return spans.map(({ from, to }, i) => {
    const place = `episode ${i}`
    const head = ours?.heads[i] ?? foreignHead(environment, i, table.outcome(to - 1))
    const columns = table.columns(from, to, ours === undefined ? undefined : finalOf(ours, i))
    return assembleEpisode(head, columns, place, problems)
  })
}

function noteWhatIsMissing(frames: Frames, { hasNext }: Table, note: (text: string) => void): void {
  if (!hasNext) {
    note('LeRobot keeps no observation after the last action: the one before it is used instead')
  }
  if (!frames.has('next.reward')) note('it has no next.reward: rewards are 0')
  if (!frames.has('next.terminated') && !frames.has('next.success')) {
    note(
      'next.done does not say whether the rules ended an episode or it was cut off: episodes count as truncated',
    )
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
  readonly #observations: readonly Observation[]
  readonly #next: readonly Observation[] | undefined
  readonly #action: NumberColumn
  readonly #reward: NumberColumn | undefined
  readonly #time: NumberColumn
  readonly #mask: NumberColumn | undefined
  readonly #flags: Readonly<Record<'terminated' | 'truncated' | 'success', Float64Array | undefined>>

  constructor(frames: Frames, environment: EnvironmentStamp, problems: FileProblems) {
    this.#environment = environment
    this.#problems = problems
    const column = (name: string, width: number): NumberColumn => sizedColumn(frames, name, width, problems)
    const optional = (name: string, width: number): NumberColumn | undefined =>
      frames.has(name) ? column(name, width) : undefined
    this.#observations = openObservations(frames, environment, problems)
    this.#next = openNextObservations(frames, this.#observations, problems)
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

  /** Whether the observation after the last action has a feature. */
  get hasNext(): boolean {
    return this.#next !== undefined
  }

  /** Of a data set that was made elsewhere: success ends an episode, anything else is a cut. */
  outcome(last: number): Outcome {
    const { terminated, truncated, success } = this.#flags
    return {
      terminated: (terminated?.[last] ?? success?.[last]) === 1,
      truncated: truncated?.[last] === 1,
      success: success === undefined ? null : success[last] === 1,
    }
  }

  /** @param final  the observation after the last action, where it is known */
  columns(from: number, to: number, final: Float32Array | undefined): FileColumns {
    const part = ({ values, width }: NumberColumn): Float64Array => values.subarray(from * width, to * width)
    return {
      observations: this.#observationRows(from, to, final),
      ...splitActions(part(this.#action), this.#environment),
      rewards:
        this.#reward === undefined ? new Float32Array(to - from) : new Float32Array(part(this.#reward)),
      timesUs: part(this.#time).slice(),
      ...(this.#mask === undefined ? {} : { masks: Uint8Array.from(part(this.#mask)) }),
    }
  }

  #observationRows(from: number, to: number, final: Float32Array | undefined): Float32Array {
    const O = stepLayout(this.#environment).observation
    const rows = new Float32Array((to - from + 1) * O)
    for (let frame = from; frame < to; frame++) putRow(this.#observations, frame, rows, (frame - from) * O)
    if (final === undefined) putRow(this.#next ?? this.#observations, to - 1, rows, (to - from) * O)
    else if (final.length === O) rows.set(final, (to - from) * O)
    else this.#problems.refuse(layout.HEADS, `${O} numbers of a final observation`, final.length)
    return rows
  }
}

function putRow(
  observations: readonly Observation[],
  frame: number,
  rows: Float32Array,
  start: number,
): void {
  let at = start
  for (const observation of observations) {
    observation.put(frame, rows, at)
    at += observation.size
  }
}
