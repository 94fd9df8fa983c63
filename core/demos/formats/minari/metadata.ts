/** What a dataset says of itself in metadata.json. */
import { z } from 'zod'
import { readBySchema } from '../../../schema-words.ts'
import { LIMITS } from '../limits.ts'
import { parseJson } from '../parts/heads-file.ts'
import type { FileProblems } from '../problems.ts'

const metadataSchema = z.looseObject({
  total_episodes: z.int().nonnegative().max(LIMITS.episodes),
  data_format: z.literal('hdf5').default('hdf5'),
  dataset_id: z.string().max(500).optional(),
  algorithm_name: z.string().max(500).optional(),
  env_spec: z.string().nullish(),
  observation_space: z.string(),
  action_space: z.string(),
})

export type Metadata = z.infer<typeof metadataSchema>

/** @throws DataError when it is none */
export function readMetadata(bytes: Uint8Array, problems: FileProblems): Metadata {
  const value = parseJson(bytes, 'content', problems)
  const parsed = readBySchema(metadataSchema, value)
  if ('data' in parsed) return parsed.data
  return problems.refuseBySchema('', parsed.problem)
}
