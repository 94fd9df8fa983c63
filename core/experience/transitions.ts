/** Batches of experience, column by column. E = environments, O = observation floats, C = continuous values, D = branches. */

export interface ActionBatch {
  /** [E, C], each in [-1, 1] */
  readonly continuous: Float32Array
  /** [E, D] */
  readonly discrete: Int32Array
  /** [E, C], what a policy drew before it was brought within bounds: who learns on-policy judges it. Absent where nobody keeps it. */
  readonly raw?: Float32Array
  /** [E], log pi(a|o) by whoever drew them, where that is not the policy that learns from them; NaN where nobody says. */
  readonly logPi?: Float32Array
}

/** For E environments. */
export function makeActionBatch(
  E: number,
  continuous: number,
  branches: number,
): Required<Omit<ActionBatch, 'logPi'>> {
  return {
    continuous: new Float32Array(E * continuous),
    discrete: new Int32Array(E * branches),
    raw: new Float32Array(E * continuous),
  }
}

/**
 * One step of E environments, or of those among them that have answered. The arrays belong to the caller and are
 * overwritten by the next step.
 */
export interface StepBatch {
  /** [E, O] before the step */
  readonly observations: Float32Array
  readonly actions: ActionBatch
  /** [E] */
  readonly rewards: Float32Array
  /** [E, O] after the step: the terminal observation where an episode ended, not the first of the next */
  readonly nextObservations: Float32Array
  /** [E], 1 where the rules ended the episode */
  readonly terminated: Uint8Array
  /** [E], 1 where a limit outside the rules cut it */
  readonly truncated: Uint8Array
  /** [E, sum of branches], 1 = allowed, before the step; null when the environment masks nothing */
  readonly masks: Uint8Array | null
  /** The environments that made a step, ascending; all other rows mean nothing. Absent or null when all of them did. */
  readonly environments?: Int32Array | null
}

/** [E] 0, 1, 2, ...: the rows of a full batch. */
export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, e) => e)
}

/** What demonstrations amount to for a learner: M transitions. */
export interface DemonstrationData {
  readonly length: number
  /** [M, O] */
  readonly observations: Float32Array
  /** [M, O] */
  readonly nextObservations: Float32Array
  /** [M, C] */
  readonly continuous: Float32Array
  /** [M, D] */
  readonly discrete: Int32Array
  /** [M], the environment's own reward */
  readonly rewards: Float32Array
  /** [M] */
  readonly terminated: Uint8Array
  /** [M] */
  readonly truncated: Uint8Array
}

type Row = Float32Array | Uint8Array

/** Copies `count` numbers; a loop, because `subarray` allocates a view, and collecting copies a row per step. */
export function copyRow<T extends Row>(from: T, fromAt: number, to: T, toAt: number, count: number): void {
  for (let i = 0; i < count; i++) to[toAt + i] = from[fromAt + i]!
}
