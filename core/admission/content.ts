/** What code consists of, as one hash, so that a change of it is seen. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { dirname, relative } from 'node:path'

/** No build of a game has more of code; what is beyond counts by size and time of change. */
const MOST_BYTES = 512 * 2 ** 20
const PIECE_BYTES = 2 ** 20

export interface Content {
  /** SHA-256 over the sorted files, each with its path relative to the code's own and its SHA-256; hexadecimal. */
  readonly sha256: string
  /** Whether there was so much that some files count by size and time of change alone. */
  readonly bounded: boolean
}

/** By path; of this thread. */
const known = new Map<string, { readonly state: string; readonly sha256: string }>()

/** @param files  absolute; one that is not there counts as absent */
export function contentOf({
  path,
  files,
}: {
  readonly path: string
  readonly files: readonly string[]
}): Content {
  const base = path === '' ? '/' : dirname(path)
  const whole = createHash('sha256')
  let left = MOST_BYTES
  let bounded = false
  for (const file of [...new Set(files)].sort()) {
    const stats = statSync(file, { throwIfNoEntry: false })
    const regular = stats?.isFile() === true
    const fits = regular && stats.size <= left
    if (regular) {
      if (fits) left -= stats.size
      else bounded = true
    }
    const said = !regular ? 'absent' : fits ? hashOf(file, stats) : stateOf(stats)
    whole.update(`${JSON.stringify([relative(base, file), said])}\n`)
  }
  return { sha256: whole.digest('hex'), bounded }
}

function hashOf(file: string, stats: Stats): string {
  const state = stateOf(stats)
  const before = known.get(file)
  if (before?.state === state) return before.sha256
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  const handle = openSync(file, 'r')
  try {
    for (let read: number; (read = readSync(handle, piece)) > 0; ) hash.update(piece.subarray(0, read))
  } finally {
    closeSync(handle)
  }
  const sha256 = hash.digest('hex')
  known.set(file, { state, sha256 })
  return sha256
}

function stateOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return JSON.stringify([dev, ino, size, mtimeMs, ctimeMs])
}
