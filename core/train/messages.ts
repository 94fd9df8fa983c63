/** What a training process and its owner say to each other, as msgpack frames checked on arrival. */
import { z } from 'zod'
import { packMessage, readMessage as readPlain } from '../msgpack.ts'
import type { Port } from './port.ts'
import { stopReason } from './stop-rule.ts'

/** The four shares of wall time since the last report; they sum to 1. `environment` includes waiting for workers. */
export const timeShares = z.object({
  environment: z.number(),
  inference: z.number(),
  update: z.number(),
  /** Checkpoints, summaries and the event loop. */
  waiting: z.number(),
})
export type TimeShares = z.infer<typeof timeShares>

/** About twice a second, for people; nothing of it is kept. */
export const progressMessage = z.object({
  type: z.literal('progress'),
  step: z.int(),
  maxSteps: z.int(),
  episodes: z.int(),
  stepsPerSecond: z.number(),
  etaSeconds: z.number().nullable(),
  /** Mean score of the episodes that ended in the last 1,000 steps; null before the first. */
  score: z.number().nullable(),
  masteredAtStep: z.int().nullable(),
  /** Parameters with a curriculum, and the lessons that they are in. */
  lessons: z.record(z.string(), z.string()).optional(),
  /** Whether one of them is not the last, so that scores are not of what the run is for. */
  easier: z.boolean().optional(),
  shares: timeShares,
  /** [workers] share of the time that each worker's environments waited for an action; null without workers. */
  workerIdle: z.array(z.number()).nullable(),
})
export type Progress = z.infer<typeof progressMessage>

/** Not z.number(), which refuses NaN and the infinities: a loss that overflows is to be seen, not to end the owner. */
const measured = z.custom<number>((value) => typeof value === 'number', 'expected a number')
export const metricRow = z.object({ step: z.int(), name: z.string(), value: measured })
export type MetricRow = z.infer<typeof metricRow>

/** The rows of one summary; a resumed run sends those up to its checkpoint again, in one message. */
export const metricsMessage = z.object({ type: z.literal('metrics'), rows: z.array(metricRow) })

/** Where a resumed run goes on; sent before its metrics. What is known of later steps is no longer true. */
export const resumedMessage = z.object({
  type: z.literal('resumed'),
  step: z.int(),
  score: z.number().nullable(),
  masteredAtStep: z.int().nullable(),
})
export type Resumed = z.infer<typeof resumedMessage>

/** A sentence for people that stays true for as long as the run goes on, such as what was lost. */
export const noticeMessage = z.object({ type: z.literal('notice'), text: z.string() })

export const checkpointMessage = z.object({
  type: z.literal('checkpoint'),
  step: z.int(),
  episodes: z.int(),
  score: z.number().nullable(),
  masteredAtStep: z.int().nullable(),
})
export type CheckpointNotice = z.infer<typeof checkpointMessage>

/** The last message of an orderly end; a checkpoint of this very step is on disk. */
export const finishedMessage = z.object({
  type: z.literal('finished'),
  /** Whether a limit or a stop rule was met; otherwise the run was stopped and can be resumed. */
  complete: z.boolean(),
  reason: stopReason,
  step: z.int(),
  episodes: z.int(),
  score: z.number().nullable(),
  masteredAtStep: z.int().nullable(),
  /** First step at which the mean over a window of 10,000 steps was at the human average. */
  sustainedAtStep: z.int().nullable(),
  /** Training time of the whole run, earlier sessions included. */
  wallSeconds: z.number(),
})
export type Finished = z.infer<typeof finishedMessage>

export const failedMessage = z.object({
  type: z.literal('failed'),
  kind: z.enum(['user', 'data', 'bug']),
  message: z.string(),
  remedy: z.string().nullable(),
  /** Stack trace of a bug, and of what a plugin threw. */
  detail: z.string().nullable(),
})
export type Failed = z.infer<typeof failedMessage>

export const trainerMessage = z.discriminatedUnion('type', [
  progressMessage,
  metricsMessage,
  resumedMessage,
  noticeMessage,
  checkpointMessage,
  finishedMessage,
  failedMessage,
])
export type TrainerMessage = z.infer<typeof trainerMessage>

/** The first message to a training process. */
export const startMessage = z.object({
  type: z.literal('start'),
  runId: z.string(),
  dataDirectory: z.string(),
  /** The resolved configuration as YAML. */
  config: z.string(),
  demonstrations: z.array(z.int()),
  /** What of others the process may run; nothing else, whatever its files name. */
  admitted: z.array(z.object({ kind: z.enum(['environment', 'plugin', 'interpreter']), name: z.string() })),
  /** Continue from the newest checkpoint. */
  resume: z.boolean(),
  /** The token of the owner's claim on the run. */
  claim: z.string(),
})
export type Start = z.infer<typeof startMessage>

export const ownerMessage = z.discriminatedUnion('type', [
  startMessage,
  /** Write a checkpoint and end. */
  z.object({ type: z.literal('stop') }),
  /** End at once; what was learned since the last checkpoint is lost. */
  z.object({ type: z.literal('shutdown') }),
])
export type OwnerMessage = z.infer<typeof ownerMessage>

export function sendMessage(port: Port, message: TrainerMessage | OwnerMessage): void {
  port.post(packMessage(message))
}

/** @throws Error when the frame is not a message of the schema: both ends are our own, so that is a bug */
export function readMessage<T>(schema: z.ZodType<T>, frame: Uint8Array): T {
  return schema.parse(readPlain(frame))
}
