/** Why a job has failed, where SageMaker looks for it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { printableLine } from '../../printable.ts'
import { failureOf } from '../../train/index.ts'
import type { Places } from './container.ts'

/** So much of it becomes the job's FailureReason. */
const MOST_CHARACTERS = 1_024

/** One sentence, with what to do about it. */
export function failureSentence(error: unknown): string {
  const { message, remedy } = failureOf(error)
  const sentence = printableLine(remedy === null ? message : `${message} (${remedy})`)
  return sentence.length > MOST_CHARACTERS ? `${sentence.slice(0, MOST_CHARACTERS - 3)}...` : sentence
}

/** Where nothing can be written there either, the log still has it. */
export function writeFailure({ failure }: Places, error: unknown): void {
  try {
    mkdirSync(dirname(failure), { recursive: true })
    writeFileSync(failure, failureSentence(error))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause
  }
}
