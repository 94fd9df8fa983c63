/** From recorded episodes to what a learner is given. */
import { createHash } from 'node:crypto'
import { stampMismatch } from '../demos/index.ts'
import { type EnvironmentSpec, observationSize } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import type { DemonstrationData } from '../learn/index.ts'
import { Random } from '../random.ts'
import type { Episode, EpisodeRow, ReadableLibrary } from '../store/index.ts'

/** @throws UserError when an episode was not played in this very environment */
export function demonstrationData(
  spec: EnvironmentSpec,
  episodes: readonly { readonly label: string; readonly episode: Episode }[],
): DemonstrationData {
  for (const { label, episode } of episodes) {
    const mismatch = stampMismatch(episode.environment, spec)
    if (mismatch === undefined) continue
    throw new UserError(`${label} cannot be learned from here: it ${mismatch}`, {
      remedy: 'leave it out of the demonstrations, or record it anew',
    })
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

/**
 * Which episodes a selection means: 'all' (every successful episode of people and scripted players), 'bundled', 'human',
 * 'scripted', 'player:NAME', 'tag:NAME', or ids ('3,5,8-12').
 * @throws UserError when it means none, or an id is not there
 */
export function selectDemonstrations(
  library: ReadableLibrary,
  spec: EnvironmentSpec,
  selection: string,
): EpisodeRow[] {
  const mine = library.listEpisodes({ environmentId: spec.id, state: 'complete' }).reverse()
  const rows = chooser(selection)(mine)
  if (rows.length === 0) {
    throw new UserError(`no demonstrations of ${spec.id} match "${selection}"`, {
      remedy: 'record or import some; `understudy demos list` shows what there is',
    })
  }
  return rows
}

function chooser(selection: string): (rows: EpisodeRow[]) => EpisodeRow[] {
  const [word, name] = selection.split(/:(.*)/s)
  switch (word) {
    case 'all':
      return (rows) => rows.filter((row) => row.playerKind !== 'agent' && row.success)
    case 'bundled':
      return (rows) => rows.filter((row) => row.bundled)
    case 'human':
    case 'scripted':
      return (rows) => rows.filter((row) => row.playerKind === word)
    case 'player':
      return (rows) => rows.filter((row) => row.playerName === name)
    case 'tag':
      return (rows) => rows.filter((row) => row.tags.includes(name ?? ''))
    default: {
      const ids = parseIds(selection)
      return (rows) =>
        ids.map((id) => {
          const row = rows.find((candidate) => candidate.id === id)
          if (row !== undefined) return row
          throw new UserError(`episode ${id} is not a complete demonstration of this environment`, {
            remedy: '`understudy demos list` shows what there is',
          })
        })
    }
  }
}

/** '3,5,8-12' */
function parseIds(selection: string): number[] {
  return selection.split(',').flatMap((part) => {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part)
    if (match === null) {
      throw new UserError(`"${selection}" selects no demonstrations`, {
        usage: true,
        remedy: 'write all, bundled, human, scripted, player:NAME, tag:NAME or ids such as 3,5,8-12',
      })
    }
    const first = Number(match[1])
    const last = Number(match[2] ?? match[1])
    if (last < first || last - first > 100_000) {
      throw new UserError(`"${part.trim()}" is no range of ids`, { usage: true })
    }
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}
