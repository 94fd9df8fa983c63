/** Takes in the files of a run that was trained elsewhere. */
import { closeSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeAtomically } from '../atomic-file.ts'
import { UserError } from '../errors.ts'

/** What a run consists of; anything else from outside is refused. */
const PATH =
  /^(checkpoints\/\d{1,15}\.(checkpoint|replay|onnx)|agent\.onnx|config\.yaml|events\.out\.tfevents\.[\w.-]+)$/
/** Written here already, with the paths of this machine. */
const OURS = new Set(['config.yaml'])

const PIECE_BYTES = 2 ** 20

export class ComeHome {
  readonly #directory: string
  readonly #fence: () => void
  readonly #parts = new Map<string, Uint8Array[]>()

  /** @param fence  throws when the run is another's by now */
  constructor(directory: string, fence: () => void) {
    this.#directory = directory
    this.#fence = fence
  }

  /** @throws UserError when it is none of a run's files, or cannot be written */
  async file(path: string, bytes: Uint8Array, last: boolean): Promise<void> {
    if (!PATH.test(path)) throw foreign(path)
    if (OURS.has(path)) return
    const parts = this.#parts.get(path) ?? []
    this.#parts.set(path, parts)
    parts.push(bytes)
    if (!last) return
    this.#parts.delete(path)
    const target = join(this.#directory, path)
    await mkdir(dirname(target), { recursive: true })
    await writeAtomically(target, parts, { mayName: this.#fence })
  }

  /** From a store that is a folder. @returns whether it could be seen from here, with so many bytes */
  async stored(folder: string, path: string, size: number): Promise<boolean> {
    if (!PATH.test(path)) throw foreign(path)
    if (OURS.has(path)) return true
    const file = join(folder, path)
    if (statSync(file, { throwIfNoEntry: false })?.size !== size) return false
    const target = join(this.#directory, path)
    await mkdir(dirname(target), { recursive: true })
    await writeAtomically(target, pieces(file), { mayName: this.#fence })
    return true
  }

  /**
   * Those that the job had no more when it had these; whoever hears it once more may have newer ones already. The last one that can be
   * gone on from stays, since a replay buffer may be too large to come.
   */
  removeOther(names: readonly string[]): void {
    this.#fence()
    const folder = join(this.#directory, 'checkpoints')
    const here = namesIn(folder)
    const resumable = Math.max(...here.filter((name) => name.endsWith('.replay')).map(stepOf))
    const kept = new Set(names)
    const newest = Math.max(0, ...names.map((path) => stepOf(basename(path))))
    for (const name of here) {
      const path = `checkpoints/${name}`
      const step = stepOf(name)
      if (!PATH.test(path) || kept.has(path) || step === resumable || step > newest) continue
      rmSync(join(folder, name), { force: true })
    }
  }
}

function foreign(path: string): UserError {
  return new UserError(`the job sent a file that no run has: ${JSON.stringify(path)}`)
}

function* pieces(file: string): Generator<Uint8Array> {
  const fd = openSync(file, 'r')
  try {
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES)
      const got = readSync(fd, piece)
      if (got === 0) return
      yield piece.subarray(0, got)
    }
  } finally {
    closeSync(fd)
  }
}

function stepOf(name: string): number {
  return Number.parseInt(name, 10)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
