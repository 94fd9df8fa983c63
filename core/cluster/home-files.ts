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

export class HomeFiles {
  readonly #directory: string
  readonly #say: (message: JobMessage) => void
  readonly #store: JobStore | null
  #left: number
  /** Size and time by path, of what was sent. */
  readonly #sent = new Map<string, string>()
  /** The same, of what the store has. */
  readonly #kept = new Map<string, string>()

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

  /** A checkpoint on the way: its replay buffer comes only while the last one is sure to have room. */
  sendCheckpoint(): void {
    this.#send((path, bytes) => !LARGE.test(path) || 3 * bytes <= this.#left)
  }

  sendAll(): void {
    this.#send(() => true)
  }

  #send(isWanted: (path: string, bytes: number) => boolean): void {
    if (this.#store === null || !this.#keep(this.#store)) this.#sendThrough(isWanted)
    this.#say({ type: 'checkpoints', names: this.#paths().filter(isCheckpoint) })
  }

  /** @returns whether it is enough to have kept them */
  #keep(store: JobStore): boolean {
    const paths = this.#paths()
    const fresh = paths.filter((path) => this.#kept.get(path) !== stateOf(join(this.#directory, path)).state)
    store.put(fresh)
    store.remove([...this.#kept.keys()].filter((path) => isCheckpoint(path) && !paths.includes(path)))
    this.#kept.clear()
    for (const path of paths) this.#kept.set(path, stateOf(join(this.#directory, path)).state)
    if (!store.isFolder) return false
    for (const path of fresh) {
      const { size, state } = stateOf(join(this.#directory, path))
      if (this.#sent.get(path) === state) continue
      this.#say({ type: 'stored', path, size })
      this.#sent.set(path, state)
    }
    return true
  }

  #sendThrough(isWanted: (path: string, bytes: number) => boolean): void {
    for (const path of this.#paths()) {
      const file = join(this.#directory, path)
      const { size, state } = stateOf(file)
      if (this.#sent.get(path) === state || size > this.#left || !isWanted(path, size)) continue
      this.#sendFile(path, file)
      this.#sent.set(path, state)
      this.#left -= size
    }
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
