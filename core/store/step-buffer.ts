/** Steps on their way into the library: the columns of one chunk, allocated once per episode. */
import { crc32 } from 'node:zlib'
import { packColumns } from './columns.ts'
import type { EpisodeColumns, StepLayout } from './episode.ts'

/** Steps per chunk at most: some 100 kB for the largest built-in observation, about where SQLite is fastest. */
export const CHUNK_STEPS = 64

/** One step as it happened. The writer copies what it keeps. */
export interface StepRecord {
  /** [C] */
  readonly continuous: Float32Array
  /** [D] */
  readonly discrete: Int32Array
  readonly reward: number
  /** [O], after the step */
  readonly observation: Float32Array
  /** [M], what is allowed in the step that follows; only where the environment masks */
  readonly mask?: Uint8Array
  /** Microseconds since the start of the episode. */
  readonly timeUs: number
}

/** A chunk as it lies in the table. */
export interface PackedChunk {
  readonly steps: number
  readonly crc32: number
  readonly payload: Uint8Array
}

export function packChunk(columns: EpisodeColumns): PackedChunk {
  const payload = packColumns(columns)
  return { steps: columns.rewards.length, crc32: crc32(payload), payload }
}

export class StepBuffer {
  length = 0
  readonly #layout: StepLayout
  readonly #observations: Float32Array
  readonly #continuous: Float32Array
  readonly #discrete: Int32Array
  readonly #rewards = new Float32Array(CHUNK_STEPS)
  readonly #timesUs = new Float64Array(CHUNK_STEPS)
  readonly #masks: Uint8Array | undefined

  constructor(layout: StepLayout, masked: boolean) {
    this.#layout = layout
    this.#observations = new Float32Array(CHUNK_STEPS * layout.observation)
    this.#continuous = new Float32Array(CHUNK_STEPS * layout.continuous)
    this.#discrete = new Int32Array(CHUNK_STEPS * layout.branches)
    if (masked) this.#masks = new Uint8Array(CHUNK_STEPS * layout.mask)
  }

  get full(): boolean {
    return this.length === CHUNK_STEPS
  }

  /** @param mask  [M], what was allowed in this step */
  push(step: StepRecord, mask: Uint8Array | undefined): void {
    const { observation, continuous, branches, mask: maskSize } = this.#layout
    const i = this.length
    put(this.#observations, step.observation, observation, i, 'observation')
    put(this.#continuous, step.continuous, continuous, i, 'continuous action')
    put(this.#discrete, step.discrete, branches, i, 'discrete action')
    if (this.#masks !== undefined) put(this.#masks, mask ?? new Uint8Array(0), maskSize, i, 'mask')
    this.#rewards[i] = step.reward
    this.#timesUs[i] = step.timeUs
    this.length = i + 1
  }

  /** Sum of the rewards as they are kept, in single precision each. */
  rewardSum(): number {
    let sum = 0
    for (let i = 0; i < this.length; i++) sum += this.#rewards[i]!
    return sum
  }

  pack(): PackedChunk {
    const { observation, continuous, branches, mask } = this.#layout
    const n = this.length
    return packChunk({
      observations: this.#observations.subarray(0, n * observation),
      continuous: this.#continuous.subarray(0, n * continuous),
      discrete: this.#discrete.subarray(0, n * branches),
      rewards: this.#rewards.subarray(0, n),
      timesUs: this.#timesUs.subarray(0, n),
      ...(this.#masks === undefined ? {} : { masks: this.#masks.subarray(0, n * mask) }),
    })
  }
}

function put(
  column: { set(values: ArrayLike<number>, offset: number): void },
  values: ArrayLike<number>,
  size: number,
  index: number,
  name: string,
): void {
  if (values.length !== size)
    throw new RangeError(`${name} has ${values.length} numbers, but the stamp says ${size}`)
  column.set(values, index * size)
}
