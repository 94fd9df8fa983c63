/**
 * A sign of life of whoever owns a run: a file that is touched every few seconds. A process id alone proves nothing after
 * a restart of the machine or container, when somebody else may have it.
 */
import { rmSync, statSync, utimes, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainWriteError } from '../system-errors.ts'

const INTERVAL_MS = 5_000
/** Without a beat for this long the owner is gone. */
const STALE_MS = 60_000

function heartbeatFile(runDirectory: string): string {
  return join(runDirectory, 'owner.alive')
}

export class Heartbeat {
  readonly #file: string
  readonly #timer: NodeJS.Timeout

  /** @throws UserError when the folder of the run cannot be written to */
  constructor(runDirectory: string) {
    this.#file = heartbeatFile(runDirectory)
    try {
      writeFileSync(this.#file, '')
    } catch (error) {
      throw explainWriteError(error, this.#file)
    }
    this.#timer = setInterval(() => this.#beat(), INTERVAL_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    rmSync(this.#file, { force: true })
  }

  #beat(): void {
    const now = new Date()
    // Without its folder the run fails at the next checkpoint, which says so better.
    utimes(this.#file, now, now, () => {})
  }
}

export function heartbeatIsFresh(runDirectory: string): boolean {
  const stat = statSync(heartbeatFile(runDirectory), { throwIfNoEntry: false })
  return stat !== undefined && Date.now() - stat.mtimeMs < STALE_MS
}
