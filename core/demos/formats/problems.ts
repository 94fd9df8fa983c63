import { DataError } from '../../errors.ts'
import { printable } from '../../printable.ts'
import type { SchemaProblem } from '../../schema-words.ts'

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

  /** @param place  of the value that the schema was for; '' for the whole file */
  refuseBySchema(place: string, { path, expected, found, said, unknownKey }: SchemaProblem): never {
    const where = [place, path.join('.')].filter((part) => part !== '').join(', ')
    const wanted =
      said?.replace(/^expected /, '') ?? (unknownKey === undefined ? expected : 'only known keys')
    return this.refuse(where === '' ? 'content' : where, wanted, unknownKey ?? found ?? 'nothing')
  }
}
