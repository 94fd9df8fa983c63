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
  const watchdog = startWatchdog(ORPHAN_SECONDS)
  const child = spawn(command, args, { detached: true, ...options })
  if (child.pid !== undefined) watchdog.watch(-child.pid)
  try {
    await once(child, 'spawn')
  } catch (error) {
    watchdog.dismiss()
    throw error
  }
  child.once('close', () => {
    watchdog.dismiss()
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

/** Waits for the target, and then for a line or the end of its input, which comes when its owner has ended, however that came. */
const WATCH = 'read -r target && { read -r line || { sleep "$1"; kill -s KILL -- "$target"; }; }'

export interface Watchdog {
  /** @param target  a process id, or that of a group with a minus, as kill(2) takes it */
  watch(target: number): void
  /** Once the target has ended, since its id may be another's soon; also where it never began. */
  dismiss(): void
}

/**
 * Will have a process killed should this one end before it. A shell of a few hundred kilobytes watches, because nothing that is
 * killed can clean up after itself and not every program notices that its owner is gone. It is there before what it is to watch,
 * so that hardly an instant is left in which nobody does. Windows has no such shell: there, and where none is installed, a
 * program that hangs outlives an owner that is killed.
 * @param seconds  what it is given to end by itself
 */
export function startWatchdog(seconds: number): Watchdog {
  if (process.platform === 'win32') return { watch: () => {}, dismiss: () => {} }
  const args = ['-c', WATCH, 'understudy-watchdog', `${seconds}`]
  const watchdog = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  watchdog.on('error', () => {})
  watchdog.stdin.on('error', () => {})
  watchdog.unref()
  // A pipe of a child is a socket, which the declarations do not know.
  ;(watchdog.stdin as unknown as { unref(): void }).unref()
  return {
    watch: (target) => void watchdog.stdin.write(`${target}\n`),
    dismiss: () => void watchdog.stdin.end('\n'),
  }
}
