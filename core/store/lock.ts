/** One studio per library: a lock file that names the process and the address of the studio that has it open. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { explainStoreError } from './errors.ts'
import { PROCESS_TOKEN, processIsAlive } from './process.ts'

interface LockContent {
  readonly pid: number
  readonly token: string
  readonly address: string | null
}

export interface StudioLock {
  /** Tells whoever tries to open a second studio where the first one is. */
  setAddress(address: string): void
  release(): void
}

/** @throws UserError when another studio has the library in `dir` open */
export function lockStudio(dir: string): StudioLock {
  const path = join(dir, 'studio.lock')
  try {
    mkdirSync(dir, { recursive: true })
    take(path)
  } catch (error) {
    throw explainStoreError(error, path)
  }
  let held = true
  return {
    setAddress: (address) => writeFileSync(path, content(address), { mode: 0o600 }),
    release: () => {
      if (held) rmSync(path, { force: true })
      held = false
    },
  }
}

function take(path: string): void {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeFileSync(file, content(null))
      closeSync(file)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readHolder(path)
    if (holder !== undefined && processIsAlive(holder.pid, holder.token)) {
      const where = holder.address === null ? '' : ` at ${holder.address}`
      throw new UserError(`a studio (process ${holder.pid}) already has this library open${where}`, {
        remedy: 'use that one, close it first, or choose another directory with --data DIR',
      })
    }
    rmSync(path, { force: true })
  }
  throw new UserError(`${path} cannot be taken`, { remedy: 'remove the file if no studio is running' })
}

function content(address: string | null): string {
  return JSON.stringify({ pid: process.pid, token: PROCESS_TOKEN, address } satisfies LockContent)
}

/** @returns undefined when the file is gone or was left half written by a studio that died */
function readHolder(path: string): LockContent | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as LockContent
    return Number.isInteger(holder.pid) ? holder : undefined
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
