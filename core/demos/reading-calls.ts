/** What the limited process that reads demonstrations can do (reading.ts). */
import type { SandboxedCalls, Tell } from '../sandbox/sandbox.ts'
import { type EpisodePiece, episodePieces, pieceBytes } from '../store/index.ts'
import type { ReadOptions } from './formats/format.ts'
import { type DemonstrationSource, readDemonstrationsHere } from './formats/index.ts'
import { UnsaidEnvironmentError } from './formats/parts/foreign.ts'
import { readSource, sizeOnDisk } from './source.ts'

/** A path is opened in the process itself; the name is that of where the file comes from. */
export type Source = string | { readonly name: string; readonly path: string } | DemonstrationSource

export interface Asked extends Pick<ReadOptions, 'environment' | 'supposed' | 'actions'> {
  readonly source: Source
}

/** What comes of a file bit by bit. */
export type ReadPart = { readonly notes: readonly string[] } | { readonly pieces: readonly EpisodePiece[] }

/** How it ends: the name of the format, or null where neither file nor person says what was played. */
export type ReadResult = string | null

/** Of what is sent at once, so that whoever takes it can do other things in between. */
const PART_BYTES = 2 ** 19
const PART_PIECES = 400
/** A file may have something to say of each of a hundred thousand lines. */
const MOST_NOTES = 20

export const calls = {
  /** @returns bytes of a file, or of all files of a folder */
  size: (path: string) => sizeOnDisk(path),

  read: async ({ source, ...options }: Asked, tell: Tell): Promise<ReadResult> => {
    const notes: string[] = []
    let unsaid = 0
    const note = (text: string): void => {
      if (notes.length < MOST_NOTES) notes.push(text)
      else unsaid++
    }
    try {
      const { format, episodes } = await readDemonstrationsHere(
        typeof source === 'string'
          ? readSource(source)
          : 'path' in source
            ? readSource(source.path, source.name)
            : source,
        { ...options, note },
      )
      if (unsaid > 0) notes.push(`${unsaid} more notes like these are left out`)
      await tell({ notes } satisfies ReadPart)
      for (const pieces of parts(episodes.values().flatMap(episodePieces)))
        await tell({ pieces } satisfies ReadPart)
      return format.name
    } catch (error) {
      if (error instanceof UnsaidEnvironmentError) return null
      throw error
    }
  },
} satisfies SandboxedCalls

function* parts(pieces: Iterable<EpisodePiece>): Generator<readonly EpisodePiece[]> {
  let part: EpisodePiece[] = []
  let bytes = 0
  for (const piece of pieces) {
    part.push(piece)
    bytes += pieceBytes(piece)
    if (bytes < PART_BYTES && part.length < PART_PIECES) continue
    yield part
    part = []
    bytes = 0
  }
  if (part.length > 0) yield part
}
