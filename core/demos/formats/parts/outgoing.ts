/** What writers are given: episodes with their actions by the environment's own numbers. */
import { UserError } from '../../../errors.ts'
import type { Episode } from '../../episode.ts'
import type { FileFormat, FolderFormat, WriteOptions } from '../format.ts'
import { areHeld, fileActions } from './action-units.ts'
import { type PlainHead, plainHead } from './head.ts'
import { KnownUnits, silentEnvironments } from './known-units.ts'

/** An episode as a file holds it; `environment` says the units of its actions, where they are known. */
export interface OutgoingEpisode extends Episode {
  /** What brings the episode back as it was. */
  readonly head: PlainHead
}

type Outgoing<Format extends FileFormat | FolderFormat> = Omit<Format, 'write'> & {
  write(episodes: readonly OutgoingEpisode[], options?: WriteOptions): ReturnType<Format['write']>
}

/** A format whose columns have the environment's own numbers. */
export function inOwnUnits<const Format extends Outgoing<FileFormat> | Outgoing<FolderFormat>>(
  format: Format,
) {
  return {
    ...format,
    write: (episodes: readonly Episode[], options?: WriteOptions) =>
      format.write(outgoing(episodes), options) as ReturnType<Format['write']>,
    cannotHold: (episodes: readonly Episode[]) => [
      ...format.cannotHold(episodes),
      ...silentEnvironments(episodes).map(
        (id) =>
          `the numbers that ${id} itself uses for its actions: older recordings do not say them (the file has -1 to 1 and counts from 0)`,
      ),
    ],
  }
}

/** @throws UserError when an environment has numbers that no column holds */
function outgoing(episodes: readonly Episode[]): OutgoingEpisode[] {
  const known = new KnownUnits(episodes)
  return episodes.map((episode) => {
    const head = plainHead(episode)
    const units = known.of(episode.environment)
    if (units === undefined) return { ...episode, head }
    const environment = { ...episode.environment, action: { ...episode.environment.action, units } }
    if (!areHeld(environment.action)) {
      throw new UserError(`${environment.id} uses numbers beyond 32 bits for its actions`, {
        remedy: 'export as understudy',
      })
    }
    const { normalized, ...actions } = fileActions(episode, units)
    const told = { ...head, units, ...(normalized === undefined ? {} : { normalized }) }
    return { ...episode, ...actions, environment, head: told }
  })
}
