/**
 * Reads demonstrations that come from anywhere: in a process with limits of memory and processor time, which is kept a few
 * seconds for the next file. What it is given depends on the size of the file.
 */
import { totalmem } from 'node:os'
import { basename, resolve } from 'node:path'
import { besides } from '../besides.ts'
import { DataError } from '../errors.ts'
import { loadedPlugins } from '../plugins.ts'
import { type CallOptions, type Limits, Sandbox, SandboxEndError } from '../sandbox/sandbox.ts'
import { EpisodeAssembler, type EpisodePiece } from '../store/index.ts'
import type { Episode } from './episode.ts'
import type { ReadOptions } from './formats/format.ts'
import { type DemonstrationFormat, type DemonstrationSource, formatByName } from './formats/index.ts'
import { UnsaidEnvironmentError } from './formats/parts/foreign.ts'
import type { Asked, ReadPart, ReadResult, Source } from './reading-calls.ts'

export interface ReadingOptions extends ReadOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined
}

const MB = 2 ** 20
/**
 * What any file is given, what each megabyte adds, and what each of the first ten adds besides: pictures, and rows that repeat
 * themselves, inflate a hundred times. docs/decisions/0010-limited-readers.md has what honest files take.
 */
const SECONDS = { any: 1, each: 0.2, inflating: 2 }
const MEMORY = { any: 256 * MB, each: 16 * MB, inflating: 128 * MB }
const INFLATING_MB = 10

const IDLE_MS = 5_000
/** A process that holds more after a file does not get another one. */
const HELD_BYTES = 96 * MB

let waiting: { readonly sandbox: Sandbox; readonly clock: NodeJS.Timeout } | undefined

/**
 * @param source  the path of a file or folder, or what is in it
 * @throws what `readDemonstrationsHere` throws; DataError also when the file takes more than it is given
 */
export async function readDemonstrations(
  source: Source,
  options: ReadingOptions = {},
): Promise<{ format: DemonstrationFormat; episodes: Episode[] }> {
  const assembler = new EpisodeAssembler()
  const format = await readInPieces(source, options, (pieces) => assembler.add(pieces))
  assembler.finish()
  return { format, episodes: assembler.episodes }
}

/** The same with nothing kept here: `take` is given the episodes piece by piece, and is waited for. */
export async function readInPieces(
  source: Source,
  { signal, note, ...options }: ReadingOptions,
  take: (pieces: readonly EpisodePiece[]) => void | Promise<void>,
): Promise<DemonstrationFormat> {
  const name = nameOf(source)
  const sandbox = borrow()
  try {
    const path = pathOf(source)
    const bytes =
      path === undefined
        ? sizeOf(source as DemonstrationSource)
        : await limited<number>(sandbox, 'size', path, { limits: limitsFor(0), signal }, name, 0)
    const onPart = (part: ReadPart): void | Promise<void> => {
      if ('pieces' in part) return take(part.pieces)
      for (const text of part.notes) note?.(text)
    }
    const asked: Asked = { source, ...options }
    const call = { limits: limitsFor(bytes), signal, onPart }
    const format = await limited<ReadResult>(sandbox, 'read', asked, call, name, bytes)
    if (format === null) throw new UnsaidEnvironmentError(name)
    return formatByName(format)
  } finally {
    giveBack(sandbox)
  }
}

function limitsFor(bytes: number): Limits {
  const size = bytes / MB
  const given = ({ any, each, inflating }: typeof SECONDS): number =>
    any + each * size + inflating * Math.min(size, INFLATING_MB)
  return { seconds: given(SECONDS), bytes: Math.min(given(MEMORY), totalmem() / 2) }
}

async function limited<Result>(
  sandbox: Sandbox,
  call: 'size' | 'read',
  argument: unknown,
  options: CallOptions,
  file: string,
  bytes: number,
): Promise<Result> {
  try {
    return await sandbox.call<Result>(call, argument, options)
  } catch (error) {
    if (!(error instanceof SandboxEndError && error.inCall)) throw error
    const { seconds, bytes: memory } = options.limits
    const given = `${seconds.toFixed(1)} s of processor time and ${Math.round(memory / MB)} MB of memory`
    const expected = `a file that can be read with ${given}, the limit for ${(bytes / MB).toFixed(1)} MB`
    throw new DataError({
      file,
      place: 'content',
      expected,
      found: `one that ${error.message}`,
      cause: error,
    })
  }
}

function borrow(): Sandbox {
  const kept = waiting
  waiting = undefined
  clearTimeout(kept?.clock)
  if (kept?.sandbox.alive) return kept.sandbox
  return new Sandbox({ module: CALLS, plugins: loadedPlugins() })
}

function giveBack(sandbox: Sandbox): void {
  if (!sandbox.alive || sandbox.heldBytes > HELD_BYTES || waiting !== undefined) {
    sandbox.close()
    return
  }
  const clock = setTimeout(() => {
    waiting = undefined
    sandbox.close()
  }, IDLE_MS).unref()
  waiting = { sandbox, clock }
}

const CALLS = besides(import.meta.url, 'reading-calls')

function nameOf(source: Source): string {
  return typeof source === 'string' ? basename(resolve(source)) : source.name
}

function pathOf(source: Source): string | undefined {
  if (typeof source === 'string') return source
  return 'path' in source ? source.path : undefined
}

function sizeOf(source: DemonstrationSource): number {
  if ('bytes' in source) return source.bytes.length
  return source.files.values().reduce((sum, bytes) => sum + bytes.length, 0)
}
