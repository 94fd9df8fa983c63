/** A `.demo` as episodes. */
import type { Environment } from '../../../envs/environment.ts'
import { environmentIds, makeEnvironment } from '../../../envs/index.ts'
import { printable } from '../../../printable.ts'
import { type EnvironmentStamp, type Episode, episodeLength } from '../../episode.ts'
import { layoutMismatch } from '../../stamp.ts'
import type { ActionAlignment, ReadOptions } from '../format.ts'
import { LIMITS } from '../limits.ts'
import { foreignHead, noteSupposed } from '../parts/foreign.ts'
import { assembleEpisode } from '../parts/head.ts'
import { FileProblems } from '../problems.ts'
import { findAlignment } from './alignment.ts'
import { checkTaken, type Mended, playColumns } from './columns.ts'
import { playedEnvironment, type Retraced, retrace } from './environment.ts'
import { type DemoStart, readRecords, readStart } from './file.ts'
import { type DemoHeads, readHeads } from './heads.ts'
import { ObservationReader } from './observations.ts'
import { type Play, type Plays, splitPlays } from './plays.ts'
import { type ActionLayout, actionLayout, type DemoRecord, readRecord } from './record.ts'
import type { Evidence } from './ways.ts'

type Note = (text: string) => void

/** Everything that a file says. */
interface Demo extends DemoStart {
  readonly layout: ActionLayout
  readonly observations: ObservationReader
  readonly records: readonly DemoRecord[]
  readonly heads: DemoHeads | undefined
}

/**
 * All episodes with at least one step. What was supposed or mended goes to `options.note`.
 * @throws DataError at the first thing that is wrong
 */
export function readDemo(bytes: Uint8Array, fileName: string, options: ReadOptions = {}): Episode[] {
  const problems = new FileProblems(fileName)
  const note = options.note ?? (() => undefined)
  const demo = readWhole(bytes, problems, note)
  if (demo === undefined) return []
  const { heads } = demo
  const split = (actions: ActionAlignment): Plays => splitPlays(demo.records, actions)
  const most = Math.max(split('same').plays.length, split('previous').plays.length)
  if (most > LIMITS.episodes) problems.refuse('records', `at most ${LIMITS.episodes} episodes`, most)
  if (heads === undefined) return foreignEpisodes(demo, options, problems, note)
  if (options.actions !== undefined && options.actions !== heads.actions)
    note(`the file itself says which action its records hold (${heads.actions}), so they are read that way`)
  return ownEpisodes(split(heads.actions).plays, demo, heads, problems)
}

/** @returns undefined when there is no record */
function readWhole(bytes: Uint8Array, problems: FileProblems, note: Note): Demo | undefined {
  const start = readStart(bytes, problems)
  const layout = actionLayout(start.brain, problems)
  const records: DemoRecord[] = []
  let observations: ObservationReader | undefined
  const end = readRecords(bytes, start, problems, (pair, index) => {
    observations ??= new ObservationReader(pair.info?.observations ?? [], problems, note)
    records.push(readRecord(pair, layout, observations, index, problems))
  })
  if (observations === undefined) return undefined
  const heads = readHeads(bytes.subarray(end.at), problems)
  if (end.unclosed) {
    const rest = bytes.length - end.at
    const left = rest > 0 && heads === undefined ? `; the last ${rest} bytes are not a complete record` : ''
    note(`the recording was never closed; its ${records.length} records were recovered${left}`)
  }
  return { ...start, layout, observations, records, heads }
}

/** Of a file that we have written: exactly what it was written from. */
function ownEpisodes(
  plays: readonly Play[],
  { layout }: Demo,
  heads: DemoHeads,
  problems: FileProblems,
): Episode[] {
  if (plays.length !== heads.episodes.length) {
    problems.refuse('records', `${heads.episodes.length} episodes, as the heads say`, plays.length)
  }
  return heads.episodes.map(({ head, masked, timesUs }, i) => {
    checkTaken(plays[i]!, layout, heads.actions, `episode ${i}`, problems)
    const columns = playColumns(plays[i]!, layout, heads.actions, masked, undefined, {
      clipped: 0,
      opened: 0,
    })
    return assembleEpisode(head, { ...columns, timesUs }, `episode ${i}`, problems)
  })
}

function foreignEpisodes(demo: Demo, options: ReadOptions, problems: FileProblems, note: Note): Episode[] {
  const { layout, observations, brain, meta } = demo
  const stamp = playedEnvironment(brain.name, observations.columns, layout, options.environment, problems)
  if (options.environment !== undefined) {
    noteSupposed(options.environment, options, `its behaviour is ${printable(brain.name.split('?')[0]!)}`)
  }
  const environment = environmentHere(stamp)
  const { actions, plays, retraced } = aligned(demo, options.actions, environment, note)
  const masked = demo.records.some(({ mask }) => mask !== undefined)
  const mended: Mended = { clipped: 0, opened: 0 }
  const episodes = plays.map((play, i) => {
    checkTaken(play, layout, actions, `episode ${i}`, problems)
    const columns = playColumns(play, layout, actions, masked, retraced[i]?.last, mended)
    const success = retraced[i]?.success ?? null
    const terminated = play.ending === 'terminated'
    // Actions in a .demo are what they are here, whatever the environment calls them.
    const { units: _, ...head } = foreignHead(stamp, i, { terminated, truncated: !terminated, success })
    if (retraced[i] !== undefined) head.seed = 0
    const timesUs = new Float64Array(columns.rewards.length)
    const named = meta.name === '' ? head : { ...head, note: `recorded as ${printable(meta.name)}` }
    return assembleEpisode(named, { ...columns, timesUs }, `episode ${i}`, problems)
  })
  noteEndings(plays, retraced, note)
  noteMended(mended, demo.records, note)
  note(supposed(stamp, options.environment !== undefined, retraced, episodes))
  return episodes
}

/** The environment itself, when there is one here that fits. */
function environmentHere(stamp: EnvironmentStamp): Environment | undefined {
  if (!environmentIds().includes(stamp.id)) return undefined
  const environment = makeEnvironment(stamp.id, stamp.parameters)
  return layoutMismatch(stamp, environment.spec) === undefined ? environment : undefined
}

interface Way {
  readonly actions: ActionAlignment
  readonly plays: readonly Play[]
  /** What came of playing them again, where that gave the same. */
  readonly retraced: readonly (Retraced | undefined)[]
  /** Episodes without a step. */
  readonly empty: number
}

/** Which way the actions stand, which decides what one episode is as well. */
function aligned(
  { layout, brain, records }: Demo,
  given: ActionAlignment | undefined,
  environment: Environment | undefined,
  note: Note,
): Way {
  const way = (actions: ActionAlignment): Way => {
    const { plays, empty } = splitPlays(records, actions)
    const retraced = plays.map((play) =>
      environment === undefined ? undefined : retrace(environment, play, actions),
    )
    return { actions, plays, retraced, empty }
  }
  const found = (same: Way, previous: Way): Way => {
    const retracing = byRetracing(count(same.retraced), count(previous.retraced))
    const ways = { same: same.plays, previous: previous.plays }
    const { actions, certainty, because } = findAlignment(ways, layout, brain, [retracing])
    const which = actions === 'same' ? 'taken at its observation' : 'that led to its observation'
    note(`${certainty} each record holds the action ${which}: ${because} (--actions decides otherwise)`)
    return actions === 'same' ? same : previous
  }
  const chosen = given === undefined ? found(way('same'), way('previous')) : way(given)
  if (chosen.empty > 0) note(`${chosen.empty} of its episodes have no steps and are left out`)
  return chosen
}

/** An episode that comes out the same when it is played again is hardly a chance. */
function byRetracing(same: number, previous: number): Evidence {
  return {
    weight: 12 * Math.sign(previous - same) * Math.min(3, Math.abs(previous - same)),
    because: `replayed that way, ${Math.max(same, previous)} of its episodes come out the same`,
  }
}

function count(retraced: readonly (Retraced | undefined)[]): number {
  return retraced.filter((result) => result !== undefined).length
}

function noteEndings(plays: readonly Play[], retraced: readonly (Retraced | undefined)[], note: Note): void {
  const endless = plays.filter((play, i) => !play.ownEnd && retraced[i] === undefined).length
  if (endless > 0) {
    note(`the last observation of ${endless} episodes was not recorded; the one before is used instead`)
  }
  const open = plays.filter(({ ending }) => ending === 'cut off').length
  if (open > 0) note(`${open} of its episodes have no end and are kept as cut off`)
}

function noteMended({ clipped, opened }: Mended, records: readonly DemoRecord[], note: Note): void {
  if (clipped > 0) note(`in ${clipped} steps, continuous actions outside -1 to 1 were clipped to it`)
  if (opened > 0) note(`in ${opened} steps, the mask forbade the action that was taken; it now allows it`)
  const grouped = records.filter(({ groupReward }) => groupReward !== 0).length
  if (grouped > 0) note(`group rewards, in ${grouped} records, are left out`)
}

/** What no `.demo` says. */
function supposed(
  stamp: EnvironmentStamp,
  given: boolean,
  retraced: readonly (Retraced | undefined)[],
  episodes: readonly Episode[],
): string {
  const what = given ? '' : `read as ${stamp.id}; `
  const seed =
    count(retraced) === episodes.length
      ? 'replayed with seed 0, they come out the same'
      : 'the seeds are unknown'
  const goals = count(retraced) === episodes.length ? '' : ', and so is whether the goal was reached'
  const steps = episodes.reduce((sum, episode) => sum + episodeLength(episode), 0)
  return `${what}${seed}; the player and the times of the ${steps} steps are unknown${goals}`
}
