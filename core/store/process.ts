/**
 * Which process something belongs to, told so that no other is ever taken for it. A process id alone proves nothing: ids are
 * used again, above all after a restart, and every container counts its own.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, uptime } from 'node:os'

export interface ProcessIdentity {
  readonly pid: number
  /** When it was started, in whatever form the system tells it; null where it does not. */
  readonly started: string | null
  readonly host: string
  /** Which start of the machine. */
  readonly boot: string
  /** Where the id counts: the PID namespace on Linux, elsewhere the host. Null where that cannot be told. */
  readonly namespace: string | null
}

/** `unknown`: its ids are not ours to look up, or somebody has the id and nothing more can be seen. */
export type Judgement = 'alive' | 'gone' | 'unknown'

/** Two estimates of the time of the start of one machine differ by less than this. */
const BOOT_TOLERANCE_S = 60
/** How long `ps` may take. */
const LOOK_MS = 2_000

let own: ProcessIdentity | undefined

export function thisProcess(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    started: lookUp(process.pid).started,
    host: hostname(),
    boot: bootIdentity(),
    namespace: pidNamespace(),
  }
  return own
}

/** @param pid  of a process that this one has started */
export function childProcess(pid: number): ProcessIdentity {
  return { ...thisProcess(), pid, started: lookUp(pid).started }
}

/** A zombie, which has ended and only waits to be asked how, counts as gone. */
export function judgeProcess(identity: ProcessIdentity, here = thisProcess()): Judgement {
  if (!isSameBoot(identity.boot, here.boot)) return identity.host === here.host ? 'gone' : 'unknown'
  if (identity.namespace === null || identity.namespace !== here.namespace) return 'unknown'
  const seen = lookUp(identity.pid)
  if (seen.judgement !== 'alive' || seen.started === identity.started) return seen.judgement
  return seen.started === null || identity.started === null ? 'unknown' : 'gone'
}

interface Sight {
  readonly judgement: Judgement
  readonly started: string | null
}

const GONE: Sight = { judgement: 'gone', started: null }
const UNSEEN: Sight = { judgement: 'unknown', started: null }

function lookUp(pid: number): Sight {
  if (process.platform === 'linux') return lookUpInProc(pid)
  if (process.platform !== 'win32') return lookUpWithPs(pid)
  return exists(pid) ? UNSEEN : GONE
}

/** man 5 proc: `pid (name) state ppid ...`, where the 22nd is the time of the start, in ticks since the machine's. */
function lookUpInProc(pid: number): Sight {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    // The processes of others may be hidden from /proc, not from a signal.
    return exists(pid) ? UNSEEN : GONE
  }
  // A name may hold spaces and parentheses; nothing behind it does.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return sight(fields[0]!, fields[19] ?? null)
}

function lookUpWithPs(pid: number): Sight {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    timeout: LOOK_MS,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  })
  const [, state, started] = /^\s*(\S+)\s+(.*\S)/.exec(stdout ?? '') ?? []
  if (status === 0 && state !== undefined && started !== undefined) return sight(state, started)
  return exists(pid) ? UNSEEN : GONE
}

/** @param state  Z for a zombie, X for one that is just going */
function sight(state: string, started: string | null): Sight {
  return /^[ZXx]/.test(state) ? GONE : { judgement: 'alive', started }
}

function exists(pid: number): boolean {
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

function pidNamespace(): string | null {
  if (process.platform !== 'linux') return hostname()
  try {
    // Where /proc shows the processes of another namespace, none of them can be looked up by the ids of ours.
    return readlinkSync('/proc/self') === String(process.pid) ? readlinkSync('/proc/self/ns/pid') : null
  } catch {
    return null
  }
}

/** @param a, b  what `bootIdentity` gave */
export function isSameBoot(a: string, b: string): boolean {
  return a === b || Math.abs(Number(a) - Number(b)) < BOOT_TOLERANCE_S
}
