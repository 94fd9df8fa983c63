/** The invariants of an episode and its hash. What passes here can be trained on without looking again. */
import { createHash } from 'node:crypto'
import { wrongUnits } from '../envs/environment.ts'
import { DataError } from '../errors.ts'
import { littleEndianBytes } from './columns.ts'
import { type Episode, type EpisodeHead, episodeLength, type StepLayout, stepLayout } from './episode.ts'
import { checkHeadBounds, checkNoteBounds } from './episode-bounds.ts'

/** Where an episode came from, for the message when something is wrong with it. */
export interface EpisodeOrigin {
  readonly file: string
  readonly place: string
}

type Refuse = (what: string, expected: string | number, found: string | number) => never

/**
 * For an episode that comes in.
 * @throws DataError at the first invariant or bound that does not hold, naming what was expected and what was found
 */
export function checkEpisode(episode: Episode, origin: EpisodeOrigin = { file: 'episode', place: '' }): void {
  const refuse = refusing(origin)
  checkHeadBounds(episode, refuse)
  checkNoteBounds(episode, refuse)
  checkStored(episode, origin)
}

/** As `checkEpisode`, for a recording that begins. */
export function checkEpisodeHead(head: EpisodeHead): void {
  checkHeadBounds(head, refusing({ file: 'recording', place: '' }))
}

function refusing(origin: EpisodeOrigin): Refuse {
  return (what, expected, found) => {
    const place = origin.place === '' ? what : `${origin.place}, ${what}`
    throw new DataError({ file: origin.file, place, expected: String(expected), found: String(found) })
  }
}

/** As `checkEpisode`, for one that is kept already, from before there were bounds. */
export function checkStored(episode: Episode, origin: EpisodeOrigin): void {
  const refuse = refusing(origin)
  checkHead(episode, refuse)
  const steps = episodeLength(episode)
  if (steps === 0) refuse('rewards', 'at least one step', 'an empty episode')
  const layout = stepLayout(episode.environment)
  checkLengths(episode, layout, steps, refuse)
  checkFinite(episode, refuse)
  checkActions(episode, refuse)
  if (episode.masks !== undefined) checkMasks(episode, episode.masks, layout, refuse)
}

function checkHead(episode: Episode, refuse: Refuse): void {
  const { environment, player } = episode
  if (environment.id === '') refuse('environment.id', 'a name', 'an empty one')
  if (!isCount(environment.version)) refuse('environment.version', 'a whole number', environment.version)
  if (episode.seed !== null && !isCount(episode.seed)) {
    refuse('seed', 'a whole number from 0 to 2^53 - 1', episode.seed)
  }
  if (!isCount(episode.startedAtUs)) refuse('startedAtUs', 'microseconds since 1970', episode.startedAtUs)
  if (player.name === '') refuse('player.name', 'a name', 'an empty one')
  if (!isCount(episode.rating) || episode.rating > 5) refuse('rating', '0 to 5', episode.rating)
  if (!isCount(environment.action.continuous)) {
    refuse('environment.action.continuous', 'a whole number', environment.action.continuous)
  }
  for (const size of environment.action.discrete) {
    if (!isCount(size) || size === 0) refuse('environment.action.discrete', 'sizes of at least 1', size)
  }
  const units = wrongUnits(environment.action)
  if (units !== undefined) refuse('environment.action.units', units, JSON.stringify(environment.action.units))
  for (const { name, shape } of environment.observations) {
    if (!shape.every((size) => isCount(size) && size > 0)) {
      refuse(`shape of observation "${name}"`, 'sizes of at least 1', `[${shape.join(', ')}]`)
    }
  }
  if (!episode.terminated && !episode.truncated) {
    refuse('outcome', 'terminated or truncated', 'neither (an episode cut off from outside is truncated)')
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function checkLengths(episode: Episode, layout: StepLayout, steps: number, refuse: Refuse): void {
  const column = (name: string, found: number, rows: number, size: number): void => {
    const expected = rows * size
    if (found !== expected) refuse(name, `${rows} x ${size} = ${expected} numbers for ${steps} steps`, found)
  }
  column('observations', episode.observations.length, steps + 1, layout.observation)
  column('continuous', episode.continuous.length, steps, layout.continuous)
  column('discrete', episode.discrete.length, steps, layout.branches)
  column('timesUs', episode.timesUs.length, steps, 1)
  if (episode.masks !== undefined) column('masks', episode.masks.length, steps, layout.mask)
}

function checkFinite(episode: Episode, refuse: Refuse): void {
  for (const name of ['observations', 'continuous', 'rewards', 'timesUs'] as const) {
    const values = episode[name]
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) refuse(`${name}[${i}]`, 'a finite number', values[i]!)
    }
  }
  let previous = 0
  for (let i = 0; i < episode.timesUs.length; i++) {
    const time = episode.timesUs[i]!
    if (time < previous) refuse(`timesUs[${i}]`, `at least ${previous}, as time does not run backwards`, time)
    previous = time
  }
}

function checkActions(episode: Episode, refuse: Refuse): void {
  const sizes = episode.environment.action.discrete
  for (let i = 0; i < episode.discrete.length; i++) {
    const size = sizes[i % sizes.length]!
    const index = episode.discrete[i]!
    if (index >= 0 && index < size) continue
    const branch = i % sizes.length
    refuse(`step ${Math.floor(i / sizes.length)}, branch ${branch}`, `0 to ${size - 1}`, index)
  }
  for (let i = 0; i < episode.continuous.length; i++) {
    const value = episode.continuous[i]!
    if (value < -1 || value > 1) refuse(`continuous[${i}]`, '-1 to 1', value)
  }
}

function checkMasks(episode: Episode, masks: Uint8Array, layout: StepLayout, refuse: Refuse): void {
  for (let i = 0; i < masks.length; i++) if (masks[i]! > 1) refuse(`masks[${i}]`, '0 or 1', masks[i]!)
  const sizes = episode.environment.action.discrete
  for (let step = 0; step < episodeLength(episode); step++) {
    let offset = step * layout.mask
    for (let branch = 0; branch < sizes.length; branch++) {
      const index = episode.discrete[step * sizes.length + branch]!
      if (masks[offset + index] === 0) {
        refuse(`step ${step}, branch ${branch}`, 'an action that the mask allows', `the forbidden ${index}`)
      }
      offset += sizes[branch]!
    }
  }
}

/**
 * SHA-256 (hex) over what was played: environment stamp, seed, player, outcome and all columns in little-endian order. Tags,
 * note, rating and the date are left out, so a play keeps its hash when it is annotated or carried to another library. What
 * nobody knows counts as what stood in for it before it could be unknown: seed 0, an agent, a goal that was missed.
 */
export function episodeHash(episode: Episode): string {
  const { environment, terminated, truncated } = episode
  const seed = episode.seed ?? 0
  const player = episode.player.kind === 'unknown' ? { ...episode.player, kind: 'agent' } : episode.player
  const success = episode.success ?? false
  const hash = createHash('sha256')
  hash.update(canonicalJson({ environment, seed, player, terminated, truncated, success }))
  const { observations, continuous, discrete, rewards, timesUs, masks } = episode
  for (const column of [observations, continuous, discrete, rewards, timesUs, masks]) {
    const bytes = column === undefined ? new Uint8Array(0) : littleEndianBytes(column)
    hash.update(`|${bytes.length}|`).update(bytes)
  }
  return hash.digest('hex')
}

/**
 * Its hash, and the one that it had where somebody knew that the goal was reached: of a `.demo` that was once supposed from the
 * last reward.
 */
export function episodeHashes(episode: Episode): { hash: string; otherHash: string | null } {
  const otherHash = episode.success === null ? episodeHash({ ...episode, success: true }) : null
  return { hash: episodeHash(episode), otherHash }
}

/** JSON with the keys of every object in alphabetical order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
