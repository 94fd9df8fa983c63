/** What is noted about an environment with every episode, and whether two of them fit together. */
import type { EnvironmentSpec } from '../envs/environment.ts'
import type { EnvironmentStamp } from './episode.ts'

export function environmentStamp(spec: EnvironmentSpec): EnvironmentStamp {
  return {
    id: spec.id,
    version: spec.version,
    parameters: { ...spec.parameters },
    observations: spec.observations.map(({ name, shape }) => ({ name, shape: [...shape] })),
    action: { continuous: spec.action.continuous, discrete: [...spec.action.discrete] },
  }
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
  const layout = (of: Pick<EnvironmentStamp, 'observations'>): string =>
    of.observations.map(({ name, shape }) => `${name}[${shape.join(', ')}]`).join(' ')
  if (layout(stamp) !== layout(spec)) return `has the observations ${layout(stamp)}, not ${layout(spec)}`
  const actions = ({ action }: Pick<EnvironmentStamp, 'action'>): string =>
    `${action.continuous} continuous and branches [${action.discrete.join(', ')}]`
  if (actions(stamp) !== actions(spec)) return `has the actions ${actions(stamp)}, not ${actions(spec)}`
  return undefined
}
