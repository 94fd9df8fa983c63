/** Where training begins when it does not begin from nothing: the run's own checkpoints, or another run's networks. */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DataError, UserError } from '../errors.ts'
import type { AlgorithmState } from '../learn/index.ts'
import { type Checkpoint, type CheckpointFile, readCheckpoint, readHead } from './checkpoint.ts'
import { describeLoss, describeSkipped, makeNewest, newestUsable, type Skipped } from './usable-checkpoint.ts'

/**
 * Goes on from the newest checkpoint that is whole and that `restore` can load; newer ones are set aside.
 * @param restore  throws a UserError when the run must not go on; anything else is the checkpoint's fault
 * @param notice   told what is lost
 * @returns false when the run has no checkpoint yet
 * @throws UserError when it has some and none can be gone on from
 */
export async function goOn(
  runDirectory: string,
  restore: (checkpoint: Checkpoint) => Promise<void>,
  notice: (text: string) => void,
): Promise<boolean> {
  const { used, skipped } = await newestUsable(runDirectory, async (file) => {
    const checkpoint = await readCheckpoint(file)
    await restore(checkpoint).catch((error: Error) => {
      throw error instanceof UserError ? error : misfit(file, error)
    })
  })
  if (used === null) {
    refuseToBeginAgain(runDirectory, skipped)
    return false
  }
  await makeNewest(
    runDirectory,
    used.file,
    skipped.map(({ file }) => file),
  )
  for (const line of describeLoss(used.file, skipped)) notice(line)
  return true
}

/** The networks and all else that an algorithm keeps of the newest checkpoint of another run. @throws UserError without any */
export async function newestState(
  runDirectory: string,
  notice: (text: string) => void,
): Promise<AlgorithmState> {
  const { used, skipped } = await newestUsable(runDirectory, readHead)
  if (used === null) {
    const none = skipped.length === 0 ? 'there is no checkpoint' : 'no checkpoint is intact'
    throw new UserError(`${none} in ${runDirectory}`, {
      remedy: 'with --initialize-from, name a run that has been trained',
    })
  }
  const step = used.file.step.toLocaleString('en')
  for (const each of skipped) notice(`${describeSkipped(each)}; starting from the networks of step ${step}`)
  return used.value.algorithm
}

function misfit({ path }: CheckpointFile, cause: Error): DataError {
  return new DataError({
    file: path,
    place: 'content',
    expected: 'the state of this run',
    found: cause.message,
    cause,
  })
}

/** A run that had checkpoints must not begin anew without being told to. */
function refuseToBeginAgain(runDirectory: string, skipped: readonly Skipped[]): void {
  if (skipped.length === 0 && !existsSync(join(runDirectory, 'agent.onnx'))) return
  const id = basename(runDirectory)
  if (skipped.length === 0) {
    throw new UserError(`run "${id}" cannot be resumed: its checkpoints are gone`, {
      remedy: 'use it as it is, or start again with --force',
    })
  }
  throw new UserError(`run "${id}" cannot be resumed: ${skipped.map(describeSkipped).join(', ')}`, {
    remedy: `keep what can still be played with \`understudy runs repair ${id}\`, or start again with --force`,
  })
}
