/** What was played: the library's episodes. */
import { z } from 'zod'
import { BOUNDS } from '../../bounds.ts'
import {
  boundedName,
  environmentId,
  episodeId,
  episodeIds,
  file,
  frame,
  humanAverage,
  parameters,
  playedSeed,
  playerKind,
  recording,
  sample,
  shownId,
  upload,
} from './common.ts'

export const demonstration = z.object({
  id: episodeId,
  environmentId: shownId,
  environmentVersion: z.int(),
  parameters,
  /** Null when nobody knows it. */
  seed: playedSeed,
  playerName: z.string(),
  playerKind,
  /** Unix time in microseconds. */
  startedAtUs: z.number(),
  length: z.int(),
  return: z.number(),
  /** What is compared: the length (bubbles) or the return, as the environment's spec says. */
  score: z.number(),
  /** Whether the goal was reached; null when nobody knows it. */
  success: z.boolean().nullable(),
  terminated: z.boolean(),
  truncated: z.boolean(),
  tags: z.array(z.string()),
  note: z.string(),
  /** 0 = not rated, else 1 to 5. */
  rating: z.int().min(0).max(5),
  state: z.enum(['recording', 'complete', 'interrupted']),
  /** Came with the program: the scripted reference player's. */
  bundled: z.boolean(),
  /** SHA-256 of what was played; null until the episode is complete. */
  hash: z.string().nullable(),
  deletedAtUs: z.number().nullable(),
  /** What of the row cannot be read, in words; null when all is well. */
  damage: z.string().nullable(),
})
export type Demonstration = z.infer<typeof demonstration>

const tag = z.string().trim().pipe(boundedName(BOUNDS.tag))

const leftOut = z.object({ id: episodeId, problem: z.string() })

export const importReport = z.object({
  name: z.string(),
  /** Null when nothing of the file was imported. */
  format: z.string().nullable(),
  ids: z.array(episodeId),
  /** Episodes of the file that the library holds already. */
  duplicates: z.int(),
  /** What the reader had to assume or mend. */
  notes: z.array(z.string()),
  error: z
    .object({
      message: z.string(),
      remedy: z.string().nullable(),
      /** The file does not say what was played: it can be imported when a person does. */
      unsaid: z.boolean(),
    })
    .nullable(),
})
export type ImportReport = z.infer<typeof importReport>

export const playerStatistics = z.object({
  playerName: z.string(),
  playerKind,
  bundled: z.boolean(),
  score: sample,
})
export type PlayerStatistics = z.infer<typeof playerStatistics>

export const demonstrationMethods = {
  'demonstrations.list': {
    params: z.strictObject({
      environment: environmentId.optional(),
      playerName: z.string().optional(),
      playerKind: playerKind.optional(),
      tag: z.string().optional(),
      /** Only the deleted ones, for an undo after a reload. */
      deleted: z.boolean().optional(),
    }),
    result: z.array(demonstration),
  },
  /** One row with its steps' rewards [N] and times [N], for the strip under a replay. */
  'demonstrations.get': {
    params: z.strictObject({ id: episodeId }),
    result: demonstration.extend({ rewards: z.array(z.number()), timesMs: z.array(z.number()) }),
  },
  /**
   * Plays the actions again from the seed; `divergedAt` is the first step whose observation differs, null when none. Where
   * nobody knows the seed and the play does not come out the same without it, the frames show the recorded observations:
   * `verified` is false then, and `divergedAt` null. So they do where playing would start a program that nobody has admitted
   * here; `notReplayed` is the reason.
   */
  'demonstrations.replay': {
    params: z.strictObject({ id: episodeId }),
    result: recording.extend({
      frames: z.array(frame),
      verified: z.boolean(),
      divergedAt: z.int().nullable(),
      notReplayed: z.string().nullable(),
      demonstration,
    }),
  },
  'demonstrations.update': {
    params: z.strictObject({
      ids: episodeIds,
      /** Replaces the tags. */
      tags: z.array(tag).max(BOUNDS.tags).optional(),
      addTags: z.array(tag).max(BOUNDS.tags).optional(),
      removeTags: z.array(tag).max(BOUNDS.tags).optional(),
      note: z.string().max(BOUNDS.note).optional(),
      rating: z.int().min(0).max(5).optional(),
    }),
    result: z.array(demonstration),
  },
  /** Soft: `demonstrations.restore` undoes it. */
  'demonstrations.delete': {
    params: z.strictObject({ ids: episodeIds }),
    result: z.object({ count: z.int() }),
  },
  'demonstrations.restore': {
    params: z.strictObject({ ids: episodeIds }),
    result: z.object({ count: z.int() }),
  },
  'demonstrations.export': {
    params: z.strictObject({ ids: episodeIds, format: z.string() }),
    /** `lost`: what the format cannot hold of these episodes. `leftOut`: those that are damaged. */
    result: file.extend({ lost: z.array(z.string()), leftOut: z.array(leftOut) }),
  },
  /** Every file stands for itself: a bad one is reported and nothing of it is imported. */
  'demonstrations.import': {
    params: z.strictObject({
      files: z.array(upload).min(1).max(1000),
      /** What was played, for files that do not say. */
      environment: environmentId.optional(),
    }),
    result: z.array(importReport),
  },
  /** Of the episodes of `ids` that are this environment's; of all of them when absent. */
  'demonstrations.statistics': {
    params: z.strictObject({ environment: environmentId, ids: episodeIds.optional() }),
    result: z.object({ players: z.array(playerStatistics), human: humanAverage.nullable() }),
  },
}
