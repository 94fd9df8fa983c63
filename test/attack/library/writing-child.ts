/** Begins to write the file of argv[2] and is ended in the midst of it: by itself, or killed. */
import { writeAtomically } from '../../../core/atomic-file.ts'

function* chunks(): Generator<Uint8Array> {
  yield Buffer.alloc(1000)
  if (process.argv[3] === 'exit') process.exit(130)
  process.kill(process.pid, 'SIGKILL')
  yield Buffer.alloc(1)
}

await writeAtomically(process.argv[2]!, chunks())
