/** For formats that lay the episodes of a file into one table. */
import { UserError } from '../../../errors.ts'
import type { Episode } from '../../episode.ts'
import type { OutgoingEpisode } from './outgoing.ts'

/** As it is, or as a file is to have it: then the units of its actions must be the same too. */
type Written = Episode & Partial<Pick<OutgoingEpisode, 'head'>>

/**
 * The first of the episodes.
 * @param file  what cannot hold others: 'an NPZ file'
 * @throws UserError when there is none, or when they do not have the same columns
 */
export function firstOfSameColumns<E extends Written>(episodes: readonly E[], file: string): E {
  const first = episodes[0]
  if (first === undefined) throw new UserError('there are no episodes to export')
  const other = episodes.find((episode) => columnsOf(episode) !== columnsOf(first))
  if (other === undefined) return first
  throw new UserError(
    `${file} holds one environment; these episodes were played in ${first.environment.id} and ${other.environment.id}, which have different columns`,
    { remedy: 'choose one with --env, or export as understudy or jsonl' },
  )
}

function columnsOf({ environment, masks, head }: Written): string {
  const { id, observations, action } = environment
  const { continuous, discrete } = action
  return JSON.stringify([id, observations, continuous, discrete, head?.units, masks !== undefined])
}
