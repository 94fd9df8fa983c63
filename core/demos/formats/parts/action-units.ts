/**
 * The border between the numbers of an action here, [-1, 1] and from 0 on, and those by which its environment calls them:
 * files hold the latter, so that other programs can step the environment with what they read.
 */
import type { ActionUnits } from '../../../envs/environment.ts'
import { littleEndianBytes } from '../../../store/index.ts'
import type { EnvironmentStamp, EpisodeColumns } from '../../episode.ts'
import type { FileProblems } from '../problems.ts'
import { isChoice, refuseChoice } from './choices.ts'
import { singleText } from './number-text.ts'

/** As a file has them. */
export interface FileActions {
  /** [N, C] */
  readonly continuous: Float32Array
  /** [N, D], whatever numbers the file has there */
  readonly discrete: ArrayLike<number>
}

type OwnActions = Pick<EpisodeColumns, 'continuous' | 'discrete'>
type Range = ActionUnits['ranges'][number]

const HERE: Range = [-1, 1]

/** How far outside of its range a number may be that was rounded to single precision, relative to the larger bound. */
const ROUNDING = 1e-6
const LARGEST_CHOICE = 2 ** 31 - 1

/**
 * @param own  checked
 * @returns the numbers that the environment was given, and, where these do not tell the continuous ones here to the last bit,
 *   those as well, in base64
 */
export function fileActions(
  own: OwnActions,
  { ranges, starts }: ActionUnits,
): OwnActions & { normalized?: string } {
  const continuous = own.continuous.map((value, i) => outward(value, ranges[i % ranges.length]!))
  const discrete = own.discrete.map((choice, i) => choice + starts[i % starts.length]!)
  const isTold = continuous.every((value, i) =>
    Object.is(Math.fround(inward(value, ranges[i % ranges.length]!)), own.continuous[i]),
  )
  if (isTold) return { continuous, discrete }
  return {
    continuous,
    discrete,
    normalized: Buffer.from(littleEndianBytes(own.continuous)).toString('base64'),
  }
}

/** Whether the numbers of all choices fit into the columns of files. */
export function areHeld({ discrete, units }: EnvironmentStamp['action']): boolean {
  return (units?.starts ?? []).every(
    (start, branch) => start >= -LARGEST_CHOICE && start + discrete[branch]! <= LARGEST_CHOICE,
  )
}

/** Of a file's head: what the numbers of its actions are. */
export interface FileUnits {
  /** Undefined: they are the same here. */
  readonly units?: ActionUnits | undefined
  /** As `fileActions` gave it. Where a column was changed since, the column holds. */
  readonly normalized?: string | undefined
}

/**
 * The reverse of `fileActions`.
 * @param units    of the action space
 * @param placeOf  where a step is in the file: 'episode 2, step 7'
 * @throws DataError at the first number that its space does not have
 */
export function ownActions(
  { continuous, discrete }: FileActions,
  action: EnvironmentStamp['action'],
  { units, normalized }: FileUnits,
  placeOf: (step: number) => string,
  problems: FileProblems,
): OwnActions {
  const before = normalized === undefined ? undefined : float32(normalized)
  const [C, D] = [action.continuous, action.discrete.length]
  const inContinuous = (value: number, i: number): number => {
    const range = units?.ranges[i % C] ?? HERE
    const known = before?.[i]
    if (known !== undefined && outward(known, range) === value) return known
    if (isWithin(value, range)) return inward(value, range)
    const place = `${placeOf(Math.floor(i / C))}, action`
    return refuseValue(value, range, C === 1 ? place : `${place}, value ${i % C}`, problems)
  }
  const inDiscrete = (value: number, i: number): number => {
    const branch = i % D
    const choice = value - (units?.starts[branch] ?? 0)
    if (isChoice(choice, action.discrete[branch]!)) return choice
    const space = { sizes: action.discrete, start: units?.starts ?? [] }
    return refuseChoice(value, branch, space, `${placeOf(Math.floor(i / D))}, action`, problems)
  }
  return {
    // Numbers of actions that the environment does not have are refused with the lengths of the columns.
    continuous: C === 0 ? continuous : continuous.map(inContinuous),
    discrete: Int32Array.from(discrete, D === 0 ? Number : inDiscrete),
  }
}

/** With the arithmetic of core/remote/gym/serve.py, so that a file has to the last bit what the environment was given. */
function outward(value: number, [least, largest]: Range): number {
  const called = least + (value + 1) * 0.5 * (largest - least)
  return Math.fround(Math.min(largest, Math.max(least, called)))
}

/** From the middle of the range, so that of one around 0 no bit of a small number is lost. */
function inward(value: number, [least, largest]: Range): number {
  const half = (largest - least) / 2
  return half === 0 ? 0 : Math.min(1, Math.max(-1, (value - (least + half)) / half))
}

/** A bound is also taken as what half precision makes of it. */
function isWithin(value: number, [least, largest]: Range): boolean {
  const slack = ROUNDING * Math.max(Math.abs(least), Math.abs(largest))
  if (value >= least - slack && value <= largest + slack) return true
  return value === Math.f16round(least) || value === Math.f16round(largest)
}

function refuseValue(value: number, [least, largest]: Range, place: string, problems: FileProblems): never {
  return problems.refuse(
    place,
    `a number from ${singleText(least)} to ${singleText(largest)}`,
    singleText(value),
  )
}

function float32(base64: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2)
}
