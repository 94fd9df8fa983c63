/** Giving space back: what was freed is said, and the page reads again what takes how much. */
import { notifications } from '@mantine/notifications'
import { client } from '../../client/client.ts'
import { invalidate } from '../../client/resources.ts'
import { size } from '../../components/format.ts'
import { attempt } from '../../components/report-error.ts'

async function free(work: () => Promise<{ bytes: number }>): Promise<void> {
  await attempt(async () => {
    const { bytes } = await work()
    notifications.show({ message: bytes === 0 ? 'There was nothing to free' : `${size(bytes)} freed` })
    invalidate('storage.')
  })
}

export function emptyTrash(): Promise<void> {
  return free(() => client.call('storage.emptyTrash', {}))
}

export function pruneRun(runId: string, keep: number): Promise<void> {
  return free(() => client.call('storage.pruneRun', { runId, keep }))
}

export function deleteBackup(name: string): Promise<void> {
  return free(() => client.call('storage.deleteBackup', { name }))
}

export function compact(): Promise<void> {
  return free(() => client.call('storage.compact', {}))
}
