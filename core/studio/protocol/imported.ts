/** Agents that were made elsewhere: ONNX policies without a run. */
import { z } from 'zod'
import {
  empty,
  environmentId,
  evaluation,
  file,
  personsName,
  recording,
  runId,
  seed,
  shownId,
  taskId,
  upload,
} from './common.ts'

/** Of the same form as a run's, which none of them has. */
export const agentId = runId

export const importedAgent = z.object({
  id: agentId,
  name: z.string(),
  environmentId: shownId,
  /** Name of the file that it came in. */
  source: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  form: z.enum(['ml-agents-3', 'ml-agents-2', 'plain']),
  /** The program that wrote the file, as it calls itself; may be empty. */
  producer: z.string(),
  opset: z.int(),
  /** It draws its actions and cannot say which is the likeliest. */
  sampledOnly: z.boolean(),
  importedAtUs: z.number(),
  /** The newest evaluation on held-out seeds, null before the first. */
  evaluation: evaluation.nullable(),
})
export type ImportedAgent = z.infer<typeof importedAgent>

const byId = z.strictObject({ id: agentId })

export const importedMethods = {
  'imported.list': { params: empty, result: z.array(importedAgent) },
  /** `environment` is the one that it plays; refused when it does not fit. What is there already is not added twice. */
  'imported.add': {
    params: z.strictObject({
      file: upload,
      environment: environmentId,
      /** Files that came with it and may hold its weights. */
      beside: z.array(upload).max(8).optional(),
    }),
    result: z.object({ agent: importedAgent, known: z.boolean() }),
  },
  'imported.rename': {
    params: z.strictObject({ id: agentId, name: personsName }),
    result: importedAgent,
  },
  /** `imported.restore` undoes it while the studio is open. */
  'imported.delete': { params: byId, result: z.object({ deleted: z.boolean() }) },
  'imported.restore': { params: byId, result: importedAgent },
  /** Plays held-out seeds and keeps the result with the agent. */
  'imported.evaluate': {
    params: z.strictObject({ id: agentId, episodes: z.int().min(10).max(1000), taskId: taskId.optional() }),
    result: importedAgent,
  },
  /** The file as it came. */
  'imported.export': { params: byId, result: file },
  /** It plays one episode. `seed` null lets the host choose. */
  'imported.watch': { params: z.strictObject({ id: agentId, seed: seed.nullable() }), result: recording },
}
