import type { Run } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { invalidate } from '../../client/resources.ts'
import { attempt } from '../../components/report-error.ts'
import { navigate } from '../../route.ts'

export function stopRun(run: Run): Promise<unknown> {
  return attempt(() => client.call('runs.stop', { runId: run.id }))
}

export function resumeRun(run: Run): Promise<unknown> {
  return attempt(() => client.call('runs.resume', { runId: run.id }))
}

export function renameRun(run: { id: string }, name: string): Promise<unknown> {
  return attempt(() => client.call('runs.rename', { runId: run.id, name }))
}

export function deleteRun(run: { id: string }): Promise<unknown> {
  return attempt(async () => {
    await client.call('runs.delete', { runId: run.id })
    invalidate('runs.', 'agents.', 'library.')
    navigate('train')
  })
}
