/** Tells a person what went wrong and what to do about it. */
import { notifications } from '@mantine/notifications'
import { HostError } from '../client/host-error.ts'
import { sentence } from './format.ts'

function reportError(error: unknown): void {
  if (!(error instanceof HostError)) throw error
  notifications.show({
    color: 'red',
    withBorder: true,
    autoClose: 10_000,
    title: sentence(error.message),
    message:
      (error.remedy === null ? null : `${sentence(error.remedy)}.`) ??
      (error.kind === 'bug' ? 'This is a bug in Understudy. Your recordings are safe.' : ''),
  })
}

/** Runs `work`; a refusal of the host is shown and gives undefined. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    reportError(error)
    return undefined
  }
}
