/** What runs take of the disk. */
import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { ReadableLibrary } from '../store/index.ts'
import { runDirectory } from './runs.ts'

/** In bytes. The metrics of a run lie in the library and are not counted. */
export interface RunSize {
  readonly id: string
  /** Without their replay buffers. */
  readonly checkpoints: number
  readonly replayBuffers: number
  readonly policies: number
  /** For TensorBoard. */
  readonly events: number
  /** Configuration, checkpoints that were set aside, and whatever else lies there. */
  readonly other: number
  readonly total: number
}

type Kind = Exclude<keyof RunSize, 'id' | 'total'>

/** Every run of the library and every folder of a run that it does not know, the largest first. */
export async function runSizes(library: ReadableLibrary): Promise<RunSize[]> {
  const runs = join(library.dir, 'runs')
  const known = library.listRuns().map(({ id }) => id)
  const folders = (await entriesOf(runs)).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const sizes: RunSize[] = []
  for (const id of new Set([...known, ...folders].filter(isRun))) sizes.push(await sizeOf(runs, id))
  return sizes.sort((a, b) => b.total - a.total || a.id.localeCompare(b.id))
}

function isRun(name: string): boolean {
  try {
    runDirectory('', name)
    return true
  } catch {
    return false
  }
}

async function sizeOf(runs: string, id: string): Promise<RunSize> {
  const bytes = { checkpoints: 0, replayBuffers: 0, policies: 0, events: 0, other: 0 }
  const directory = join(runs, id)
  for (const [path, size] of await filesBelow(directory)) {
    bytes[kindOf(path.slice(directory.length + 1))] += size
  }
  return { id, ...bytes, total: Object.values(bytes).reduce((sum, part) => sum + part, 0) }
}

function kindOf(path: string): Kind {
  if (path.startsWith('events.out.tfevents.')) return 'events'
  if (path === 'agent.onnx') return 'policies'
  if (!path.startsWith(`checkpoints${sep}`)) return 'other'
  if (path.endsWith('.checkpoint')) return 'checkpoints'
  if (path.endsWith('.replay')) return 'replayBuffers'
  return path.endsWith('.onnx') ? 'policies' : 'other'
}

/** Path and size of every regular file; links are not followed, and what may not be looked into counts as empty. */
export async function filesBelow(directory: string): Promise<[path: string, size: number][]> {
  const files: [path: string, size: number][] = []
  for (const entry of await entriesOf(directory)) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) files.push(...(await filesBelow(path)))
    else if (entry.isFile()) files.push([path, await sizeOfFile(path)])
  }
  return files
}

/** Training removes files at any time. */
const GONE_OR_CLOSED = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'EIO'])

async function entriesOf(directory: string): Promise<Dirent[]> {
  return readdir(directory, { withFileTypes: true }).catch((error) => orElse(error, []))
}

async function sizeOfFile(path: string): Promise<number> {
  return lstat(path).then(
    ({ size }) => size,
    (error) => orElse(error, 0),
  )
}

function orElse<T>(error: NodeJS.ErrnoException, value: T): T {
  if (GONE_OR_CLOSED.has(error.code ?? '')) return value
  throw error
}
