/** How steps and their results lie in the bodies of frames: arrays one behind the other, widest numbers first. */
import { type EnvironmentSpec, observationSize } from '../../envs/index.ts'

/** The sizes of one environment: O observed floats, C continuous values, D branches, M choices of all branches. */
export interface Sizes {
  readonly observation: number
  readonly continuous: number
  readonly branches: number
  /** 0 where nothing is ever forbidden. */
  readonly mask: number
}

export function sizesOf(spec: EnvironmentSpec): Sizes {
  const { continuous, discrete, masked } = spec.action
  return {
    observation: observationSize(spec),
    continuous,
    branches: discrete.length,
    mask: masked === true ? discrete.reduce((sum, size) => sum + size, 0) : 0,
  }
}

export interface Request {
  /** [N] */
  readonly seeds: Uint32Array
  /** [N, C] */
  readonly continuous: Float32Array
  /** [N, D] */
  readonly discrete: Int32Array
  /** [N] each a Command */
  readonly commands: Uint8Array
}

export function requestBytes({ continuous, branches }: Sizes, count: number): number {
  return count * (4 + 4 * continuous + 4 * branches + 1)
}

export function requestLayout(sizes: Sizes, count: number, buffer: ArrayBuffer): Request {
  const { continuous, branches } = sizes
  const afterSeeds = 4 * count
  const afterContinuous = afterSeeds + 4 * count * continuous
  const afterDiscrete = afterContinuous + 4 * count * branches
  return {
    seeds: new Uint32Array(buffer, 0, count),
    continuous: new Float32Array(buffer, afterSeeds, count * continuous),
    discrete: new Int32Array(buffer, afterContinuous, count * branches),
    commands: new Uint8Array(buffer, afterDiscrete, count),
  }
}

/** After a reset reward and flags are 0; an environment that did nothing keeps what it had. */
export interface Result {
  /** [N] */
  readonly rewards: Float64Array
  /** [N, O] */
  readonly observations: Float32Array
  /** [N] */
  readonly terminated: Uint8Array
  /** [N] */
  readonly truncated: Uint8Array
  /** [N] whether the episode that has just ended reached the goal; 2 where nobody says */
  readonly succeeded: Uint8Array
  /** [N, M] */
  readonly masks: Uint8Array
}

export function resultBytes({ observation, mask }: Sizes, count: number): number {
  return count * (8 + 4 * observation + 3 + mask)
}

/** @param offset  where the body begins in the buffer, a multiple of 8 */
export function resultLayout(sizes: Sizes, count: number, buffer: ArrayBuffer, offset: number): Result {
  const { observation, mask } = sizes
  const observations = offset + 8 * count
  const terminated = observations + 4 * count * observation
  return {
    rewards: new Float64Array(buffer, offset, count),
    observations: new Float32Array(buffer, observations, count * observation),
    terminated: new Uint8Array(buffer, terminated, count),
    truncated: new Uint8Array(buffer, terminated + count, count),
    succeeded: new Uint8Array(buffer, terminated + 2 * count, count),
    masks: new Uint8Array(buffer, terminated + 3 * count, count * mask),
  }
}
