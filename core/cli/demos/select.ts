/** Which episodes a command is about: numbers, or conditions, or both. */
import type { Command } from 'commander'
import { otherNames, UserError } from '../../errors.ts'
import type { EpisodeFilter, EpisodeRow, PlayerKind, ReadableLibrary } from '../../store/index.ts'
import { parseIds } from '../arguments.ts'

export interface Selection {
  env?: string
  player?: string
  kind?: string
  tag?: string
}

const KINDS: readonly string[] = ['human', 'scripted', 'agent', 'unknown'] satisfies PlayerKind[]

export function withSelection(command: Command): Command {
  return command
    .option('--env <id>', 'only episodes of this environment')
    .option('--player <name>', 'only episodes of this player')
    .option('--kind <kind>', `only players of this kind: ${KINDS.join(', ')}`)
    .option('--tag <tag>', 'only episodes with this tag')
}

export function selectionFilter(selection: Selection): EpisodeFilter {
  const { env, player, kind, tag } = selection
  if (kind !== undefined && !KINDS.includes(kind)) {
    throw new UserError(`unknown kind of player "${kind}"`, {
      usage: true,
      remedy: otherNames(kind, KINDS, 'the kinds'),
    })
  }
  return {
    ...(env === undefined ? {} : { environmentId: env }),
    ...(player === undefined ? {} : { playerName: player }),
    ...(kind === undefined ? {} : { playerKind: kind as PlayerKind }),
    ...(tag === undefined ? {} : { tag }),
  }
}

/**
 * The episodes named, in this order, or else all complete ones that the conditions select, oldest first.
 * @throws UserError when a number names no episode, or nothing is selected
 */
export function selectEpisodes(
  library: ReadableLibrary,
  ids: readonly string[],
  selection: Selection,
): EpisodeRow[] {
  const filter = selectionFilter(selection)
  let rows: EpisodeRow[]
  if (ids.length > 0) {
    const wanted = parseIds(ids)
    for (const id of wanted) library.getEpisode(id)
    const byId = new Map(library.listEpisodes({ ...filter, ids: wanted }).map((row) => [row.id, row]))
    rows = wanted.flatMap((id) => byId.get(id) ?? [])
  } else {
    rows = library.listEpisodes({ ...filter, state: 'complete' }).toReversed()
  }
  if (rows.length > 0) return rows
  throw new UserError('no episode matches', { remedy: '"understudy demos list" shows what is there' })
}
