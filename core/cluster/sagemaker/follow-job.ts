/** Follows the run of a job: its metrics go to the log, its checkpoints to where they are kept. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { errorOf, type RunHandle, savedConfig } from '../../train/index.ts'
import type { KeptRun } from './kept-run.ts'
import { metricLine } from './metrics.ts'

/** From SIGTERM on; what is left until SIGKILL is for the last files. */
const STOP_MS = 90_000

export interface FollowOptions {
  /** Of the run. */
  readonly directory: string
  readonly kept: KeptRun
  readonly log: (line: string) => void
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal
}

/** Until the run has ended. @throws what it has failed of */
export async function followJob(
  run: RunHandle,
  { directory, kept, log, signal }: FollowOptions,
): Promise<void> {
  const { step: from, environmentId } = run.row
  const { behavior, seed } = savedConfig(run.row)
  log(`${environmentId}: ${behavior.trainer_type}, seed ${seed}, from step=${from} to ${behavior.max_steps}`)
  let problem: unknown
  run.on('notice', log)
  run.on('metrics', (rows) => {
    // A run that goes on sends once more what was in the log before.
    for (const [step, group] of Map.groupBy(rows, (row) => row.step))
      if (step > from) log(metricLine(step, group))
  })
  run.on('checkpoint', ({ step }) => {
    log(`checkpoint at step=${step}`)
    kept.save().catch((error: unknown) => {
      problem ??= error
      void run.stop()
    })
  })
  let deadline: NodeJS.Timeout | undefined
  const stop = (): void => {
    log('stopping after a checkpoint')
    deadline = setTimeout(() => run.kill(), STOP_MS)
    void run.stop()
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  const { failed, finished } = await run.ended
  signal.removeEventListener('abort', stop)
  clearTimeout(deadline)
  if (problem !== undefined) throw problem
  if (finished !== null) return log(`ended at step=${finished.step} (${finished.reason})`)
  // What takes too long to stop leaves what it had.
  if (signal.aborted && existsSync(join(directory, 'agent.onnx'))) return log('it took too long to stop')
  throw errorOf(failed!)
}
