/**
 * Programs of others that this process starts, and what they start in turn: none outlives it, not even when it is killed and
 * they hang.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

/** How long they may take to end by themselves once their owner is gone. */
const ORPHAN_SECONDS = 2

/**
 * Starts a program in a process group of its own: Ctrl-C is for its owner alone, and what it starts can be ended with it.
 * Resolves when it runs, and rejects with what kept it from being started.
 */
export async function spawnGroup(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess> {
  const child = spawn(command, args, { detached: true, ...options })
  await once(child, 'spawn')
  const dismiss = endWithThisProcess(-child.pid!, ORPHAN_SECONDS)
  child.once('close', () => {
    dismiss()
    killGroup(child)
  })
  return child
}

/** Ends the program at once, with all that it has started. */
export function killGroup(child: ChildProcess): void {
  if (process.platform === 'win32') {
    child.kill('SIGKILL')
    return
  }
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch (error) {
    // It has ended in the meantime. macOS forbids to signal a group in which only zombies are left.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

/** Waits for a line or the end of its input, which comes when its owner has ended, however that came. */
const WATCH = 'read -r line || { sleep "$2"; kill -s KILL -- "$1"; }'

/**
 * Has a process killed should this one end before it. A shell of a few hundred kilobytes watches, because nothing that is
 * killed can clean up after itself and not every program notices that its owner is gone. Windows has no such shell: there, and
 * where none is installed, a program that hangs outlives an owner that is killed.
 * @param target  a process id, or that of a group with a minus, as kill(2) takes it
 * @param seconds  what it is given to end by itself
 * @returns what to call once it has ended, since its id may be another's soon
 */
export function endWithThisProcess(target: number, seconds: number): () => void {
  if (process.platform === 'win32') return () => {}
  const args = ['-c', WATCH, 'understudy-watchdog', `${target}`, `${seconds}`]
  const watchdog = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  watchdog.on('error', () => {})
  watchdog.stdin.on('error', () => {})
  watchdog.unref()
  // A pipe of a child is a socket, which the declarations do not know.
  ;(watchdog.stdin as unknown as { unref(): void }).unref()
  return () => watchdog.stdin.end('\n')
}
