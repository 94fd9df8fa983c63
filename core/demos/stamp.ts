/** What is noted about an environment with every episode, and whether two of them fit together. */
import { type EnvironmentSpec, shapeSize } from '../envs/environment.ts'
import type { EnvironmentStamp } from './episode.ts'

export function environmentStamp(spec: EnvironmentSpec): EnvironmentStamp {
  return {
    id: spec.id,
    version: spec.version,
    parameters: { ...spec.parameters },
    observations: spec.observations.map(({ name, shape }) => ({ name, shape: [...shape] })),
    action: actionStamp(spec.action),
  }
}

/** A copy of what episodes keep of an action space. */
export function actionStamp({
  continuous,
  discrete,
  units,
}: EnvironmentStamp['action']): EnvironmentStamp['action'] {
  return { continuous, discrete: [...discrete], ...(units === undefined ? {} : { units }) }
}

/**
 * Why episodes with this stamp cannot be used with this environment, as the end of a sentence; undefined when they can.
 * Other parameters are no hindrance as long as observations and actions have the same layout.
 */
export function stampMismatch(stamp: EnvironmentStamp, spec: EnvironmentSpec): string | undefined {
  if (stamp.id !== spec.id) return `was played in ${stamp.id}, not in ${spec.id}`
  if (stamp.version !== spec.version) {
    return `was played in version ${stamp.version} of ${stamp.id}; this is version ${spec.version}`
  }
  const mismatch = layoutMismatch(stamp, spec)
  return mismatch === undefined
    ? undefined
    : `has the ${mismatch.what} ${mismatch.found}, not ${mismatch.expected}`
}

type Layout = Pick<EnvironmentStamp, 'observations' | 'action'>

/**
 * The first difference of the columns of two environments, in words; undefined when there is none. Rows in one vector are the
 * same numbers in the same order.
 */
export function layoutMismatch(
  stamp: Layout,
  spec: Layout,
): { what: 'observations' | 'actions'; expected: string; found: string } | undefined {
  const observations = (of: Layout): string =>
    of.observations.map(({ name, shape }) => `${name}[${shape.join(', ')}]`).join(' ')
  const actions = ({ action }: Layout): string =>
    `${action.continuous} continuous and branches [${action.discrete.join(', ')}]`
  const isSeenAlike =
    stamp.observations.length === spec.observations.length &&
    stamp.observations.every(({ name, shape }, i) => {
      const other = spec.observations[i]!
      return name === other.name && isSameRow(shape, other.shape)
    })
  if (!isSeenAlike) {
    return { what: 'observations', expected: observations(spec), found: observations(stamp) }
  }
  const [expected, found] = [actions(spec), actions(stamp)]
  return expected === found ? undefined : { what: 'actions', expected, found }
}

function isSameRow(a: readonly number[], b: readonly number[]): boolean {
  if (a.length === b.length) return a.every((size, axis) => size === b[axis])
  return a.length + b.length === 3 && a.length > 0 && b.length > 0 && shapeSize(a) === shapeSize(b)
}
