/** A small run, processes that own it, and what they have written. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { type RunConfig, resolveConfig } from '../../../core/train/config.ts'

/** Ends by no means but being stopped; writes a checkpoint every 40 steps, so that much of its time goes into that. */
export function endless(runId: string | undefined, force = false): RunConfig {
  return resolveConfig({
    behaviors: {
      basic: {
        trainer_type: 'ppo',
        hyperparameters: { batch_size: 32, buffer_size: 128 },
        network_settings: { hidden_units: 16, num_layers: 1 },
        max_steps: 100_000_000,
        summary_freq: 200,
        checkpoint_interval: 40,
        keep_checkpoints: 3,
      },
    },
    env_settings: { env: 'basic', num_envs: 4, seed: 3 },
    checkpoint_settings: { run_id: runId, force },
  })
}

export interface Child {
  readonly process: ChildProcess
  readonly pid: number
  /** The next line of its output. */
  line(): Promise<string>
  /** Resolves when it has ended. */
  readonly ended: Promise<{ code: number | null; err: string }>
}

/** A script of this folder, in a process group of its own. @param before  a command to run it by */
export function start(script: string, args: readonly string[], before: readonly string[] = []): Child {
  return startCommand([...before, process.execPath, join(import.meta.dirname, script), ...args])
}

export function startCommand([command, ...args]: readonly string[]): Child {
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let err = ''
  child.stderr.on('data', (text) => {
    err += text
  })
  return {
    process: child,
    pid: child.pid!,
    line: async () => {
      const { value, done } = await lines.next()
      if (done) throw new Error(`it ended instead of saying something: ${err}`)
      return value
    },
    ended: once(child, 'close').then(([code]) => ({ code, err })),
  }
}

/**
 * Suspends processes, but not in the midst of a transaction: SQLite's own lock is let go of by nobody else, and all others would
 * wait for it and say so.
 * @param target  as kill(2) takes it
 */
export async function suspend(dir: string, target: number): Promise<void> {
  const sqlite = new Database(join(dir, 'library.db'), { timeout: 50 })
  for (;;) {
    process.kill(target, 'SIGSTOP')
    try {
      sqlite.exec('BEGIN IMMEDIATE; ROLLBACK')
      break
    } catch {
      process.kill(target, 'SIGCONT')
      await wait(7)
    }
  }
  sqlite.close()
}

/** Every file below a directory with its content, but for when it was touched. */
export function contentOf(directory: string): Record<string, string> {
  const files = globSync('**', { cwd: directory }).filter((name) => statSync(join(directory, name)).isFile())
  return Object.fromEntries(
    files.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    ]),
  )
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) [ZX] /.test(statOf(pid))
  } catch {
    return false
  }
}

function statOf(pid: number): string {
  return process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'latin1') : ''
}
