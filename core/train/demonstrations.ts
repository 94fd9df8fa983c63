/** From recorded episodes to what a learner is given. */
import { createHash } from 'node:crypto'
import { fitMismatch } from '../demos/index.ts'
import { type EnvironmentSpec, observationSize } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import type { DemonstrationData } from '../learn/index.ts'
import { Random } from '../random.ts'
import type { Episode, EpisodeRow, PlayerKind, ReadableLibrary } from '../store/index.ts'

/**
 * @param note  told of what was played in another environment that has the same observations and actions
 * @throws UserError when an episode does not fit this environment
 */
export function demonstrationData(
  spec: EnvironmentSpec,
  episodes: readonly { readonly label: string; readonly episode: Episode }[],
  note: (text: string) => void = () => undefined,
): DemonstrationData {
  const elsewhere = new Map<string, number>()
  for (const { label, episode } of episodes) {
    const { id } = episode.environment
    const mismatch = fitMismatch(episode.environment, spec)
    if (mismatch !== undefined) {
      throw new UserError(`${label} cannot be learned from here: it ${mismatch}`, {
        remedy: 'leave it out of the demonstrations, or record it again',
      })
    }
    if (id !== spec.id) elsewhere.set(id, (elsewhere.get(id) ?? 0) + 1)
  }
  for (const [id, count] of elsewhere) {
    note(`${count} of the demonstrations were played in ${id}, which has the same observations and actions`)
  }
  const length = episodes.reduce((sum, { episode }) => sum + episode.rewards.length, 0)
  const O = observationSize(spec)
  const { continuous: C, discrete } = spec.action
  const data = {
    length,
    observations: new Float32Array(length * O),
    nextObservations: new Float32Array(length * O),
    continuous: new Float32Array(length * C),
    discrete: new Int32Array(length * discrete.length),
    rewards: new Float32Array(length),
    terminated: new Uint8Array(length),
    truncated: new Uint8Array(length),
  }
  let row = 0
  for (const { episode } of episodes) {
    const n = episode.rewards.length
    data.observations.set(episode.observations.subarray(0, n * O), row * O)
    data.nextObservations.set(episode.observations.subarray(O, (n + 1) * O), row * O)
    data.continuous.set(episode.continuous, row * C)
    data.discrete.set(episode.discrete, row * discrete.length)
    data.rewards.set(episode.rewards, row)
    row += n
    data.terminated[row - 1] = Number(episode.terminated)
    // An episode that was broken off is cut, not ended: a learner bootstraps through it.
    data.truncated[row - 1] = Number(!episode.terminated)
  }
  return data
}

/** What a control run is given in place of the demonstrations. */
export const GAIL_CONTROLS = ['none', 'shuffled', 'empty'] as const
export type GailControl = (typeof GAIL_CONTROLS)[number]

/**
 * Demonstrations from which nothing can be imitated. Where a learner does as well with them, it was the ends of episodes
 * that taught it, not the player (survival bias; Kostrikov et al. 2018, arXiv:1809.02925, section 4.1).
 *
 *     shuffled  every action, and where it led, is one that was demonstrated, at a step where it was not
 *     empty     as many steps of nothing: observations, actions and rewards are zero
 */
export function controlDemonstrations(
  data: DemonstrationData,
  control: GailControl,
  seed: number,
): DemonstrationData {
  if (control === 'none') return data
  if (control === 'shuffled') return shuffleOutcomes(data, seed)
  return {
    length: data.length,
    observations: new Float32Array(data.observations.length),
    nextObservations: new Float32Array(data.nextObservations.length),
    continuous: new Float32Array(data.continuous.length),
    discrete: new Int32Array(data.discrete.length),
    rewards: new Float32Array(data.rewards.length),
    terminated: data.terminated,
    truncated: data.truncated,
  }
}

/** Actions and next observations move together, so that discriminators of either are misled. */
function shuffleOutcomes(data: DemonstrationData, seed: number): DemonstrationData {
  const { length } = data
  const order = Array.from({ length }, (_, i) => i)
  new Random(seed).shuffle(order)
  const continuous = new Float32Array(data.continuous.length)
  const discrete = new Int32Array(data.discrete.length)
  const nextObservations = new Float32Array(data.nextObservations.length)
  const [C, D, O] = [continuous, discrete, nextObservations].map((column) => column.length / length) as [
    number,
    number,
    number,
  ]
  order.forEach((from, to) => {
    nextObservations.set(data.nextObservations.subarray(from * O, (from + 1) * O), to * O)
    continuous.set(data.continuous.subarray(from * C, (from + 1) * C), to * C)
    discrete.set(data.discrete.subarray(from * D, (from + 1) * D), to * D)
  })
  return { ...data, nextObservations, continuous, discrete }
}

/** Names the content, so that a resumed run notices when it is not what it began with. */
export function demonstrationDigest(data: DemonstrationData): string {
  const hash = createHash('sha256')
  for (const column of [data.observations, data.continuous, data.discrete, data.rewards, data.terminated]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  }
  return hash.digest('hex')
}

const KINDS: readonly PlayerKind[] = ['human', 'scripted', 'agent', 'unknown']
const WORDS = ['all', 'any', 'bundled', ...KINDS, 'player:NAME', 'tag:NAME']

const IDS = /^[\d\s,-]+$/

/** What a selection may be, in words for people. */
export const SELECTIONS = `${WORDS.join(', ')} or ids such as 3,5,8-12`

/** Whether it is one: anything else may be the name of a file. */
export function isSelection(text: string): boolean {
  const [word] = text.split(':')
  return WORDS.some((known) => known.split(':')[0] === word) || IDS.test(text)
}

/**
 * Which episodes a selection means: 'all' (but those of agents, and those that are known to have missed the goal), 'any' (these
 * too), 'bundled', a kind of player, 'player:NAME', 'tag:NAME', or ids, which may be of another environment that fits.
 * @param note  told what 'all' leaves out
 * @throws UserError when it means none, or an id is not there or does not fit
 */
export function selectDemonstrations(
  library: ReadableLibrary,
  spec: EnvironmentSpec,
  selection: string,
  note: (text: string) => void = () => undefined,
): EpisodeRow[] {
  if (!isSelection(selection)) throw noSelection(selection)
  const [word, name] = selection.split(/:(.*)/s) as [string, string | undefined]
  if (IDS.test(selection)) return named(library, spec, parseIds(selection))
  const mine = library.listEpisodes({ environmentId: spec.id, state: 'complete' }).reverse()
  const rows = mine.filter(condition(word, name, spec))
  const left = word === 'all' ? leftOut(mine, spec) : null
  if (rows.length > 0) {
    if (left !== null) note(left)
    return rows
  }
  throw new UserError(`no demonstrations of ${spec.id} match "${selection}"`, {
    remedy:
      left ??
      `record or import some (with --env ${spec.id}), or give the ids of episodes from an environment with the same observations and actions; "understudy demos list" shows what is there`,
  })
}

function condition(
  word: string,
  name: string | undefined,
  spec: EnvironmentSpec,
): (row: EpisodeRow) => boolean {
  switch (word) {
    case 'all':
      return (row) => !isOfAgent(row) && !isMissed(row, spec)
    case 'any':
      return () => true
    case 'bundled':
      return (row) => row.bundled
    case 'player':
      return (row) => row.playerName === name
    case 'tag':
      return (row) => row.tags.includes(name ?? '')
    default:
      return (row) => row.playerKind === word
  }
}

function isOfAgent({ playerKind }: EpisodeRow): boolean {
  return playerKind === 'agent'
}

/** Earlier recordings have false also where nobody says whether a goal was reached. */
function isMissed({ success }: EpisodeRow, { score }: EnvironmentSpec): boolean {
  return success === false && score.tellsSuccess !== false
}

/** Of 'all', as a sentence; null when it is all. */
function leftOut(rows: readonly EpisodeRow[], spec: EnvironmentSpec): string | null {
  const agents = rows.filter(isOfAgent).length
  const missed = rows.filter((row) => isMissed(row, spec) && !isOfAgent(row)).length
  const what = [
    ...(agents > 0 ? [`${agents} by agents`] : []),
    ...(missed > 0 ? [`${missed} that missed the goal`] : []),
  ]
  if (what.length === 0) return null
  return `"all" leaves out ${what.join(' and ')}; --demos any includes them, and ids, players or tags select some`
}

function named(library: ReadableLibrary, spec: EnvironmentSpec, ids: readonly number[]): EpisodeRow[] {
  const rows = new Map(library.listEpisodes({ ids, state: 'complete' }).map((row) => [row.id, row]))
  const chosen = ids.map((id) => {
    const row = rows.get(id)
    if (row !== undefined) return row
    throw new UserError(`episode ${id} is not a complete demonstration`, {
      remedy: '"understudy demos list" shows what is there',
    })
  })
  const misfit = firstMisfit(library, spec, chosen)
  if (misfit !== undefined) throw new UserError(misfit, { remedy: 'leave it out of --demos' })
  return chosen
}

/** Of what was played in other environments the first that does not fit this one, as a sentence. */
export function firstMisfit(
  library: ReadableLibrary,
  spec: EnvironmentSpec,
  rows: readonly EpisodeRow[],
): string | undefined {
  const elsewhere = Map.groupBy(
    rows.filter((row) => row.environmentId !== spec.id),
    (row) => `${row.environmentId} ${row.environmentVersion}`,
  )
  for (const [first] of elsewhere.values()) {
    const mismatch = fitMismatch(library.readEpisode(first!.id).environment, spec)
    if (mismatch !== undefined) return `episode ${first!.id} ${mismatch}`
  }
  return undefined
}

/** Versions of this environment that they were played in, as far as they are known: 0 is one that nobody knows. */
export function knownVersions(rows: readonly EpisodeRow[], environment: string): number[] {
  const own = rows.filter(({ environmentId }) => environmentId === environment)
  return own.map(({ environmentVersion }) => environmentVersion).filter((version) => version !== 0)
}

function noSelection(selection: string): UserError {
  return new UserError(`"${selection}" selects no demonstrations`, {
    usage: true,
    remedy: `write ${SELECTIONS}`,
  })
}

/** '3,5,8-12' */
function parseIds(selection: string): number[] {
  return selection.split(',').flatMap((part) => {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part)
    if (match === null) {
      throw noSelection(selection)
    }
    const first = Number(match[1])
    const last = Number(match[2] ?? match[1])
    if (last < first || last - first > 100_000) {
      throw new UserError(`"${part.trim()}" is not a range of ids`, { usage: true })
    }
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}
