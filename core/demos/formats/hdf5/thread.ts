/**
 * Reads and writes HDF5 in a thread of its own, which is started when it is first needed and ends when it has not been
 * needed for a while. A file that takes longer than its size allows ends the thread, and is refused.
 */
import { Worker } from 'node:worker_threads'
import type { FileProblems } from '../format.ts'
import type { Hdf5Group } from './tree.ts'
import type { Hdf5Reply, Hdf5Request } from './worker.ts'

/** Beside this module, in the sources and in the build alike. */
const WORKER_MODULE = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
)
const IDLE_MS = 5000
/** Of the thread's own time, so that nothing is refused because the machine is busy. A megabyte takes about 0.02 s. */
const READ_SECONDS = 0.5
const READ_SECONDS_PER_BYTE = 1e-6
const LOOK_MS = 50

interface Thread {
  readonly worker: Worker
  readonly ready: Promise<unknown>
}

let thread: Thread | undefined
let idle: NodeJS.Timeout | undefined
/** One request after the other. */
let queue: Promise<unknown> = Promise.resolve()

/** @throws DataError when it is no HDF5 file, is damaged, or takes too long or too much memory */
export async function readHdf5(bytes: Uint8Array, problems: FileProblems): Promise<Hdf5Group> {
  const limit = READ_SECONDS + READ_SECONDS_PER_BYTE * bytes.length
  const reply = await request({ kind: 'read', bytes }, limit)
  if (reply === undefined) {
    return problems.refuse('HDF5', `a file that is read within ${limit.toFixed(1)} s`, 'one that is not')
  }
  if (reply.kind === 'refused') return problems.refuse(reply.place, reply.expected, reply.found)
  if (reply.kind !== 'read') return unexpected(reply)
  return reply.root
}

/** Equal trees give equal bytes. */
export async function writeHdf5(root: Hdf5Group): Promise<Uint8Array> {
  const reply = await request({ kind: 'write', root }, Number.POSITIVE_INFINITY)
  return reply?.kind === 'written' ? reply.bytes : unexpected(reply)
}

/** @returns undefined when the thread was ended because there was no answer within the time or the memory */
function request(message: Hdf5Request, limitSeconds: number): Promise<Hdf5Reply | undefined> {
  const answer = queue.then(() => exchange(message, limitSeconds))
  queue = answer.catch(() => undefined)
  return answer
}

async function exchange(message: Hdf5Request, limitSeconds: number): Promise<Hdf5Reply | undefined> {
  clearTimeout(idle)
  thread ??= start()
  const { worker, ready } = thread
  worker.ref()
  try {
    await ready
    const limit = (await usedSeconds(worker)) + limitSeconds
    const answer = next(worker)
    worker.postMessage(message)
    const watch = setInterval(async () => {
      if ((await usedSeconds(worker)) > limit) void worker.terminate()
    }, LOOK_MS)
    const reply = await answer.finally(() => clearInterval(watch))
    if (reply === undefined) thread = undefined
    return reply
  } catch (error) {
    end()
    throw error
  } finally {
    worker.unref()
    idle = setTimeout(end, IDLE_MS).unref()
  }
}

function start(): Thread {
  // The values lie outside the heap of JavaScript, which holds only names and small objects.
  const worker = new Worker(WORKER_MODULE, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 192 } })
  return { worker, ready: next(worker) }
}

function end(): void {
  void thread?.worker.terminate()
  thread = undefined
}

/** Of a thread that has ended: 0. */
async function usedSeconds(worker: Worker): Promise<number> {
  const used = await worker.cpuUsage().catch(() => ({ user: 0, system: 0 }))
  return (used.user + used.system) / 1e6
}

/** @returns undefined when the thread ends before it answers */
function next(worker: Worker): Promise<Hdf5Reply | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      how()
    }
    const onMessage = (reply: Hdf5Reply): void => settle(() => resolve(reply))
    const onError = (error: NodeJS.ErrnoException): void =>
      settle(() => (error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? resolve(undefined) : reject(error)))
    const onExit = (): void => settle(() => resolve(undefined))
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}

function unexpected(reply: Hdf5Reply | undefined): never {
  throw reply?.kind === 'failed' ? reply.error : new Error(`the HDF5 thread answered ${reply?.kind}`)
}
