/** The thread that has the HDF5 library: a file in, what it holds out; or the other way round. */
import { parentPort } from 'node:worker_threads'
import { type Library, loadLibrary } from './library.ts'
import { Refusal, readTree } from './read.ts'
import type { Hdf5Group } from './tree.ts'
import { writeTree } from './write.ts'

export type Hdf5Request =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'write'; readonly root: Hdf5Group }

export type Hdf5Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly root: Hdf5Group }
  | { readonly kind: 'written'; readonly bytes: Uint8Array }
  /** The file is at fault. */
  | { readonly kind: 'refused'; readonly place: string; readonly expected: string; readonly found: string }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Reading goes piece by piece; writing holds the whole file. */
const MEMORY_BYTES = { read: 160 * 2 ** 20, write: 2 ** 31 }

const port = parentPort!
// The library notes when a file was written; without that, equal episodes give equal bytes.
Date.now = () => 0
const fresh = await loadLibrary()

port.on('message', async (request: Hdf5Request) => {
  try {
    answer(request, await fresh(MEMORY_BYTES[request.kind]))
  } catch (error) {
    post({ kind: 'failed', error })
  }
})
post({ kind: 'ready' })

function answer(request: Hdf5Request, library: Library): void {
  if (request.kind === 'write') {
    const bytes = writeTree(library, request.root)
    post({ kind: 'written', bytes }, [bytes.buffer])
    return
  }
  let content: ReturnType<typeof readTree>
  try {
    content = readTree(library, request.bytes)
  } catch (error) {
    const { place, expected, found } = refusalFor(error)
    post({ kind: 'refused', place, expected, found })
    return
  }
  post({ kind: 'read', root: content.root }, content.buffers)
}

/** What is no refusal comes out of the library: errors of its own, traps, aborts and allocations that failed. */
function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const found = error instanceof Error ? error.message : 'a failure inside the library'
  return new Refusal('HDF5', 'a file that the HDF5 library can read', found)
}

function post(reply: Hdf5Reply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(reply, transfer)
}
