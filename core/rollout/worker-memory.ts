/** What the training thread and its environment workers share. Rows are environments; all views lie on shared memory. */
import { type EnvironmentSpec, observationSize } from '../envs/index.ts'

/** What an environment is to do, or has done. The side that may write its rows next is the one that is not waited for. */
export const Command = { none: 0, step: 1, reset: 2, done: 3 } as const

export interface WorkerMemory {
  /** [E] a Command */
  readonly commands: Int32Array
  /** [W] raised to wake a worker */
  readonly wakes: Int32Array
  /** [W] 1 while a worker has a request to read from its port */
  readonly mail: Int32Array
  /** [1] raised by workers whenever an environment is done, and by the training thread to wake itself */
  readonly done: Int32Array
  /** [E, O] of which the next action is chosen */
  readonly observations: Float32Array
  /** [E, O] after the last step, the terminal one included */
  readonly nextObservations: Float32Array
  /** [E, sum of branches], or empty when the environment masks nothing */
  readonly masks: Uint8Array
  /** [E, C] */
  readonly continuous: Float32Array
  /** [E, D] */
  readonly discrete: Int32Array
  /** [E], in double precision, so that returns add up as they do in one thread */
  readonly rewards: Float64Array
  /** [E] each */
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  readonly succeeded: Uint8Array
  /** [E] of the episode to be begun */
  readonly seeds: Float64Array
  /** [E] milliseconds that the environment has been at work so far */
  readonly busy: Float64Array
}

export function allocateMemory(
  spec: EnvironmentSpec,
  masked: boolean,
  environments: number,
  workers: number,
): WorkerMemory {
  const E = environments
  const { continuous, discrete } = spec.action
  const bytes = (count: number) => new SharedArrayBuffer(count)
  const ints = (count: number) => new Int32Array(bytes(4 * count))
  const floats = (count: number) => new Float32Array(bytes(4 * count))
  const doubles = (count: number) => new Float64Array(bytes(8 * count))
  const flags = (count: number) => new Uint8Array(bytes(count))
  return {
    commands: ints(E),
    wakes: ints(workers),
    mail: ints(workers),
    done: ints(1),
    observations: floats(E * observationSize(spec)),
    nextObservations: floats(E * observationSize(spec)),
    masks: flags(masked ? E * discrete.reduce((sum, size) => sum + size, 0) : 0),
    continuous: floats(E * continuous),
    discrete: ints(E * discrete.length),
    rewards: doubles(E),
    terminated: flags(E),
    truncated: flags(E),
    succeeded: flags(E),
    seeds: doubles(E),
    busy: doubles(E),
  }
}
