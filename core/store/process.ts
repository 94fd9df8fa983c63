/** Whether another process is still there, and who this one is. Process ids are used again, above all after a restart. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/** Two estimates of the time of the start of one machine differ by less than this. */
const BOOT_TOLERANCE_S = 60

/**
 * Tells this process from every other that ever had its id: when the machine was started, and a random part. One process
 * counts as one recorder, however many libraries it has open.
 */
export const PROCESS_TOKEN = `${bootIdentity()}/${randomBytes(8).toString('hex')}`

/** @param token  the `PROCESS_TOKEN` of that process */
export function processIsAlive(pid: number, token: string | null): boolean {
  if (pid === process.pid) return token === PROCESS_TOKEN
  if (token === null || !isSameBoot(token.split('/')[0]!, bootIdentity())) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Linux numbers its starts; elsewhere the time of the start has to do, in seconds since 1970. */
function bootIdentity(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return String(Math.round(Date.now() / 1000 - uptime()))
  }
}

/** @param a, b  what `bootIdentity` gave */
export function isSameBoot(a: string, b: string): boolean {
  return a === b || Math.abs(Number(a) - Number(b)) < BOOT_TOLERANCE_S
}
