/** Runs the real command in a process of its own, as a person would. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const UNDERSTUDY = fileURLToPath(new URL('../../bin/understudy.js', import.meta.url))

export interface Result {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function result({ status, stdout, stderr }: SpawnSyncReturns<string>): Result {
  return { code: status, out: stdout, err: stderr }
}

/** @param dir  the data directory */
export function understudy(dir: string, ...args: string[]): Result {
  return result(spawnSync(process.execPath, [UNDERSTUDY, ...args, '--data', dir], { encoding: 'utf8' }))
}

/** The JSON values that a command prints, one per line. */
export function understudyJson<T = Record<string, unknown>>(dir: string, ...args: string[]): T[] {
  return jsonLines<T>(understudy(dir, ...args, '--json'))
}

export function jsonLines<T>({ code, out, err }: Result): T[] {
  if (code !== 0) throw new Error(`exit code ${code}: ${err}`)
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

export function startUnderstudy(dir: string, ...args: string[]) {
  return spawn(process.execPath, [UNDERSTUDY, ...args, '--data', dir], { stdio: ['ignore', 'pipe', 'pipe'] })
}
