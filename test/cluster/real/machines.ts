/**
 * Machines with cables between them, made of network namespaces on one machine (Linux, root): each has an address of its own and
 * sees the others through a bridge, which has a namespace of its own, too, so that nothing of this machine's network is touched.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'

const END_MS = 5_000

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Process {
  readonly pid: number
  /** What it was started as. */
  readonly command: string
}

/** Machines by their names. */
export interface Network {
  address(name: string): string
  start(
    name: string,
    command: readonly string[],
    env: NodeJS.ProcessEnv,
  ): ChildProcessByStdio<null, Readable, Readable>
  run(name: string, command: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran>
  processes(name: string): Process[]
  cut(name: string): void
  mend(name: string): void
  /** Ends all that runs on a machine. */
  clear(name: string): Promise<void>
  close(): Promise<void>
}

/** Why there can be none here; null where there can. */
export function whyNoMachines(): string | null {
  if (process.env.UNDERSTUDY_ONE_MACHINE !== undefined) return 'UNDERSTUDY_ONE_MACHINE is set'
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux'
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const name = `us${process.pid}try`
  const { status, error, stderr } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  if (status !== 0) return `network namespaces cannot be made: ${error?.message ?? stderr.trim()}`
  ip('netns', 'del', name)
  return null
}

export class Machines implements Network {
  readonly #bridge = `us${process.pid}`
  readonly #names: readonly string[]

  /** @param names  such as 'head', of at most eight letters */
  constructor(names: readonly string[]) {
    this.#names = names
    ip('netns', 'add', this.#bridge)
    ip('-n', this.#bridge, 'link', 'add', 'br0', 'type', 'bridge')
    ip('-n', this.#bridge, 'link', 'set', 'br0', 'up')
    for (const name of names) {
      const space = this.space(name)
      ip('netns', 'add', space)
      ip('-n', this.#bridge, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space)
      ip('-n', this.#bridge, 'link', 'set', name, 'master', 'br0', 'up')
      ip('-n', space, 'addr', 'add', `${this.address(name)}/24`, 'dev', 'eth0')
      ip('-n', space, 'link', 'set', 'eth0', 'up')
      ip('-n', space, 'link', 'set', 'lo', 'up')
      // By which they find each other as by a name server.
      mkdirSync(join('/etc/netns', space), { recursive: true })
      const hosts = names.map((other) => `${this.address(other)} ${other}`)
      writeFileSync(join('/etc/netns', space, 'hosts'), ['127.0.0.1 localhost', ...hosts, ''].join('\n'))
    }
  }

  space(name: string): string {
    return `${this.#bridge}-${name}`
  }

  address(name: string): string {
    return `10.77.0.${this.#names.indexOf(name) + 1}`
  }

  start(name: string, command: readonly string[], env: NodeJS.ProcessEnv) {
    return spawn('ip', ['netns', 'exec', this.space(name), ...command], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  run(name: string, command: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
    return ranToEnd(this.start(name, command, env))
  }

  processes(name: string): Process[] {
    const pids = ip('netns', 'pids', this.space(name)).split('\n').filter(Boolean)
    if (pids.length === 0) return []
    return readProcesses(
      spawnSync('ps', ['-o', 'pid=,args=', '-p', pids.join(',')], { encoding: 'utf8' }).stdout,
    )
  }

  cut(name: string): void {
    ip('-n', this.#bridge, 'link', 'set', name, 'down')
  }

  mend(name: string): void {
    ip('-n', this.#bridge, 'link', 'set', name, 'up')
  }

  clear(name: string): Promise<void> {
    return clearProcesses(() => this.processes(name))
  }

  async close(): Promise<void> {
    await Promise.all(this.#names.map((name) => this.clear(name)))
    for (const name of this.#names) {
      ip('netns', 'del', this.space(name))
      rmSync(join('/etc/netns', this.space(name)), { recursive: true, force: true })
    }
    ip('netns', 'del', this.#bridge)
  }
}

/** @param listed  by `ps -o pid=,args=` */
export function readProcesses(listed: string): Process[] {
  return listed
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, pid, command] = /^ *(\d+) (.*)$/.exec(line)!
      return { pid: Number(pid), command: command! }
    })
}

export async function clearProcesses(processes: () => readonly Process[]): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const until = performance.now() + END_MS
    for (const { pid } of processes()) endProcess(pid, signal)
    while (processes().length > 0 && performance.now() < until) await wait(100)
  }
}

export async function ranToEnd(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ran> {
  let [out, err] = ['', '']
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (err += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

export function endProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function ip(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
}
