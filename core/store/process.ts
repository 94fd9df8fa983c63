/** Whether another process is still there, and who this one is. */
import { randomBytes } from 'node:crypto'

/**
 * Differs between two processes that happen to have the same id, as after the restart of a container. One process
 * counts as one recorder, however many libraries it has open.
 */
export const PROCESS_TOKEN = randomBytes(8).toString('hex')

export function processIsAlive(pid: number, token: string | null): boolean {
  if (pid === process.pid) return token === PROCESS_TOKEN
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
