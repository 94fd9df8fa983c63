/** One action column, for formats that have no more: whole numbers for branches, floats as soon as anything is continuous. */
import type { EnvironmentStamp, Episode } from '../../episode.ts'
import type { FileActions } from './action-units.ts'

export interface FlatActions {
  readonly element: 'int64' | 'float32'
  /** Numbers per step: continuous values first, then branches. */
  readonly width: number
}

export function flatActions({ action }: EnvironmentStamp): FlatActions {
  const { continuous, discrete } = action
  return { element: continuous > 0 ? 'float32' : 'int64', width: continuous + discrete.length }
}

/** What was done in one step, continuous values first. */
export function actionOf({ environment, continuous, discrete }: Episode, step: number): number[] {
  const C = environment.action.continuous
  const D = environment.action.discrete.length
  return [...continuous.subarray(step * C, (step + 1) * C), ...discrete.subarray(step * D, (step + 1) * D)]
}

/**
 * The reverse, for all steps of an episode.
 * @param actions  [N, C + D]
 */
export function splitActions(actions: Float64Array, { action }: EnvironmentStamp): FileActions {
  const C = action.continuous
  const D = action.discrete.length
  const steps = C + D === 0 ? 0 : actions.length / (C + D)
  const continuous = new Float32Array(steps * C)
  const discrete = new Float64Array(steps * D)
  for (let step = 0; step < steps; step++) {
    const row = actions.subarray(step * (C + D), (step + 1) * (C + D))
    continuous.set(row.subarray(0, C), step * C)
    discrete.set(row.subarray(C), step * D)
  }
  return { continuous, discrete }
}

/** What becomes of actions that do not fit one column, in words for people. */
export function mixedActionsLost(episodes: readonly Episode[], program: string): string[] {
  const mixed = episodes.some(
    ({ environment: { action } }) => action.continuous > 0 && action.discrete.length > 0,
  )
  return mixed
    ? [`which of an action's numbers are branches: ${program} gets them after the continuous ones, as floats`]
    : []
}

/** What becomes of several observations in one vector, in words for people. */
export function mergedObservationsLost(episodes: readonly Episode[], program: string): string[] {
  const several = episodes.some(({ environment }) => environment.observations.length > 1)
  return several ? [`the names of the observations: ${program} gets them as one vector`] : []
}
