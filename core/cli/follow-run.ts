/** Shows a run while it is trained, and ends with it. */
import { makeEnvironment } from '../envs/index.ts'
import { diagnose, errorOf, factsOf, type RunHandle, savedConfig } from '../train/index.ts'
import type { CliContext } from './context.ts'
import { TrainingDisplay } from './train-display.ts'

/** @throws UserError with what the run has failed of */
export async function followRun(run: RunHandle, context: CliContext): Promise<void> {
  const library = context.library()
  context.takeTimeToEnd()
  const config = savedConfig(run.row)
  context.noteAsked(config.environment, true)
  const { spec } = makeEnvironment(config.environment, config.parameters)
  const display = new TrainingDisplay(context, spec, run)
  // The second Ctrl-C ends this process at once; the training process must not stay behind.
  const killWithUs = () => run.kill()
  process.once('exit', killWithUs)
  run.on('metrics', () => {
    display.warn(diagnose(factsOf(library, run.row, spec, library.readMetrics(run.id))))
  })
  const onStop = () => {
    display.note('stopping after a checkpoint; Ctrl-C again stops at once')
    void run.stop()
  }
  context.signal.addEventListener('abort', onStop)
  if (context.signal.aborted) onStop()
  const end = await run.ended
  context.signal.removeEventListener('abort', onStop)
  process.off('exit', killWithUs)
  display.close()
  if (end.failed !== null) throw errorOf(end.failed)
  display.finish(end.finished!)
}
