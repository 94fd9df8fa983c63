/** What comes from an environment is kept in 32 bits, where a great number may be none, and nobody can learn from that. */
import { type ObservationSpec, shapeSize } from './environment.ts'

interface Observed {
  readonly observations: readonly Pick<ObservationSpec, 'name' | 'shape'>[]
}

export const FINITE_REMEDY = 'mend the environment, or wrap it in one that clips or scales what it gives'

/** Which step of an episode a sentence is about. @param step  the one to come is 1; 0: the reset */
export function placeOf(step: number, seed: number): string {
  return step === 0 ? `at reset (seed ${seed})` : `at step ${step} (seed ${seed})`
}

/**
 * @param observation  [O], null when nobody looked
 * @returns what no learner can take: 'NaN as reward'; undefined where all is well
 */
export function notFinite(
  spec: Observed,
  reward: number,
  observation: Float32Array | null,
): string | undefined {
  if (!Number.isFinite(Math.fround(reward))) return `${reward} as reward`
  if (observation === null) return undefined
  for (let i = 0; i < observation.length; i++) {
    if (!Number.isFinite(observation[i])) return `${observation[i]} as ${numberOf(spec, i)}`
  }
  return undefined
}

/** 'number 2 of observation "view"', counted from 0. */
function numberOf({ observations }: Observed, index: number): string {
  let first = 0
  for (const { name, shape } of observations) {
    const size = shapeSize(shape)
    if (index < first + size) return `number ${index - first} of observation "${name}"`
    first += size
  }
  return `number ${index} of the observation`
}
