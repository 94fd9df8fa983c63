/**
 * Reads and writes HDF5 in a thread of its own, which is started when it is first needed and ends when it has not been
 * needed for a while. Files of others are read where the whole process has limits (../../reading.ts).
 */
import { Worker } from 'node:worker_threads'
import type { FileProblems } from '../../problems.ts'
import type { Hdf5Group } from './tree.ts'
import type { Hdf5Reply, Hdf5Request } from './worker.ts'

/** Beside this module, in the sources and in the build alike. */
const WORKER_MODULE = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
)
const IDLE_MS = 5000

interface Thread {
  readonly worker: Worker
  readonly ready: Promise<unknown>
}

let thread: Thread | undefined
let idle: NodeJS.Timeout | undefined
/** One request after the other. */
let queue: Promise<unknown> = Promise.resolve()

/** @throws DataError when it is no HDF5 file or damaged */
export async function readHdf5(bytes: Uint8Array, problems: FileProblems): Promise<Hdf5Group> {
  const reply = await request({ kind: 'read', bytes })
  if (reply.kind === 'refused') return problems.refuse(reply.place, reply.expected, reply.found)
  return reply.kind === 'read' ? reply.root : unexpected(reply)
}

/** Equal trees give equal bytes. */
export async function writeHdf5(root: Hdf5Group): Promise<Uint8Array> {
  const reply = await request({ kind: 'write', root })
  return reply.kind === 'written' ? reply.bytes : unexpected(reply)
}

function request(message: Hdf5Request): Promise<Hdf5Reply> {
  const answer = queue.then(() => exchange(message))
  queue = answer.catch(() => undefined)
  return answer
}

async function exchange(message: Hdf5Request): Promise<Hdf5Reply> {
  clearTimeout(idle)
  thread ??= start()
  const { worker, ready } = thread
  worker.ref()
  try {
    await ready
    const answer = next(worker)
    worker.postMessage(message)
    return await answer
  } catch (error) {
    end()
    throw error
  } finally {
    worker.unref()
    idle = setTimeout(end, IDLE_MS).unref()
  }
}

function start(): Thread {
  const worker = new Worker(WORKER_MODULE, { execArgv: [] })
  return { worker, ready: next(worker) }
}

function end(): void {
  void thread?.worker.terminate()
  thread = undefined
}

function next(worker: Worker): Promise<Hdf5Reply> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      worker.off('message', onMessage).off('error', onError)
      how()
    }
    const onMessage = (reply: Hdf5Reply): void => settle(() => resolve(reply))
    const onError = (error: Error): void => settle(() => reject(error))
    worker.on('message', onMessage).on('error', onError)
  })
}

function unexpected(reply: Hdf5Reply): never {
  throw reply.kind === 'failed' ? reply.error : new Error(`the HDF5 thread answered ${reply.kind}`)
}
