/** An environment of ours as ML-Agents describes it: its name, its actions, and what its agents see and may not do. */
import { type EnvironmentSpec, shapeSize } from '../../envs/index.ts'
import { type BrainParameters, DIMENSION, type Observation, SPACE, type Written } from './messages.ts'

/** 'bubble/25' is 'Bubble25': trainers name folders after behaviours. */
export function behaviourName(environmentId: string): string {
  const words = environmentId.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
}

/** @param name  in full: 'Basic?team=0' */
export function brainParameters(
  name: string,
  { action }: Pick<EnvironmentSpec, 'action'>,
): Written<BrainParameters> {
  const { continuous, discrete } = action
  return {
    name,
    isTraining: true,
    actionSpec: { continuous, discrete: discrete.length, branchSizes: discrete },
    // The old form, which has no room for both kinds at once.
    ...(continuous > 0 && discrete.length > 0
      ? {}
      : {
          vectorActionSize: continuous > 0 ? [continuous] : discrete,
          vectorActionSpaceType: continuous > 0 ? SPACE.continuous : SPACE.discrete,
        }),
  }
}

/**
 * How a trainer is shown an observation of this shape. Entities become one long vector: ML-Agents takes rows of features only
 * as a set whose order says nothing, and its Gym wrapper takes none at all.
 */
export function shownShape(shape: readonly number[]): readonly number[] {
  return shape.length === 2 ? [shapeSize(shape)] : shape
}

/**
 * The observations of one agent, uncompressed and so to the last bit.
 * @param values  [O], copied
 */
export function observations(spec: EnvironmentSpec, values: Float32Array): Written<Observation>[] {
  let offset = 0
  return spec.observations.map(({ name, shape }) => {
    const data = values.slice(offset, offset + shapeSize(shape))
    offset += data.length
    const shown = shownShape(shape)
    const along = shown.length === 3 ? DIMENSION.translational : DIMENSION.none
    const dimensionProperties = shown.map((_, axis) => (axis === 0 ? DIMENSION.none : along))
    return { name, shape: shown, dimensionProperties, floatData: { data } }
  })
}
