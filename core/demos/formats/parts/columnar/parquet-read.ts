/** Columns of a Parquet file as numbers and texts. */
import type { FileProblems } from '../../problems.ts'
import { type ParquetColumn, type ParquetMetadata, readParquetMetadata } from './parquet-metadata.ts'
import { readPages, type SnappyDecoder } from './parquet-pages.ts'

/** Every row of it is equally wide. */
export interface NumberColumn {
  /** [rows, width]; flags are 0 and 1 */
  readonly values: Float64Array
  readonly width: number
}

export class ParquetFile {
  readonly metadata: ParquetMetadata
  readonly #bytes: Uint8Array
  readonly #place: string
  readonly #problems: FileProblems
  readonly #snappy: SnappyDecoder

  private constructor(bytes: Uint8Array, place: string, problems: FileProblems, snappy: SnappyDecoder) {
    this.metadata = readParquetMetadata(bytes, place, problems)
    this.#bytes = bytes
    this.#place = place
    this.#problems = problems
    this.#snappy = snappy
  }

  /** @throws DataError when the footer is damaged */
  static async open(bytes: Uint8Array, place: string, problems: FileProblems): Promise<ParquetFile> {
    const { snappyUncompress } = await import('hyparquet')
    return new ParquetFile(bytes, place, problems, snappyUncompress)
  }

  has(name: string): boolean {
    return this.metadata.columns.has(name)
  }

  /**
   * Of a column of numbers, flags, or lists of them (nested ones row by row).
   * @throws DataError when it is missing, damaged, has nulls, or rows of different width
   */
  numbers(name: string): NumberColumn {
    const { values, starts } = this.#column(name)
    const { rows } = this.metadata
    const place = `${this.#place}, column "${name}"`
    const numbers = values.every((part) => part instanceof Float64Array) ? concatenate(values) : undefined
    if (numbers === undefined) return this.#problems.refuse(place, 'numbers', 'texts')
    const width = rows === 0 ? 0 : starts[1]! - starts[0]!
    for (let row = 0; row < rows; row++) {
      const found = starts[row + 1]! - starts[row]!
      if (found !== width) this.#problems.refuse(`${place}, row ${row}`, `${width} numbers`, found)
    }
    return { values: numbers, width }
  }

  /** @throws DataError when it is missing, damaged, or has nulls */
  texts(name: string): string[] {
    return this.bytes(name).map((text) => Buffer.from(text).toString('utf8'))
  }

  /** What a column of texts, or of pictures, has in each row. @throws DataError when it is missing, damaged, or has nulls */
  bytes(name: string): Uint8Array[] {
    const { values, starts } = this.#column(name)
    const all = values.flatMap((part) => (part instanceof Float64Array ? [] : part))
    const place = `${this.#place}, column "${name}"`
    if (!starts.every((start, row) => start === row) || all.length !== this.metadata.rows) {
      this.#problems.refuse(place, 'bytes in every row', 'something else')
    }
    return all
  }

  /** Values of all pages, and at which of them each row starts, one more than there are rows. */
  #column(name: string): { values: (Float64Array | Uint8Array[])[]; starts: number[] } {
    const column = this.metadata.columns.get(name)
    const place = `${this.#place}, column "${name}"`
    if (column === undefined) return this.#problems.refuse(this.#place, `a column "${name}"`, 'none')
    const values: (Float64Array | Uint8Array[])[] = []
    const starts: number[] = []
    let present = 0
    try {
      for (const chunk of column.chunks) {
        for (const page of readPages(this.#bytes, column, chunk, this.#snappy)) {
          values.push(page.values)
          present = addStarts(page, column, present, starts)
        }
      }
    } catch (error) {
      return this.#problems.refuse(place, 'pages of values', (error as Error).message, error)
    }
    const { rows } = this.metadata
    if (starts.length !== rows) this.#problems.refuse(place, `${rows} rows`, starts.length)
    starts.push(present)
    return { values, starts }
  }
}

function addStarts(
  page: { count: number; repetition: Uint32Array | undefined; definition: Uint32Array | undefined },
  { maxDefinition }: ParquetColumn,
  presentBefore: number,
  starts: number[],
): number {
  let present = presentBefore
  for (let i = 0; i < page.count; i++) {
    if (page.repetition === undefined || page.repetition[i] === 0) starts.push(present)
    if (page.definition === undefined || page.definition[i] === maxDefinition) present++
  }
  return present
}

function concatenate(parts: readonly (Float64Array | Uint8Array[])[]): Float64Array {
  const numbers = parts.filter((part) => part instanceof Float64Array)
  const whole = new Float64Array(numbers.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of numbers) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
