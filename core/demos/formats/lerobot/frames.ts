/** The frames of a LeRobotDataset: the columns of all its data files behind one another, and how it describes them. */
import { z } from 'zod'
import { readBySchema } from '../../../schema-words.ts'
import type { DemonstrationFiles } from '../format.ts'
import { type NumberColumn, ParquetFile } from '../parts/columnar/parquet-read.ts'
import { parseJson } from '../parts/heads-file.ts'
import type { FileProblems } from '../problems.ts'
import * as layout from './layout.ts'

const infoSchema = z.object({
  codebase_version: z.string(),
  features: z.record(z.string(), z.looseObject({ dtype: z.string() })).default({}),
})

export class Frames {
  readonly count: number
  /** Of the data files. */
  readonly bytes: number
  /** How the features are kept, by name: 'float32', 'image', 'video'. */
  readonly kinds: ReadonlyMap<string, string>
  readonly #files: readonly ParquetFile[]

  private constructor(files: readonly ParquetFile[], bytes: number, kinds: ReadonlyMap<string, string>) {
    this.#files = files
    this.bytes = bytes
    this.kinds = kinds
    this.count = files.reduce((sum, { metadata }) => sum + metadata.rows, 0)
  }

  static async open(files: DemonstrationFiles, problems: FileProblems): Promise<Frames> {
    const kinds = readInfo(files, problems)
    const paths = [...files.keys()].filter((path) => /^data\/chunk-\d+\/file-\d+\.parquet$/.test(path)).sort()
    if (paths.length === 0) problems.refuse('data', 'data/chunk-000/file-000.parquet', 'no such file')
    const opened: ParquetFile[] = []
    for (const path of paths) opened.push(await ParquetFile.open(files.get(path)!, path, problems))
    const bytes = paths.reduce((sum, path) => sum + files.get(path)!.length, 0)
    return new Frames(opened, bytes, kinds)
  }

  has(name: string): boolean {
    return this.#files.every((file) => file.has(name))
  }

  numbers(name: string): NumberColumn {
    const parts = this.#files.map((file) => file.numbers(name))
    if (parts.length === 1) return parts[0]!
    const values = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0))
    let at = 0
    for (const part of parts) {
      values.set(part.values, at)
      at += part.values.length
    }
    // Where the files differ, the checks of the width against the number of frames tell.
    return { values, width: this.count === 0 ? 0 : values.length / this.count }
  }

  /** Whether a column has pictures within the file. */
  hasPictures(name: string): boolean {
    return this.has(`${name}.bytes`)
  }

  /** A file for each frame: mostly a PNG. */
  pictures(name: string): Uint8Array[] {
    return this.#files.flatMap((file) => file.bytes(`${name}.bytes`))
  }
}

/** @returns how the features are kept */
function readInfo(files: DemonstrationFiles, problems: FileProblems): ReadonlyMap<string, string> {
  const info = readBySchema(
    infoSchema,
    parseJson(files.get(layout.INFO) ?? new Uint8Array(0), layout.INFO, problems),
  )
  if ('problem' in info) return problems.refuseBySchema(layout.INFO, info.problem)
  const { codebase_version, features } = info.data
  if (!/^v3\.\d+$/.test(codebase_version)) {
    problems.refuse(
      `${layout.INFO}, codebase_version`,
      'v3.0 (lerobot.datasets.v30.convert_dataset_v21_to_v30 upgrades older ones)',
      codebase_version,
    )
  }
  return new Map(Object.entries(features).map(([name, { dtype }]) => [name, dtype]))
}
