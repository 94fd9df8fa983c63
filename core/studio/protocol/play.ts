/** A person plays in the host: what is recorded is what happened. */
import { z } from 'zod'
import { BOUNDS } from '../../bounds.ts'
import {
  action,
  boundedName,
  empty,
  environmentId,
  environmentSpec,
  episodeId,
  parameters,
  playedSeed,
  scene,
  sceneEvent,
  seed,
} from './common.ts'
import { demonstration } from './demonstrations.ts'

export const sessionId = z.string().min(1).max(64)
export const playerName = z.string().trim().pipe(boundedName(BOUNDS.playerName))

export const playState = z.object({
  session: sessionId,
  seed,
  spec: environmentSpec,
  scene,
  /** The recording's episode, null when nothing is recorded. */
  episodeId: episodeId.nullable(),
  steps: z.int(),
  /** Sum of the rewards so far. */
  return: z.number(),
  terminated: z.boolean(),
  truncated: z.boolean(),
  success: z.boolean().nullable(),
})
export type PlayState = z.infer<typeof playState>

export const playStep = z.object({
  scene,
  events: z.array(sceneEvent),
  reward: z.number(),
  return: z.number(),
  terminated: z.boolean(),
  truncated: z.boolean(),
  success: z.boolean().nullable(),
  steps: z.int(),
  /** Steps that are on disk already; 0 when nothing is recorded. */
  committed: z.int(),
})
export type PlayStep = z.infer<typeof playStep>

export const playMethods = {
  /** `seed` null lets the host choose. An unfinished session of the same page is ended by `play.end` first. */
  'play.start': {
    params: z.strictObject({
      environment: environmentId,
      seed: seed.nullable(),
      parameters: parameters.optional(),
      playerName,
      record: z.boolean(),
    }),
    result: playState,
  },
  /** Picks a session up again after a reload of the page. */
  'play.resume': { params: z.strictObject({ session: sessionId }), result: playState },
  'play.step': { params: z.strictObject({ session: sessionId, action }), result: playStep },
  /** Ends the session. Kept are recorded steps, an unfinished episode among them (neither terminated nor won). */
  'play.end': {
    params: z.strictObject({ session: sessionId, keep: z.boolean() }),
    result: z.object({ episodeId: episodeId.nullable() }),
  },
  /** Episodes that a crash or a power failure interrupted, or that were over when their page was closed. */
  'play.recovered': { params: empty, result: z.array(demonstration) },
  /** Decides on interrupted episodes; a discarded one can be restored like any deleted demonstration. */
  'play.recover': {
    params: z.strictObject({ keep: z.array(episodeId), discard: z.array(episodeId) }),
    result: z.object({ kept: z.int(), discarded: z.int() }),
  },
  /** The last scores of a player, oldest first; `score` counts what the environment's spec says (bubbles). */
  'play.recent': {
    params: z.strictObject({
      environment: environmentId,
      playerName,
      limit: z.int().min(1).max(200).optional(),
    }),
    result: z.array(
      z.object({
        id: episodeId,
        score: z.number(),
        success: z.boolean().nullable(),
        seed: playedSeed,
        startedAtUs: z.number(),
      }),
    ),
  },
}
