/** The file formats of demonstrations, by name and by content. */
import { DataError, listed, UserError } from '../../errors.ts'
import { printable } from '../../printable.ts'
import { checkCompatible, takenAs } from '../compatibility.ts'
import type { Episode } from '../episode.ts'
import { isHidden } from '../hidden.ts'
import { csv } from './csv/index.ts'
import { d4rl } from './d4rl.ts'
import { demo } from './demo/index.ts'
import type { DemonstrationFiles, DemonstrationFormat, ReadOptions } from './format.ts'
import { imitation } from './imitation/index.ts'
import { imitationNpz } from './imitation/npz.ts'
import { jsonl } from './jsonl/index.ts'
import { lerobot } from './lerobot/index.ts'
import { LIMITS } from './limits.ts'
import { minari } from './minari/index.ts'
import { npz } from './npz/index.ts'
import { isZip, readZip, writeZip } from './parts/zip.ts'
import { FileProblems } from './problems.ts'
import { FORMATS, folderFormat, formatByContent, formatByFileName, registerFormat } from './registry.ts'
import { rllibJson, rllibParquet } from './rllib.ts'
import { robomimic } from './robomimic.ts'
import { understudy } from './understudy.ts'

export type {
  ActionAlignment,
  DemonstrationFiles,
  DemonstrationFormat,
  FileFormat,
  FolderFormat,
  ReadOptions,
  WriteOptions,
} from './format.ts'
export { ARCHIVE, FORMAT_GROUPS } from './format.ts'
export { FORMATS, folderFormat, formatByFileName, formatByName, registerFormat } from './registry.ts'

for (const format of [
  understudy,
  csv,
  jsonl,
  npz,
  imitation,
  demo,
  lerobot,
  robomimic,
  imitationNpz,
  minari,
  d4rl,
  rllibParquet,
  rllibJson,
]) {
  registerFormat(format)
}

/** What is read: one file, or a folder of files. */
export type DemonstrationSource =
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly files: DemonstrationFiles }

/**
 * The format of a file or folder: by its content, and by its name where the content does not say.
 * @throws DataError when it is none that is known
 */
export function detectFormat(source: DemonstrationSource): DemonstrationFormat {
  const format =
    'bytes' in source
      ? (formatByContent(source.bytes) ?? formatByFileName(source.name))
      : folderFormat(new Set(source.files.keys()))
  if (format !== undefined) return format
  const names = FORMATS.filter((candidate) => candidate.read !== undefined).map((candidate) => candidate.name)
  const expected = `a format that can be read: ${listed(names, 'or')}`
  throw new DataError({
    file: source.name,
    place: 'content',
    expected,
    found: 'something else',
    sentence: `${printable(source.name)} is not a demonstration file that can be read here: the formats are ${listed(names)}`,
  })
}

/**
 * In this process, so for files of our own and for the one that has limits (../reading.ts).
 *
 * Reads a file or folder of any of the formats; a folder may also come packed as a zip archive.
 * @throws DataError when it is none of them, damaged, empty, or does not fit an environment that is known here; UserError
 *   when its format can only be written, or it is of another environment than `options.environment` and does not fit that one
 */
export async function readDemonstrationsHere(
  source: DemonstrationSource,
  options: ReadOptions = {},
): Promise<{ format: DemonstrationFormat; episodes: Episode[] }> {
  const problems = new FileProblems(source.name)
  const size = 'bytes' in source ? source.bytes.length : sum(source.files.values())
  if (size > LIMITS.fileBytes) problems.refuse('size', `at most ${LIMITS.fileBytes} bytes`, size)
  const unpacked = unpack(source, problems)
  const format = detectFormat(unpacked)
  const note = options.note ?? (() => undefined)
  const read = await readAs(format, unpacked, options)
  if (read.length === 0) problems.refuse('content', 'at least one episode', 'none')
  const episodes = takenAs(source.name, read, options.environment, note)
  checkCompatible(episodes, problems, note)
  return { format, episodes }
}

/** A folder that travels as one file, as when a browser downloads it. */
export function packFolder(files: DemonstrationFiles): Uint8Array {
  return writeZip(files)
}

function unpack(source: DemonstrationSource, problems: FileProblems): DemonstrationSource {
  if (!('bytes' in source) || !isZip(source.bytes) || npz.matches(source.bytes)) return source
  const files = [...readZip(source.bytes, problems)].filter(([name]) => !isHidden(name))
  return { name: source.name, files: withoutCommonFolder(new Map(files)) }
}

/** Whoever packs a folder packs its name with it. */
function withoutCommonFolder(files: DemonstrationFiles): DemonstrationFiles {
  const [first = ''] = files.keys()
  const folder = first.slice(0, first.indexOf('/') + 1)
  if (folder === '' || ![...files.keys()].every((name) => name.startsWith(folder))) return files
  const inside = [...files].map(([name, bytes]) => [name.slice(folder.length), bytes] as const)
  return withoutCommonFolder(new Map(inside.filter(([name]) => name !== '')))
}

async function readAs(
  format: DemonstrationFormat,
  source: DemonstrationSource,
  options: ReadOptions,
): Promise<Episode[]> {
  if (format.layout === 'file' && 'bytes' in source && format.read !== undefined)
    return await format.read(source.bytes, source.name, options)
  if (format.layout === 'folder' && 'files' in source && format.read !== undefined)
    return await format.read(source.files, source.name, options)
  throw new UserError(`${source.name}: ${format.name} can be written but not read`)
}

function sum(parts: Iterable<Uint8Array>): number {
  let bytes = 0
  for (const part of parts) bytes += part.length
  return bytes
}
