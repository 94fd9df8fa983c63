/**
 * The Python processes that host Gymnasium environments. Starting one takes about a second: what an environment is like is
 * asked once, and a process that nobody uses any more waits a while for the next who wants the same.
 */
import { fileURLToPath } from 'node:url'
import type { ParameterValue } from '../../envs/index.ts'
import type { ProcessOptions } from '../process-peer.ts'
import { besides, SyncThread } from '../sync-thread.ts'
import { askMake, bodyOf, type Description } from './protocol.ts'

/** Beside this module, in the sources and in the build alike. */
const SCRIPT = fileURLToPath(new URL('./serve.py', import.meta.url))
const OPEN_SECONDS = 60
/** How long a process waits for somebody. */
const SPARE_MS = 20_000

export interface Host {
  readonly thread: SyncThread
  readonly description: Description
}

export interface HostKey {
  readonly id: string
  readonly kwargs: Readonly<Record<string, ParameterValue>>
}

const descriptions = new Map<string, Description>()
const spares = new Map<string, { readonly host: Host; readonly timer: NodeJS.Timeout }>()

/** The interpreter that runs environments. */
export function python(): string {
  return process.env.UNDERSTUDY_PYTHON ?? 'python3'
}

/** What the environment is like. @throws UserError when it cannot be made */
export function describe(key: HostKey): Description {
  const known = descriptions.get(nameOf(key))
  if (known !== undefined) return known
  const host = takeHost(key)
  giveBack(key, host)
  return host.description
}

/** As `describe`, while this thread's event loop lives; the process then waits for whoever needs it. */
export async function prepare(key: HostKey): Promise<void> {
  if (spares.has(nameOf(key))) return
  const thread = start(key)
  try {
    giveBack(key, opened(key, thread, await thread.callAsync(askMake(key.id, key.kwargs), OPEN_SECONDS)))
  } catch (error) {
    thread.close()
    throw error
  }
}

/** A process of one's own, waiting for a reset. @throws UserError when the environment cannot be made */
export function takeHost(key: HostKey): Host {
  const spare = spares.get(nameOf(key))
  if (spare !== undefined) {
    spares.delete(nameOf(key))
    clearTimeout(spare.timer)
    return spare.host
  }
  const thread = start(key)
  try {
    return opened(key, thread, thread.call(askMake(key.id, key.kwargs), OPEN_SECONDS))
  } catch (error) {
    thread.close()
    throw error
  }
}

/** Nobody uses this process any more. */
export function giveBack(key: HostKey, host: Host): void {
  if (spares.has(nameOf(key))) {
    host.thread.close()
    return
  }
  const timer = setTimeout(() => {
    spares.delete(nameOf(key))
    host.thread.close()
  }, SPARE_MS)
  spares.set(nameOf(key), { host, timer: timer.unref() })
}

function start({ id }: HostKey): SyncThread {
  const name = `gym:${id} (${python()})`
  const options: ProcessOptions = {
    name,
    command: python(),
    arguments: ['-u', SCRIPT],
    missing: {
      message: `gym:${id} needs Python, and there is no ${python()} here`,
      remedy:
        'install Python 3 and pip install gymnasium, or name an interpreter by --python FILE or $UNDERSTUDY_PYTHON',
    },
  }
  return new SyncThread({ name, module: besides(import.meta.url, '../process-peer'), options })
}

function opened(key: HostKey, thread: SyncThread, answer: Uint8Array): Host {
  const description = JSON.parse(new TextDecoder().decode(bodyOf(answer, key.id))) as Description
  descriptions.set(nameOf(key), description)
  return { thread, description }
}

function nameOf({ id, kwargs }: HostKey): string {
  return JSON.stringify([python(), id, Object.entries(kwargs).sort()])
}
