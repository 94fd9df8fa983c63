/**
 * Races others for runs: `racer.ts DIR NAME`. Each line that it reads, `RUN begin|resume|force`, is tried at once; it answers
 * `won` or the sentence with which it lost. No training process is started: what is raced for is the right to.
 */
import { createInterface } from 'node:readline'
import { openLibrary } from '../../../core/store/index.ts'
import { resumeRun, startRun, type TrainingProcess } from '../../../core/train/index.ts'
import { endless } from './support.ts'

const library = openLibrary(process.argv[2]!)

/** What lets go of the run that was won last, at the next race. */
let end = () => {}

/** Says nothing. */
function nobody(): TrainingProcess {
  const port = { post: () => {}, onMessage: () => {}, close: () => {}, onClose: () => {} }
  const onExit: TrainingProcess['onExit'] = (listener) => {
    end = () => listener({ code: 1, signal: null, errorOutput: '' })
  }
  return { port, pid: process.pid, kill: () => {}, onExit }
}

async function attempt(run: string, how: string): Promise<string> {
  try {
    if (how === 'resume') await resumeRun({ library, runId: run, fork: nobody })
    else {
      const config = endless(run, how === 'force')
      await startRun({ library, config, demonstrations: [], fork: nobody })
    }
    return 'won'
  } catch (error) {
    return (error as Error).message
  }
}

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  end()
  end = () => {}
  const [run, how] = line.split(' ') as [string, string]
  console.log(await attempt(run, how))
}
library.close()
