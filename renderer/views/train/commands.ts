import type { Run } from '../../../core/studio/protocol.ts'
import { offerUndo } from '../../actions/undo.tsx'
import { client } from '../../client/client.ts'
import { HostError } from '../../client/host-error.ts'
import { invalidate } from '../../client/resources.ts'
import { attempt } from '../../components/report-error.ts'
import { currentRoute, navigate } from '../../route.ts'

export function stopRun(run: Run): Promise<unknown> {
  return attempt(() => client.call('runs.stop', { runId: run.id }))
}

interface ResumeOptions {
  /** How far one that has finished is to go on. */
  readonly maxSteps?: number
  /** A saved one; this machine when absent. */
  readonly cluster?: string
}

export function resumeRun(run: Run, options: ResumeOptions = {}): Promise<unknown> {
  return attempt(() => client.call('runs.resume', { runId: run.id, ...options }))
}

/** It can be resumed from what has come home. */
export function abandonRun(run: Run): Promise<unknown> {
  return attempt(() => client.call('runs.abandon', { runId: run.id }))
}

/** What is in the way is said with the run. */
export function attachRun(run: Run): Promise<unknown> {
  return client.call('runs.attach', { runId: run.id }).catch((error) => {
    if (!(error instanceof HostError)) throw error
  })
}

export function renameRun(run: { id: string }, name: string): Promise<unknown> {
  return attempt(() => client.call('runs.rename', { runId: run.id, name }))
}

/** With its checkpoints, its curves and its agent; Undo brings all of it back. */
export function deleteRun({ id, name }: { id: string; name: string }): Promise<unknown> {
  return attempt(async () => {
    await client.call('runs.delete', { runId: id })
    invalidate('runs.', 'agents.', 'library.')
    if (currentRoute().page === 'train') navigate('train')
    offerUndo(`${name} deleted`, async () => {
      await client.call('runs.restore', { runId: id })
      invalidate('runs.', 'agents.', 'library.')
      if (currentRoute().page === 'train') navigate('train', { run: id })
    })
  })
}
