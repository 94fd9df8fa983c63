/** What a job and whoever follows it say to each other. */
import { z } from 'zod'
import { startMessage } from '../train/index.ts'

/** The file in a job's package that says what is to be done. */
export const JOB_FILE = 'job.msgpack'
/** The demonstrations, where there are any. */
export const DEMONSTRATIONS_FILE = 'demonstrations.understudy'
/** Folders of runs that the job goes on with, or begins with the networks of. */
export const RUNS_FOLDER = 'runs'
export const PLUGINS_FOLDER = 'plugins'

/** The owner's first message, whose library and demonstrations the job makes anew. */
export const jobOrder = z.object({
  start: startMessage.omit({ dataDirectory: true, demonstrations: true }),
  /** Bytes of the run's files that may come home through the log. */
  mostBytes: z.int(),
  /** Where all of them are kept besides; null for nowhere. */
  store: z.string().nullable(),
})
export type JobOrder = z.infer<typeof jobOrder>

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

export const jobMessage = z.discriminatedUnion('type', [
  /** A frame of the training process, as it is. */
  z.object({ type: z.literal('trainer'), frame: bytes }),
  /** A part of one of the run's files. The last part makes it whole. */
  z.object({ type: z.literal('file'), path: z.string(), last: z.boolean(), bytes }),
  /** One of the run's files is in the store, with so many bytes, and does not come through the log. */
  z.object({ type: z.literal('stored'), path: z.string(), size: z.int() }),
  /** The checkpoints that there are; others are gone. */
  z.object({ type: z.literal('checkpoints'), names: z.array(z.string()) }),
  /** Everything has been said. */
  z.object({ type: z.literal('ended'), code: z.int() }),
])
export type JobMessage = z.infer<typeof jobMessage>
