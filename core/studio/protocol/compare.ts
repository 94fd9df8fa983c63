/** People, the scripted player and agents on the same boards. */
import { z } from 'zod'
import {
  environmentId,
  environmentSpec,
  episodeId,
  file,
  frame,
  humanAverage,
  playedSeed,
  playerKind,
  runId,
  sample,
  taskId,
} from './common.ts'

/** `player` stands for all recorded episodes of a person; boards need one episode of theirs instead. */
export const contender = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('episode'), id: episodeId }),
  z.strictObject({ kind: z.literal('player'), playerName: z.string() }),
  z.strictObject({ kind: z.literal('scripted') }),
  z.strictObject({ kind: z.literal('agent'), runId, checkpoint: z.string().optional() }),
  z.strictObject({ kind: z.literal('imported'), id: runId }),
])
export type Contender = z.infer<typeof contender>

export const board = z.object({
  contender,
  label: z.string(),
  playerKind,
  frames: z.array(frame),
  steps: z.int(),
  score: z.number(),
  /** Null when nobody knows it. */
  success: z.boolean().nullable(),
})
export type Board = z.infer<typeof board>

/** A contender who does not play this board; the others do. */
export const absence = z.object({
  contender,
  /** Why, in one sentence. */
  reason: z.string(),
  /** The board that they did play; null when that is not it. */
  seed: playedSeed,
  /** Whether it is a matter of time: a run that has no policy yet. */
  waiting: z.boolean(),
  /** Whether `compare.table` can have them all the same. */
  scored: z.boolean(),
})
export type Absence = z.infer<typeof absence>

export const comparisonRow = z.object({
  contender,
  label: z.string(),
  playerKind,
  score: sample,
  /** Interquartile mean. */
  iqm: z.number(),
  /** Probability of a better score than the human average's, i.e. of needing fewer bubbles than 25.14; null without one. */
  beatsHuman: z.number().nullable(),
  /** Against every other row, by its index: on the same seeds where both have them. */
  against: z.array(
    z.object({
      row: z.int(),
      /** Probability of needing fewer bubbles than that row, ties counted half; null without a common basis. */
      probabilityBetter: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      /** Seeds that both played. */
      pairedSeeds: z.int(),
    }),
  ),
  /** One score per episode, for the plot. */
  dots: z.array(z.object({ seed: playedSeed, score: z.number(), success: z.boolean().nullable() })),
})
export type ComparisonRow = z.infer<typeof comparisonRow>

export const comparison = z.object({
  spec: environmentSpec,
  human: humanAverage.nullable(),
  rows: z.array(comparisonRow),
  /** What is replicated, in words: 'episodes on the same 100 held-out boards'. */
  unit: z.string(),
})
export type Comparison = z.infer<typeof comparison>

const comparisonParams = z.strictObject({
  environment: environmentId,
  contenders: z.array(contender).min(1).max(8),
  episodes: z.int().min(1).max(1000),
  taskId: taskId.optional(),
})

export const compareMethods = {
  /**
   * One board each from the same seed, in the order of the contenders. `seed` null takes that of the first recorded episode,
   * else the host chooses.
   */
  'compare.boards': {
    params: z.strictObject({
      environment: environmentId,
      /** As great as any that was played on. */
      seed: playedSeed,
      contenders: z.array(contender).min(1).max(4),
    }),
    result: z.object({
      spec: environmentSpec,
      seed: z.int().nonnegative(),
      boards: z.array(board),
      absent: z.array(absence),
      /** First step after which not all boards look the same, null when all always do. */
      firstDifference: z.int().nullable(),
    }),
  },
  'compare.table': { params: comparisonParams, result: comparison },
  'compare.export': {
    params: comparisonParams.extend({ format: z.enum(['svg', 'json', 'html']) }),
    result: file,
  },
}
