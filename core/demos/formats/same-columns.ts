/** For formats that lay the episodes of a file into one table. */
import { UserError } from '../../errors.ts'
import type { Episode } from '../episode.ts'

/**
 * The first of the episodes.
 * @param file  what cannot hold others: 'an NPZ file'
 * @throws UserError when there is none, or when they do not have the same columns
 */
export function firstOfSameColumns(episodes: readonly Episode[], file: string): Episode {
  const first = episodes[0]
  if (first === undefined) throw new UserError('there is no episode to export')
  const other = episodes.find((episode) => columnsOf(episode) !== columnsOf(first))
  if (other === undefined) return first
  throw new UserError(
    `${file} holds one environment; these episodes are of ${first.environment.id} and ${other.environment.id} with different columns`,
    { remedy: 'choose one with --env, or export as understudy or jsonl' },
  )
}

function columnsOf({ environment, masks }: Episode): string {
  return JSON.stringify([environment.id, environment.observations, environment.action, masks !== undefined])
}
