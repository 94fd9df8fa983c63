/** What is noted about an environment with every episode, and whether two of them fit together. */
import { type ActionUnits, type EnvironmentSpec, shapeSize } from '../envs/environment.ts'
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
 * Why episodes with this stamp were not played in this very environment, as the end of a sentence; undefined when they were.
 * Other parameters are no hindrance as long as observations and actions have the same layout.
 */
export function stampMismatch(stamp: EnvironmentStamp, spec: Spec): string | undefined {
  if (stamp.id !== spec.id) return `was played in ${stamp.id}, not in ${spec.id}`
  if (stamp.version !== spec.version) {
    return `was played in version ${stamp.version} of ${stamp.id}; this is version ${spec.version}`
  }
  const mismatch = layoutMismatch(stamp, spec)
  return mismatch === undefined
    ? undefined
    : `has the ${mismatch.what} ${mismatch.found}, not ${mismatch.expected}`
}

/**
 * Why what was played in one environment cannot stand for plays of another one, as the end of a sentence; undefined when it can:
 * its observations and actions are laid out the same, whatever the environments and the observations are called. Another version
 * of the same environment is another game; 0 is one that nobody knows, as of what Unity recorded.
 */
export function fitMismatch(stamp: EnvironmentStamp, spec: Spec): string | undefined {
  if (stamp.id === spec.id && ![0, spec.version].includes(stamp.version)) return stampMismatch(stamp, spec)
  const mismatch =
    (layoutMismatch(renamed(stamp, spec), spec) && layoutMismatch(stamp, spec)) ?? unitsMismatch(stamp, spec)
  if (mismatch === undefined) return undefined
  const where = stamp.id === spec.id ? '' : `was played in ${stamp.id} and `
  return `${where}has the ${mismatch.what} ${mismatch.found}, not ${mismatch.expected} as in ${spec.id}`
}

/** The same action would be another one there. Where one of them does not say its units, nobody can tell. */
function unitsMismatch(stamp: EnvironmentStamp, spec: Spec): Mismatch | undefined {
  const [found, expected] = [stamp.action.units, spec.action.units]
  if (stamp.id === spec.id || found === undefined || expected === undefined) return undefined
  const words = ({ ranges, starts }: ActionUnits): string =>
    [
      ...ranges.map(([least, largest]) => `${least} to ${largest}`),
      ...starts.map((start) => `from ${start}`),
    ].join(', ')
  if (words(found) === words(expected)) return undefined
  return { what: 'actions', expected: words(expected), found: words(found) }
}

/** With the observations called as in `spec`; not where both use a name, and at different places. */
function renamed(stamp: EnvironmentStamp, { observations }: Layout): Layout {
  const places = new Map(observations.map(({ name }, i) => [name, i]))
  if (stamp.observations.some(({ name }, i) => (places.get(name) ?? i) !== i)) return stamp
  const called = stamp.observations.map(({ name, shape }, i) => ({
    name: observations[i]?.name ?? name,
    shape,
  }))
  return { observations: called, action: stamp.action }
}

type Spec = Pick<EnvironmentStamp, 'id' | 'version' | 'observations' | 'action'>
type Layout = Pick<EnvironmentStamp, 'observations' | 'action'>

interface Mismatch {
  readonly what: 'observations' | 'actions'
  readonly expected: string
  readonly found: string
}

/**
 * The first difference of the columns of two environments, in words; undefined when there is none. Rows in one vector are the
 * same numbers in the same order.
 */
export function layoutMismatch(stamp: Layout, spec: Layout): Mismatch | undefined {
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
