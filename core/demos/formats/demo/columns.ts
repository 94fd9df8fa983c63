/** The columns of an episode from the records of a `.demo`. */
import type { EpisodeColumns } from '../../episode.ts'
import type { ActionAlignment } from '../format.ts'
import { checkChoices } from '../parts/choices.ts'
import type { FileProblems } from '../problems.ts'
import type { Play } from './plays.ts'
import type { ActionLayout } from './record.ts'
import { actionRecord } from './ways.ts'

/** What had to be changed, counted in steps. */
export interface Mended {
  /** A continuous value was outside of -1 to 1. */
  clipped: number
  /** The action was one that the mask forbids. */
  opened: number
}

/** @throws DataError at the first choice that its branch does not have */
export function checkTaken(
  play: Play,
  { discrete: sizes }: ActionLayout,
  actions: ActionAlignment,
  place: string,
  problems: FileProblems,
): void {
  const steps = play.records.length - 1
  const choices = new Float64Array(steps * sizes.length)
  for (let step = 0; step < steps; step++) {
    choices.set(actionRecord(play, step, actions).discrete, step * sizes.length)
  }
  checkChoices(choices, sizes, place, problems)
}

/**
 * @param masked  whether there is to be a mask; steps without one allow everything
 * @param last    [O], the observation after the last step, where the records do not have it
 */
export function playColumns(
  play: Play,
  layout: ActionLayout,
  actions: ActionAlignment,
  masked: boolean,
  last: Float32Array | undefined,
  mended: Mended,
): Omit<EpisodeColumns, 'timesUs'> {
  const { records, ownEnd } = play
  const steps = records.length - 1
  const O = records[0]!.observation.length
  const { continuous: C, discrete: sizes } = layout
  const M = sizes.reduce((sum, size) => sum + size, 0)
  const observations = new Float32Array((steps + 1) * O)
  const continuous = new Float32Array(steps * C)
  const discrete = new Int32Array(steps * sizes.length)
  const rewards = new Float32Array(steps)
  const masks = masked ? new Uint8Array(steps * M).fill(1) : undefined
  for (let step = 0; step < steps; step++) {
    const { observation, mask } = records[step]!
    const taken = actionRecord(play, step, actions)
    const inRange = taken.continuous.map((value) => Math.min(1, Math.max(-1, value)))
    if (inRange.some((value, i) => value !== taken.continuous[i])) mended.clipped++
    observations.set(observation, step * O)
    continuous.set(inRange, step * C)
    discrete.set(taken.discrete, step * sizes.length)
    rewards[step] = records[step + 1]!.reward
    if (masks === undefined || mask === undefined) continue
    const own = masks.subarray(step * M, (step + 1) * M)
    own.set(mask)
    if (openTaken(own, taken.discrete, sizes)) mended.opened++
  }
  const end = ownEnd ? records[steps]!.observation : (last ?? records[steps - 1]!.observation)
  observations.set(end, steps * O)
  return { observations, continuous, discrete, rewards, ...(masks === undefined ? {} : { masks }) }
}

/** Unity lets a heuristic take what the mask forbids. @returns whether it did */
function openTaken(mask: Uint8Array, discrete: ArrayLike<number>, sizes: readonly number[]): boolean {
  let offset = 0
  let opened = false
  for (const [branch, size] of sizes.entries()) {
    const index = discrete[branch]!
    if (index >= 0 && index < size && mask[offset + index] === 0) {
      mask[offset + index] = 1
      opened = true
    }
    offset += size
  }
  return opened
}
