/** A training process that ended without a word: what the machine tells of why. */
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { Failed } from './messages.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: string | null
  /** The end of what it wrote to stderr. */
  readonly errorOutput: string
}

/** How often the kernel has ended a process of this machine for memory; null where it does not say so. */
export function memoryKills(): number | null {
  try {
    const told = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))
    return told === null ? null : Number(told[1])
  } catch {
    return null
  }
}

/** A process that shells and Electron report by its exit code has ended by signal `code - 128`. */
const SIGNALLED = 128
/** Windows: not enough memory, commitment limit, access violation, stack overflow. */
const WINDOWS: Readonly<Record<number, string>> = {
  3221225495: 'because memory ran out',
  3221225773: 'because memory ran out',
  3221225477: 'by a fault in native code',
  3221225725: 'by a fault in native code',
}
const RESUME = 'resume the run: it continues from its last checkpoint'
const LESS = 'close other programs, or use a smaller buffer_size, batch_size or network; then resume the run'

/**
 * @param asked   whether its owner has ended it
 * @param before  `memoryKills` when it was started
 * @param after   `memoryKills` now
 */
export function explainEnd(
  { code, signal, errorOutput }: Exit,
  {
    asked = false,
    before = null,
    after = null,
  }: { asked?: boolean; before?: number | null; after?: number | null } = {},
): Failed {
  const name = signal ?? signalOf(code)
  const memory = /heap out of memory|bad_alloc|allocation failed/i.test(errorOutput)
  const failed = (how: string, remedy: string, kind: Failed['kind'] = 'user'): Failed => ({
    type: 'failed',
    kind,
    message: `the training process was ended ${how}`,
    remedy,
    detail: errorOutput === '' ? null : errorOutput,
  })
  if (memory) return failed('because memory ran out', LESS)
  if (name === 'SIGKILL' && !asked) {
    if (before === null || after === null)
      return failed('by SIGKILL, as the system does when memory is short', LESS)
    return after > before ? failed('by the system, probably for memory', LESS) : failed('by SIGKILL', RESUME)
  }
  if (name === 'SIGSEGV' || name === 'SIGBUS' || name === 'SIGILL' || name === 'SIGABRT') {
    return failed(`by a fault in native code (${name})`, RESUME, 'bug')
  }
  if (name !== null) return failed(`by ${name}`, RESUME)
  const windows = code === null ? undefined : WINDOWS[code >>> 0]
  if (windows !== undefined) return failed(windows, windows.includes('memory') ? LESS : RESUME)
  return failed(`with exit code ${code}`, RESUME, 'bug')
}

function signalOf(code: number | null): string | null {
  if (code === null || code <= SIGNALLED || code > SIGNALLED + 64) return null
  const found = Object.entries(constants.signals).find(([, number]) => number === code - SIGNALLED)
  return found?.[0] ?? null
}
