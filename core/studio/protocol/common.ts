/** Schemas that several domains of the protocol share. */
import { z } from 'zod'
import { BOUNDS, nameProblem } from '../../bounds.ts'

/** `unknown`: nobody said who played. */
export const playerKind = z.enum(['human', 'scripted', 'agent', 'unknown'])
export type PlayerKind = z.infer<typeof playerKind>

/** Of an id or a name that comes in: bounded, and without what cannot be printed. */
export const boundedName = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => nameProblem(text, most) === undefined, 'expected printable characters')

export const environmentId = boundedName(BOUNDS.environmentId)
/** Of what the library has already, from before there were bounds. */
export const shownId = z.string()
/** What people call a run or an agent. */
export const personsName = z.string().trim().pipe(boundedName(BOUNDS.name))
export const episodeId = z.int().positive()
export const episodeIds = z.array(episodeId).min(1).max(100_000)
/** A run's id is its folder name. */
export const runId = z
  .string()
  .max(BOUNDS.runId)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected letters, digits, dot, dash and underscore')
export const seed = z.int().min(0).max(0xffffffff)
/** Of what was played: other programs draw greater ones, and their files may not say. */
export const playedSeed = z.int().nonnegative().nullable()
/** Chosen by the caller of a long task; `task.progress` carries it and `tasks.cancel` takes it. */
export const taskId = z.string().min(1).max(80)
export const empty = z.strictObject({})

export const parameterValue = z.union([z.number(), z.string(), z.boolean()])
export const parameters = z.record(z.string(), parameterValue)

/** The published human average of an environment. */
export const humanAverage = z.object({ mean: z.number(), plays: z.int(), source: z.string() })
export type HumanAverage = z.infer<typeof humanAverage>

/** `EnvironmentSpec` of core/envs, as it crosses the wire. */
export const environmentSpec = z.object({
  id: shownId,
  title: z.string(),
  description: z.string(),
  version: z.int(),
  parameters,
  observations: z.array(z.object({ name: z.string(), shape: z.array(z.int()), description: z.string() })),
  action: z.object({ continuous: z.int(), discrete: z.array(z.int()) }),
  score: z.object({
    unit: z.string(),
    units: z.string(),
    measure: z.enum(['length', 'return']),
    human: humanAverage.optional(),
  }),
  maxEpisodeSteps: z.int().optional(),
})
export type EnvironmentSpec = z.infer<typeof environmentSpec>

export const action = z.strictObject({
  continuous: z.array(z.number().min(-1).max(1)).max(64),
  discrete: z.array(z.int().min(0)).max(64),
})
export type Action = z.infer<typeof action>

/** What a screen draws: narrowed by `kind` ('bubble' is a `BubbleScene`, 'drawing' a `DrawingScene`). */
export const scene = z.looseObject({ kind: z.string() })
export type Scene = z.infer<typeof scene>

/** What happened in a step, for animation; narrowed by `kind` (`BubbleEvent`, `DrawingEvent`). */
export const sceneEvent = z.looseObject({ kind: z.string() })
export type SceneEvent = z.infer<typeof sceneEvent>

/** The state after `index` steps. Frame 0 is the start: no action, no reward, no events. */
export const frame = z.object({
  scene,
  events: z.array(sceneEvent),
  reward: z.number(),
  action: action.nullable(),
  /** Milliseconds since the start of the episode at which the step was taken; whoever needs no time takes one a second. */
  timeMs: z.number(),
})
export type Frame = z.infer<typeof frame>

/** A whole episode ready to be drawn: N steps give N + 1 frames. Scenes carry no aims. */
export const recording = z.object({
  spec: environmentSpec,
  seed: playedSeed,
  frames: z.array(frame),
  terminated: z.boolean(),
  truncated: z.boolean(),
  /** Null when nobody knows it. */
  success: z.boolean().nullable(),
})
export type Recording = z.infer<typeof recording>

/** A sample of scores. `low` and `high` bound the mean: bootstrap, 95%; null when n is 1. */
export const sample = z.object({
  n: z.int(),
  mean: z.number(),
  sd: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  best: z.number(),
  /** Among the episodes of which it is known; null where it is known of none. */
  successRate: z.number().nullable(),
})
export type Sample = z.infer<typeof sample>

/** Names a file that is on its way between page and host. */
export const transferId = z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of a file')

/** A file that the page has sent: POST /files answered with its id. It is gone when the method has been answered. */
export const upload = z.strictObject({
  /** As it is called where it comes from; no path. */
  name: z.string().min(1).max(BOUNDS.fileName),
  id: transferId,
})
export type Upload = z.infer<typeof upload>

/** A file for the person, to be fetched from /files/ID once and saved through the browser's download or the native dialog. */
export const file = z.object({
  fileName: z.string(),
  mediaType: z.string(),
  id: transferId,
  /** Its size. */
  bytes: z.int(),
})
export type File = z.infer<typeof file>

/** The score on held-out boards. */
export const evaluation = z.object({
  episodes: z.int(),
  mean: z.number(),
  /** Of the mean; null of one board. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Null where the environment does not say what a win is. */
  winRate: z.number().nullable(),
  /** How many boards were cut, as a sentence; null when all ended by themselves. */
  cut: z.string().nullable().default(null),
})
