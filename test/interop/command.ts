/** Runs a program to its end, with everything it started, and keeps what it printed. */
import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Ends the program and its children. */
  readonly signal: AbortSignal
}

export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export async function runCommand(
  program: string,
  args: readonly string[],
  { cwd, env, signal }: CommandOptions,
): Promise<CommandResult> {
  signal.throwIfAborted()
  // A group of its own, so that what the program started ends with it.
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const stop = (): void => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    signal.throwIfAborted()
    return { code, out, err }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
