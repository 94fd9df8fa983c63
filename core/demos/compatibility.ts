/** Whether episodes from a file fit the environments that are here. */
import { environmentIds, makeEnvironment } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import type { EnvironmentStamp, Episode } from './episode.ts'
import type { FileProblems } from './formats/format.ts'
import { layoutMismatch } from './stamp.ts'

/**
 * Where a file names what was played, a person cannot make it another.
 * @param given  what the person said
 * @throws UserError naming both
 */
export function checkGiven(
  file: string,
  episodes: readonly Pick<Episode, 'environment'>[],
  given: Pick<EnvironmentStamp, 'id'> | undefined,
): void {
  if (given === undefined) return
  for (const [i, { environment }] of episodes.entries()) {
    if (environment.id !== given.id) throw contradiction(`${file}: episode ${i}`, environment.id, given.id)
  }
}

/** @param what  that names its environment, as the beginning of a sentence */
export function contradiction(what: string, named: string, given: string): UserError {
  return new UserError(`${what} was played in ${named}, as the file itself says, not in ${given}`, {
    remedy: 'leave --env out; it is for files that do not say what was played',
  })
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
