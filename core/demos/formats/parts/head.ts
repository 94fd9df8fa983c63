/** Everything of an episode but its columns, as plain data: the part that all formats share. */
import { z } from 'zod'
import { wrongUnits } from '../../../envs/environment.ts'
import { readBySchema } from '../../../schema-words.ts'
import { checkEpisode, episodeHash } from '../../../store/index.ts'
import type { Episode, EpisodeColumns } from '../../episode.ts'
import { actionStamp } from '../../stamp.ts'
import type { FileProblems } from '../problems.ts'
import { type FileActions, ownActions } from './action-units.ts'

const count = z.int().nonnegative()

const unitsSchema = z.strictObject({
  ranges: z.array(z.tuple([z.number(), z.number()]).readonly()).readonly(),
  starts: z.array(z.int()).readonly(),
})

const headSchema = z.strictObject({
  environment: z.strictObject({
    id: z.string(),
    version: count,
    parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
    observations: z.array(z.strictObject({ name: z.string(), shape: z.array(count).max(8) })).max(64),
    action: z.strictObject({
      continuous: count,
      discrete: z.array(count).max(64).readonly(),
      units: unitsSchema.optional(),
    }),
  }),
  /** Null when nobody knows it. */
  seed: count.nullable(),
  player: z.strictObject({ name: z.string(), kind: z.enum(['human', 'scripted', 'agent', 'unknown']) }),
  startedAtUs: count,
  terminated: z.boolean(),
  truncated: z.boolean(),
  /** Null when nobody knows it. */
  success: z.boolean().nullable(),
  tags: z.array(z.string()),
  note: z.string(),
  rating: count,
  /** Of the whole episode; left out by files that were made elsewhere, which then go unchecked. */
  hash: z.string().optional(),
  /** What the numbers of the actions in the file are; left out where they are the same here. */
  units: unitsSchema.optional(),
  /** The continuous values here, float32 [N, C] in base64, where the file's do not tell them to the last bit. */
  normalized: z.base64().optional(),
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

/** The columns of an episode with its actions as a file has them. */
export type FileColumns = Omit<EpisodeColumns, keyof FileActions> & FileActions

/**
 * Puts an episode together and checks all of it.
 * @param placeOf  where a step is in the file
 */
export function assembleEpisode(
  head: PlainHead,
  columns: FileColumns,
  place: string,
  problems: FileProblems,
  placeOf = (step: number) => `${place}, step ${step}`,
): Episode {
  const { hash, units, normalized, ...rest } = head
  const wrong = wrongUnits({ ...head.environment.action, units })
  if (wrong !== undefined) problems.refuse(`${place}, units`, wrong, JSON.stringify(units).slice(0, 100))
  const actions = ownActions(columns, head.environment.action, { units, normalized }, placeOf, problems)
  const episode: Episode = { ...rest, ...columns, ...actions }
  checkEpisode(episode, { file: problems.file, place })
  if (hash !== undefined) {
    const actual = episodeHash(episode)
    if (hash !== actual) problems.refuse(`${place}, hash`, hash, actual)
  }
  return episode
}
