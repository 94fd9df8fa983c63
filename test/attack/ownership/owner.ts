/**
 * Owns a run: `owner.ts DIR LEASE_MS begin|resume`. Says `TRAINER STEP` at each checkpoint, and ends with the run, as the
 * command does: in exit code 1 with one sentence when that failed.
 */
import { openLibrary } from '../../../core/store/index.ts'
import { resumeRun, startRun } from '../../../core/train/index.ts'
import { endless } from './support.ts'

const [dir, leaseMs, how] = process.argv.slice(2) as [string, string, string]
const library = openLibrary(dir, { leaseMs: Number(leaseMs) })
try {
  const run =
    how === 'begin'
      ? await startRun({ library, config: endless('run'), demonstrations: [] })
      : await resumeRun({ library, runId: 'run' })
  run.on('checkpoint', ({ step }) => console.log(`${run.row.pid} ${step}`))
  process.on('SIGTERM', () => void run.stop())
  const { failed } = await run.ended
  if (failed !== null) throw new Error(failed.message)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
library.close()
