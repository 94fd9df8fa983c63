/** The shelf of trained policies: every run with a model is an agent, by the run's id. */
import { z } from 'zod'
import { empty, episodeId, evaluation, file, personsName, runId, shownId, taskId } from './common.ts'
import { runState } from './training.ts'

export const checkpoint = z.object({
  /** Names the checkpoint towards `compare` ('latest' is always understood). */
  id: z.string(),
  step: z.int(),
  score: z.number().nullable(),
})
export type Checkpoint = z.infer<typeof checkpoint>

export const agent = z.object({
  runId,
  name: z.string(),
  environmentId: shownId,
  algorithm: z.string(),
  signals: z.array(z.string()),
  state: runState,
  step: z.int(),
  createdAtUs: z.number(),
  demonstrations: z.array(episodeId),
  /** Mean of the last window of training; `agents.evaluate` gives held-out boards. */
  score: z.number().nullable(),
  /** The newest evaluation on held-out seeds, null before the first. */
  evaluation: evaluation.nullable(),
  masteredAtStep: z.int().nullable(),
  checkpoints: z.array(checkpoint),
  /** As of its run. */
  problem: z.string().nullable(),
})
export type Agent = z.infer<typeof agent>

const byRun = z.strictObject({ runId })

export const agentMethods = {
  'agents.list': { params: empty, result: z.array(agent) },
  'agents.rename': {
    params: z.strictObject({ runId, name: personsName }),
    result: agent,
  },
  /** Removes the run it came from, as `runs.delete`. */
  'agents.delete': { params: byRun, result: z.object({ deleted: z.boolean() }) },
  /** Plays held-out seeds and keeps the result with the agent. */
  'agents.evaluate': {
    params: z.strictObject({ runId, episodes: z.int().min(10).max(1000), taskId: taskId.optional() }),
    result: agent,
  },
  /** The policy as ONNX. */
  'agents.export': { params: byRun, result: file },
}
