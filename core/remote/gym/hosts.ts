/**
 * The Python processes of this thread. Starting one takes about a second: what an environment is like is asked once,
 * environments of one kind share a process, and one that nobody uses any more waits a while.
 */
import { fileURLToPath } from 'node:url'
import { besides } from '../../besides.ts'
import type { ParameterValue } from '../../envs/index.ts'
import type { ProcessOptions } from '../process-peer.ts'
import { Spares } from '../spares.ts'
import { SyncThread } from '../sync-thread.ts'
import { Host, type Seat } from './host.ts'
import { python } from './interpreter.ts'
import { askMake, bodyOf, type Description } from './protocol.ts'

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

/** What the environment is like. @throws UserError when it cannot be made */
export function describe(key: HostKey): Description {
  const name = nameOf(key)
  const known = descriptions.get(name)
  if (known !== undefined) return known
  const host = start(key)
  spares.keep(name, host)
  return host.description
}

/** As `describe`, while this thread's event loop lives; the process then waits for whoever needs it. */
export async function prepare(key: HostKey): Promise<void> {
  const name = nameOf(key)
  if (used.has(name) || spares.has(name)) return
  const thread = threadOf(key)
  try {
    spares.keep(name, opened(key, thread, await thread.callAsync(askMake(key.id, key.kwargs), OPEN_SECONDS)))
  } catch (error) {
    thread.close()
    throw error
  }
}

/** An environment of one's own, waiting for a reset. @throws UserError when it cannot be made */
export function takeSeat(key: HostKey): Seat {
  const name = nameOf(key)
  let host = used.get(name)
  if (host === undefined || !host.alive) {
    host = spares.take(name) ?? start(key)
    used.set(name, host)
  }
  return host.sit(() => {
    if (used.get(name) === host) used.delete(name)
    if (host.alive) spares.keep(name, host)
  })
}

function start(key: HostKey): Host {
  const thread = threadOf(key)
  try {
    return opened(key, thread, thread.call(askMake(key.id, key.kwargs), OPEN_SECONDS))
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
      message: `gym:${id} needs Python, and there is no ${python()} here`,
      remedy:
        'install Python 3 and pip install gymnasium, or choose an interpreter: in the settings of the studio, by --python FILE, or by $UNDERSTUDY_PYTHON',
    },
  }
  return new SyncThread({ name, module: besides(import.meta.url, '../process-peer'), options })
}

function opened(key: HostKey, thread: SyncThread, answer: Uint8Array): Host {
  const description = JSON.parse(new TextDecoder().decode(bodyOf(answer, titleOf(key)))) as Description
  descriptions.set(nameOf(key), description)
  return new Host(thread, titleOf(key), description)
}

/** As an error calls the environment. */
function titleOf({ id, kwargs }: HostKey): string {
  const given = Object.entries(kwargs).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return given.length === 0 ? `gym:${id}` : `gym:${id} with ${given.join(', ')}`
}

function nameOf({ id, kwargs }: HostKey): string {
  return JSON.stringify([python(), id, Object.entries(kwargs).sort()])
}
