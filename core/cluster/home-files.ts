/**
 * Sends the files of a run home: what is new since it was looked at last, as long as there is room for it. What a store takes that
 * is a folder goes home from there.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { JobMessage } from './job-messages.ts'
import type { JobStore } from './store.ts'

/** Of a message; as a line of the log it is a third longer. */
const PART_BYTES = 48 * 1024

/** What stays: who owns the run, and what is not complete. */
const STAYS = /^owner$|\.tmp$/
/** Larger than all else, and of use only to go on with a run. */
const LARGE = /\.replay$/
/** Longer at every look: sent again and again it would take all the room. */
const GROWS = /^events\./

interface RunFile {
  readonly path: string
  readonly size: number
  /** Its size and time. */
  readonly state: string
}

export class HomeFiles {
  readonly #directory: string
  readonly #say: (message: JobMessage) => void
  readonly #store: JobStore | null
  #left: number
  /** Size and time by path, of what was sent. */
  readonly #sent = new Map<string, string>()
  /** The same, of what the store has. */
  #kept: ReadonlyMap<string, string> = new Map()

  /**
   * What is there already has come from home.
   * @param mostBytes  that may be sent in all
   * @param store      where everything is kept besides
   */
  constructor(
    directory: string,
    mostBytes: number,
    say: (message: JobMessage) => void,
    store: JobStore | null = null,
  ) {
    this.#directory = directory
    this.#say = say
    this.#store = store
    this.#left = mostBytes
    for (const path of this.#paths()) this.#sent.set(path, stateOf(join(directory, path)).state)
  }

  /**
   * A checkpoint on the way: it comes only while the last one is sure to have room, and so does its replay buffer. What came before
   * it stays at home otherwise.
   */
  sendCheckpoint(): void {
    if (this.#isKept()) return
    const files = this.#newFiles()
    const small = files.filter(({ path }) => !LARGE.test(path) && !GROWS.test(path))
    const kept = sizeOf(files.filter(({ path }) => GROWS.test(path)))
    if (2 * sizeOf(small) + kept > this.#left) return
    this.#send([...small, ...files.filter(({ path, size }) => LARGE.test(path) && 3 * size <= this.#left)])
  }

  sendAll(): void {
    if (!this.#isKept()) this.#send(this.#newFiles())
  }

  /** What the store takes, where it goes home from there. */
  #isKept(): boolean {
    if (this.#store === null || !this.#keep(this.#store)) return false
    this.#sayCheckpoints()
    return true
  }

  #sayCheckpoints(): void {
    this.#say({ type: 'checkpoints', names: this.#paths().filter(isCheckpoint) })
  }

  /** @returns whether it is enough to have kept them */
  #keep(store: JobStore): boolean {
    const files = this.#files()
    const fresh = files.filter(({ path, state }) => this.#kept.get(path) !== state)
    store.put(fresh.map(({ path }) => path))
    const states = new Map(files.map(({ path, state }) => [path, state]))
    store.remove([...this.#kept.keys()].filter((path) => isCheckpoint(path) && !states.has(path)))
    this.#kept = states
    if (!store.isFolder) return false
    for (const { path, size, state } of this.#newFiles()) {
      this.#say({ type: 'stored', path, size })
      this.#sent.set(path, state)
    }
    return true
  }

  #files(): RunFile[] {
    return this.#paths().map((path) => ({ path, ...stateOf(join(this.#directory, path)) }))
  }

  #newFiles(): RunFile[] {
    return this.#files().filter(({ path, state }) => this.#sent.get(path) !== state)
  }

  #send(files: readonly RunFile[]): void {
    for (const { path, size, state } of files) {
      if (size > this.#left) continue
      this.#sendFile(path, join(this.#directory, path))
      this.#sent.set(path, state)
      this.#left -= size
    }
    this.#sayCheckpoints()
  }

  #sendFile(path: string, file: string): void {
    const fd = openSync(file, 'r')
    try {
      for (;;) {
        const part = new Uint8Array(PART_BYTES)
        const got = readSync(fd, part, 0, PART_BYTES, null)
        this.#say({ type: 'file', path, last: got < PART_BYTES, bytes: part.subarray(0, got) })
        if (got < PART_BYTES) return
      }
    } finally {
      closeSync(fd)
    }
  }

  /** Checkpoints last to first: where there is not room for all of them, the newest one comes. */
  #paths(): string[] {
    const stepOf = (path: string): number => Number.parseInt(path.split('/').at(-1)!, 10) || 0
    return readdirSync(this.#directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !STAYS.test(entry.name))
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(this.#directory.length + 1)
          .replaceAll('\\', '/'),
      )
      .sort((a, b) => stepOf(b) - stepOf(a) || (a < b ? -1 : 1))
  }
}

function isCheckpoint(path: string): boolean {
  return path.startsWith('checkpoints/')
}

function stateOf(file: string): { size: number; state: string } {
  const { size, mtimeMs } = statSync(file)
  return { size, state: `${size} ${mtimeMs}` }
}

function sizeOf(files: readonly RunFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}
