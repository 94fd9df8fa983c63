/**
 * The Python processes of this thread. Starting one takes about a second: what an environment is like is asked once,
 * environments of one kind share a process, and one that nobody uses any more waits a while.
 */
import { fileURLToPath } from 'node:url'
import { besides } from '../../besides.ts'
import type { ParameterValue } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import type { ProcessOptions } from '../process-peer.ts'
import { Spares } from '../spares.ts'
import { SyncThread } from '../sync-thread.ts'
import { Host, type Seat } from './host.ts'
import { python } from './interpreter.ts'
import { askMake, type Description, readDescription } from './protocol.ts'

/** Beside this module, in the sources and in the build alike. */
const SCRIPT = fileURLToPath(new URL('./serve.py', import.meta.url))
const OPEN_SECONDS = 60

export interface HostKey {
  readonly id: string
  readonly kwargs: Readonly<Record<string, ParameterValue>>
}

const descriptions = new Map<string, Description>()
const used = new Map<string, Host>()
const spares = new Spares<Host>((host) => host.close())
/** Those that could not draw when somebody wanted to look. */
const blind = new Set<string>()

/** What the environment is like. @throws UserError when it cannot be made */
export function describe(key: HostKey): Description {
  const name = nameOf(key)
  const known = descriptions.get(name)
  if (known !== undefined) return known
  const host = start(key, false)
  spares.keep(nameOf(key, false), host)
  return host.description
}

/** As `describe`, while this thread's event loop lives; the processes then wait for whoever needs them. */
export async function prepare(key: HostKey): Promise<void> {
  await prepareHost(key, false)
  if (!canDraw(key)) return
  try {
    await prepareHost(key, true)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    cannotDraw(key)
  }
}

async function prepareHost(key: HostKey, draws: boolean): Promise<void> {
  const name = nameOf(key, draws)
  if (used.has(name) || spares.has(name)) return
  const thread = threadOf(key)
  try {
    const answer = await thread.callAsync(askMake(key.id, key.kwargs, draws), OPEN_SECONDS)
    spares.keep(name, opened(key, thread, answer))
  } catch (error) {
    thread.close()
    throw error
  }
}

/** Whether pictures are to be had, as far as is known. */
export function canDraw(key: HostKey): boolean {
  return describe(key).draws && !blind.has(nameOf(key))
}

/** Nobody tries again in this thread: a renderer without a display may end its process. */
export function cannotDraw(key: HostKey): void {
  blind.add(nameOf(key))
}

/**
 * An environment of one's own, waiting for a reset.
 * @param draws  whether it can draw
 * @throws UserError when it cannot be made
 */
export function takeSeat(key: HostKey, draws: boolean): Seat {
  const name = nameOf(key, draws)
  let host = used.get(name)
  if (host === undefined || !host.alive) {
    host = spares.take(name) ?? start(key, draws)
    used.set(name, host)
  }
  return host.sit(() => {
    if (used.get(name) === host) used.delete(name)
    if (host.alive) spares.keep(name, host)
  })
}

function start(key: HostKey, draws: boolean): Host {
  const thread = threadOf(key)
  try {
    return opened(key, thread, thread.call(askMake(key.id, key.kwargs, draws), OPEN_SECONDS))
  } catch (error) {
    thread.close()
    throw error
  }
}

function threadOf({ id }: HostKey): SyncThread {
  const name = `gym:${id} (${python()})`
  const options: ProcessOptions = {
    name,
    command: python(),
    arguments: ['-u', SCRIPT],
    missing: {
      message: `gym:${id} needs Python, and ${python()} was not found`,
      remedy:
        "install Python 3 and pip install gymnasium, or choose an interpreter: in the studio's settings, with --python FILE, or with $UNDERSTUDY_PYTHON",
    },
  }
  return new SyncThread({ name, module: besides(import.meta.url, '../process-peer'), options })
}

function opened(key: HostKey, thread: SyncThread, answer: Uint8Array): Host {
  const description = readDescription(answer, titleOf(key))
  if (!descriptions.has(nameOf(key))) descriptions.set(nameOf(key), description)
  return new Host(thread, description)
}

/** As an error calls the environment. */
function titleOf({ id, kwargs }: HostKey): string {
  const given = Object.entries(kwargs).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return given.length === 0 ? `gym:${id}` : `gym:${id} with ${given.join(', ')}`
}

/** @param draws  of a process and not of what it hosts */
function nameOf({ id, kwargs }: HostKey, draws?: boolean): string {
  return JSON.stringify([python(), id, Object.entries(kwargs).sort(), draws])
}
