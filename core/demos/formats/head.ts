/** Everything of an episode but its columns, as plain data: the part that all formats share. */
import { z } from 'zod'
import { readBySchema } from '../../schema-words.ts'
import { checkEpisode, episodeHash } from '../../store/index.ts'
import type { Episode, EpisodeColumns } from '../episode.ts'
import { actionStamp } from '../stamp.ts'
import type { FileProblems } from './format.ts'

const count = z.int().nonnegative()

const headSchema = z.strictObject({
  environment: z.strictObject({
    id: z.string(),
    version: count,
    parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
    observations: z.array(z.strictObject({ name: z.string(), shape: z.array(count).max(8) })).max(64),
    action: z.strictObject({
      continuous: count,
      discrete: z.array(count).max(64).readonly(),
      units: z
        .strictObject({
          ranges: z.array(z.tuple([z.number(), z.number()]).readonly()).readonly(),
          starts: z.array(z.int()).readonly(),
        })
        .optional(),
    }),
  }),
  /** Null when nobody knows it. */
  seed: count.nullable(),
  player: z.strictObject({ name: z.string(), kind: z.enum(['human', 'scripted', 'agent']) }),
  startedAtUs: count,
  terminated: z.boolean(),
  truncated: z.boolean(),
  success: z.boolean(),
  tags: z.array(z.string()),
  note: z.string(),
  rating: count,
  /** Of the whole episode; left out by files that were made elsewhere, which then go unchecked. */
  hash: z.string().optional(),
})

export type PlainHead = z.infer<typeof headSchema>

/** In a fixed order of keys, so that equal episodes give equal bytes. */
export function plainHead(episode: Episode): PlainHead {
  const { environment, player } = episode
  return {
    environment: {
      id: environment.id,
      version: environment.version,
      parameters: environment.parameters,
      observations: environment.observations.map(({ name, shape }) => ({ name, shape: [...shape] })),
      action: actionStamp(environment.action),
    },
    seed: episode.seed,
    player: { name: player.name, kind: player.kind },
    startedAtUs: episode.startedAtUs,
    terminated: episode.terminated,
    truncated: episode.truncated,
    success: episode.success,
    tags: [...episode.tags],
    note: episode.note,
    rating: episode.rating,
    hash: episodeHash(episode),
  }
}

/** @throws DataError naming the first field that is wrong */
export function parseHead(value: unknown, place: string, problems: FileProblems): PlainHead {
  const parsed = readBySchema(headSchema, value)
  if ('data' in parsed) return parsed.data
  return problems.refuseBySchema(place, parsed.problem)
}

/** Puts an episode together and checks all of it. */
export function assembleEpisode(
  head: PlainHead,
  columns: EpisodeColumns,
  place: string,
  problems: FileProblems,
): Episode {
  const { hash, ...rest } = head
  const episode: Episode = { ...rest, ...columns }
  checkEpisode(episode, { file: problems.file, place })
  if (hash !== undefined) {
    const actual = episodeHash(episode)
    if (hash !== actual) problems.refuse(`${place}, hash`, hash, actual)
  }
  return episode
}
