/** What a file format for demonstrations offers. Each lies in its own file; `index.ts` registers them. */
import { DataError } from '../../errors.ts'
import type { Episode } from '../episode.ts'

export interface DemonstrationFormat {
  /** As it is named on the command line: 'npz'. */
  readonly name: string
  /** One line for people. */
  readonly title: string
  /** With the dot; the first one is used for new files. */
  readonly extensions: readonly string[]
  /** Whether the first bytes say so; the file name is not asked. */
  matches(bytes: Uint8Array): boolean
  /** @throws UserError when the format cannot hold these episodes together */
  write(episodes: readonly Episode[]): Uint8Array
  /** Gives exactly what was written. @throws DataError at the first thing that is wrong */
  read(bytes: Uint8Array, fileName: string): Episode[]
}

/** What is read of a file at most, so that a small hostile file cannot fill the memory. */
export const LIMITS = {
  fileBytes: 2 ** 29,
  inflatedBytes: 2 ** 30,
  episodes: 100_000,
} as const

/** Throws DataErrors about one file. */
export class FileProblems {
  readonly file: string

  constructor(file: string) {
    this.file = file
  }

  refuse(place: string, expected: string | number, found: string | number, cause?: unknown): never {
    throw new DataError({
      file: this.file,
      place: printable(place),
      expected: printable(expected),
      found: printable(found),
      cause,
    })
  }
}

/** A damaged file must not write control characters to the terminal of whoever reads the message. */
function printable(text: string | number): string {
  const clean = String(text).replaceAll(/\p{C}+/gu, '?')
  return clean.length > 200 ? `${clean.slice(0, 200)}...` : clean
}
