/** What the host tells without being asked; every page gets every event. */
import { z } from 'zod'
import { taskId } from './common.ts'
import { progress, run } from './training.ts'

export const events = {
  /** At most a few times per second per run. */
  'run.progress': progress,
  /** A run started, stopped, finished, failed or was renamed. */
  'run.state': run,
  /** Lists of this kind should be read again. */
  'library.changed': z.object({
    what: z.enum(['demonstrations', 'runs', 'agents', 'environments', 'clusters']),
  }),
  'task.progress': z.object({ taskId, done: z.int(), total: z.int() }),
}
