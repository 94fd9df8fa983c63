/** What takes how much of the library's file, in bytes. */
import type { Connection } from './database.ts'
import { databaseBytes } from './scratch.ts'

export interface EnvironmentSize {
  readonly environmentId: string
  readonly episodes: number
  readonly bytes: number
}

export interface LibrarySize {
  /** With its log. */
  readonly file: number
  /** Of what was erased, until the file is compacted. */
  readonly unused: number
  /** The steps of episodes by environment, the largest first; what is in the trash is not among them. */
  readonly environments: readonly EnvironmentSize[]
  readonly trash: { readonly episodes: number; readonly bytes: number }
}

export function librarySize({ sqlite, file }: Connection): LibrarySize {
  const rows = sqlite
    .prepare(
      `SELECT environment_id AS environmentId, deleted_at_us IS NOT NULL AS deleted, count(*) AS episodes,
         coalesce(sum((SELECT sum(length(payload)) FROM chunk WHERE episode_id = episode.id)), 0) AS bytes
       FROM episode WHERE length > 0 GROUP BY environment_id, deleted ORDER BY bytes DESC, environment_id`,
    )
    .all() as (EnvironmentSize & { deleted: 0 | 1 })[]
  const trash = { episodes: 0, bytes: 0 }
  const environments: EnvironmentSize[] = []
  for (const { deleted, ...size } of rows) {
    if (deleted === 0) environments.push({ ...size, environmentId: String(size.environmentId) })
    else {
      trash.episodes += size.episodes
      trash.bytes += size.bytes
    }
  }
  const pages = (name: string) => sqlite.pragma(name, { simple: true }) as number
  return {
    file: databaseBytes(file),
    unused: pages('freelist_count') * pages('page_size'),
    environments,
    trash,
  }
}
