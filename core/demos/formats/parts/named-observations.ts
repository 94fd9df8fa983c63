/** The observations of an episode one by one, for formats that keep them by name. */
import { shapeSize } from '../../../envs/environment.ts'
import { type Episode, episodeLength, stepLayout } from '../../episode.ts'

export interface NamedObservation {
  /** As the name of a group in a file, where a slash would start another group. */
  readonly name: string
  readonly shape: readonly number[]
  /** [N+1, ...shape] */
  readonly values: Float32Array
}

export function namedObservations(episode: Episode): NamedObservation[] {
  const { observation: width } = stepLayout(episode.environment)
  const rows = episodeLength(episode) + 1
  let offset = 0
  return episode.environment.observations.map(({ name, shape }) => {
    const size = shapeSize(shape)
    const values = new Float32Array(rows * size)
    for (let row = 0; row < rows; row++) {
      const from = row * width + offset
      values.set(episode.observations.subarray(from, from + size), row * size)
    }
    offset += size
    return { name: fieldName(name), shape, values }
  })
}

export function fieldName(name: string): string {
  return name.replaceAll(/[/.]/g, '_') || '_'
}
