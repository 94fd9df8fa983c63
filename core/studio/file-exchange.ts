/**
 * Files on their way between a page and the host. They travel beside the port, as streams, so that no frame and no
 * memory has to hold them; each lies in a folder of the library under a random name until it has been used. What lies
 * there is all the state there is: the process that takes a file in need not be the one that uses it.
 */
import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, type ReadStream, rmSync } from 'node:fs'
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { LIMITS } from '../demos/formats/limits.ts'
import { UserError } from '../errors.ts'
import type { File, Upload } from './protocol.ts'

/** All that may lie there at the same time, in bytes: a few of the largest. */
const MOST_BYTES = 4 * LIMITS.fileBytes
const MOST_AT_ONCE = 8
/** Within each such time so many bytes of an upload must arrive, or it is given up. */
const STALL_MS = 15_000
const STALL_BYTES = 2 ** 14
/** A file that nobody has fetched or used for so long is removed. */
const FORGET_MS = 15 * 60_000
const SWEEP_MS = 60_000

/** What a page has sent, for whoever reads it. */
export interface UploadedFile {
  /** As it is called where it comes from; no path. */
  readonly name: string
  /** Where it lies until the work that takes it is done. */
  readonly path: string
  /** Its size. */
  readonly bytes: number
}

export interface FileExchangeOptions {
  readonly stallMs?: number
  readonly mostBytes?: number
}

export class FileExchange {
  readonly #folder: string
  readonly #stallMs: number
  readonly #mostBytes: number
  #arriving = 0

  /** @param dataDirectory  of the library */
  constructor(dataDirectory: string, options: FileExchangeOptions = {}) {
    this.#folder = join(dataDirectory, 'exchange')
    this.#stallMs = options.stallMs ?? STALL_MS
    this.#mostBytes = options.mostBytes ?? MOST_BYTES
  }

  /** Removes what an earlier studio has left, and from now on what nobody takes. @returns what ends that */
  keepClean(): () => void {
    this.#clear()
    const timer = setInterval(() => void this.#sweep(), SWEEP_MS).unref()
    return () => {
      clearInterval(timer)
      this.#clear()
    }
  }

  /**
   * Takes a file in while it arrives.
   * @returns the id by which a method of the protocol is told of it
   * @throws UserError when it is too large, comes too slowly, or there is no room; nothing is left of it then
   */
  async receive(body: AsyncIterable<Uint8Array>, size: number | null): Promise<string> {
    if (this.#arriving >= MOST_AT_ONCE) throw new UserError('too many files are being sent at the same time')
    this.#arriving++
    const id = newId()
    const partial = `${this.#pathOf(id)}.partial`
    const stalled = new AbortController()
    const timer = setInterval(() => this.#giveUpIfStalled(arrived, stalled), this.#stallMs)
    const arrived = { total: 0, before: 0 }
    try {
      const room = Math.min(LIMITS.fileBytes, this.#mostBytes - (await this.#used()))
      checkSize(size ?? 0, room)
      this.#makeFolder()
      await pipeline(
        body,
        async function* (chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            arrived.total += chunk.byteLength
            checkSize(arrived.total, room)
            yield chunk
          }
        },
        createWriteStream(partial, { flags: 'wx', mode: 0o600 }),
        { signal: stalled.signal },
      )
      await rename(partial, this.#pathOf(id))
      return id
    } catch (error) {
      if (stalled.signal.aborted) throw stalled.signal.reason
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw noRoom()
      throw error
    } finally {
      clearInterval(timer)
      this.#arriving--
      await rm(partial, { force: true })
    }
  }

  /** Lays a file out for a page to fetch. */
  async offer(fileName: string, mediaType: string, content: Uint8Array): Promise<File> {
    const id = newId()
    this.#makeFolder()
    try {
      await writeFile(this.#pathOf(id), content, { flag: 'wx', mode: 0o600 })
    } catch (error) {
      await rm(this.#pathOf(id), { force: true })
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw noRoom()
      throw error
    }
    return { fileName, mediaType, id, bytes: content.byteLength }
  }

  /** The content of a file and its size, null when there is none. It is removed when it has been read to its end. */
  async send(id: string): Promise<{ readonly content: ReadStream; readonly bytes: number } | null> {
    const path = this.#pathOf(id)
    const bytes = await sizeOf(path)
    if (bytes === null) return null
    const content = createReadStream(path)
    content.once('end', () => void rm(path, { force: true }))
    return { content, bytes }
  }

  /**
   * Gives uploads to `work` and removes them when it is done, whatever comes of it.
   * @throws UserError when one is not there
   */
  async take<T>(uploads: readonly Upload[], work: (files: UploadedFile[]) => Promise<T>): Promise<T> {
    try {
      const files: UploadedFile[] = []
      for (const { name, id } of uploads) {
        const path = this.#pathOf(id)
        const bytes = await sizeOf(path)
        if (bytes === null) {
          throw new UserError(`${name} is no longer here`, { remedy: 'choose the file again' })
        }
        files.push({ name, path, bytes })
      }
      return await work(files)
    } finally {
      for (const { id } of uploads) await rm(this.#pathOf(id), { force: true })
    }
  }

  #giveUpIfStalled(arrived: { total: number; before: number }, stalled: AbortController): void {
    if (arrived.total - arrived.before < STALL_BYTES) {
      const remedy = 'look after the connection and send it once more'
      stalled.abort(new UserError('the upload is too slow', { remedy }))
    }
    arrived.before = arrived.total
  }

  /** Ids are checked by the protocol's schema, or by the route that has one in its path. */
  #pathOf(id: string): string {
    return join(this.#folder, id)
  }

  #makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
  }

  #clear(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #used(): Promise<number> {
    let bytes = 0
    for (const name of await this.#names()) bytes += (await sizeOf(this.#pathOf(name))) ?? 0
    return bytes
  }

  async #sweep(): Promise<void> {
    for (const name of await this.#names()) {
      const path = this.#pathOf(name)
      const stats = await stat(path).catch(() => null)
      if (stats !== null && Date.now() - stats.mtimeMs > FORGET_MS) await rm(path, { force: true })
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }
}

/** 16 random bytes, in hexadecimal. */
function newId(): string {
  return randomBytes(16).toString('hex')
}

function checkSize(bytes: number, room: number): void {
  if (bytes > LIMITS.fileBytes) {
    throw new UserError(`a file may have ${LIMITS.fileBytes / 2 ** 20} MB`, {
      remedy: 'import larger ones with the command line',
    })
  }
  if (bytes > room) throw noRoom()
}

function noRoom(): UserError {
  return new UserError('there is not enough space for the file', {
    remedy: 'free some space, or wait a moment',
  })
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
