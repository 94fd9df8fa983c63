/** Whether episodes from a file fit the environments that are here. */
import { environmentIds, makeEnvironment } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import type { EnvironmentStamp, Episode } from './episode.ts'
import type { FileProblems } from './formats/problems.ts'
import { fitMismatch, layoutMismatch } from './stamp.ts'

/**
 * What a file says was played in one environment, taken to be of the one that was asked for, where its observations and actions
 * are laid out the same. Of whose boards a seed is, nobody knows then.
 * @param given  what the person said, or what they are for
 * @throws UserError naming both, where they are not
 */
export function takenAs(
  file: string,
  episodes: readonly Episode[],
  given: EnvironmentStamp | undefined,
  note: (text: string) => void,
): Episode[] {
  if (given === undefined) return [...episodes]
  const said = new Set<string>()
  const taken = episodes.map((episode, i) => {
    const { environment } = episode
    const isSame = environment.id === given.id
    if (isSame && environment.version !== 0) return episode
    const mismatch = fitMismatch(environment, given)
    if (mismatch !== undefined) {
      throw new UserError(`${file}: episode ${i} ${mismatch}`, {
        remedy: 'leave it out, or name the environment that it was played in',
      })
    }
    if (!isSame) said.add(environment.id)
    return { ...episode, environment: given, seed: null }
  })
  for (const id of said) {
    note(`it says ${id}; it is read as ${given.id}, which has the same observations and actions`)
  }
  return taken
}

/**
 * Episodes of an environment that is known here must have its observations and actions; of other environments everything is
 * taken as it is. Another version is only noted: such an episode can be looked at and learned from elsewhere.
 *
 * @throws DataError naming the first episode that does not fit
 */
export function checkCompatible(
  episodes: readonly Episode[],
  problems: FileProblems,
  note: (text: string) => void,
): void {
  const known = new Set(environmentIds())
  const versions = new Set<string>()
  for (const [i, { environment }] of episodes.entries()) {
    if (!known.has(environment.id)) continue
    const { spec } = makeEnvironment(environment.id, environment.parameters)
    const mismatch = layoutMismatch(environment, spec)
    if (mismatch !== undefined) {
      problems.refuse(`episode ${i}, ${mismatch.what} of ${spec.id}`, mismatch.expected, mismatch.found)
    }
    if (environment.version !== spec.version) {
      versions.add(`${spec.id} version ${environment.version} (here it is version ${spec.version})`)
    }
  }
  for (const version of versions) {
    note(`played in ${version}: it can be kept and exported, but not replayed or trained on`)
  }
}
