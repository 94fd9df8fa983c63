/**
 * Zip archives as Ray takes them: named by what is in them, so that each is sent once. Packing takes seconds, during which a studio goes
 * on with all else: files are read and compressed on other threads.
 */
import { createHash, type Hash, randomBytes } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'
import { Zip, type ZipInputFile } from 'fflate'
import { UserError } from '../errors.ts'
import { explainWriteError } from '../system-errors.ts'

export interface Package {
  /** `_ray_pkg_<sha1>.zip` */
  readonly name: string
  readonly file: string
  readonly size: number
}

/** Ray's own limit. */
const MOST_BYTES = 512 * 2 ** 20

const EXECUTABLE = 0o755
const PLAIN = 0o644
const DEFLATED = 8
const UNIX = 3

const compressed = promisify(deflateRaw) as (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>

/**
 * Packs files, or finds what was packed of them before: they are taken to be the same while their sizes and times are.
 * @param files  by their paths in the archive, where they lie
 * @throws UserError when it is more than Ray takes
 */
export async function packOnce(files: ReadonlyMap<string, string>): Promise<Package> {
  const folder = cacheFolder()
  const key = createHash('sha256')
  for (const [name, path] of files) {
    const { size, mtimeMs } = statSync(path)
    key.update(`${name}\0${path}\0${size}\0${mtimeMs}\n`)
  }
  const note = join(folder, `${key.digest('hex')}.json`)
  const known = readNote(note)
  if (known !== undefined) return known
  const packed = await packFiles(folder, files)
  writeNote(note, packed)
  return packed
}

/** Packs files into an archive in `folder`. @throws as `packOnce` */
export async function packFiles(folder: string, files: ReadonlyMap<string, string>): Promise<Package> {
  const unnamed = join(folder, `.${randomBytes(6).toString('hex')}.zip`)
  const name = `_ray_pkg_${await writeZipFile(unnamed, files)}.zip`
  const file = join(folder, name)
  renameSync(unnamed, file)
  return requireSize({ name, file, size: statSync(file).size })
}

function requireSize(packed: Package): Package {
  if (packed.size <= MOST_BYTES) return packed
  rmSync(packed.file, { force: true })
  throw new UserError(
    `what the job needs is ${Math.ceil(packed.size / 2 ** 20)} MB, and Ray takes at most 512 MB`,
    { remedy: 'use fewer demonstrations, or start it without the checkpoints of another run' },
  )
}

/** Where packages are kept from job to job. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME: given, LOCALAPPDATA: windows } = process.env
  const base =
    given || windows || join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache')
  const folder = join(base, 'understudy', 'packages')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw explainWriteError(error, folder)
  }
  return folder
}

function readNote(note: string): Package | undefined {
  try {
    const packed = JSON.parse(readFileSync(note, 'utf8')) as Package
    return statSync(packed.file).size === packed.size ? packed : undefined
  } catch {
    return undefined
  }
}

function writeNote(note: string, packed: Package): void {
  const unnamed = `${note}.${process.pid}`
  const fd = openSync(unnamed, 'w', 0o600)
  writeSync(fd, JSON.stringify(packed))
  closeSync(fd)
  renameSync(unnamed, note)
}

/** @returns SHA-1 of the archive */
async function writeZipFile(path: string, files: ReadonlyMap<string, string>): Promise<string> {
  const fd = openSync(path, 'w', 0o600)
  const hash: Hash = createHash('sha1')
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    hash.update(chunk)
    writeSync(fd, chunk)
  })
  try {
    for (const [name, from] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const bytes = await readFile(from)
      const entry: ZipInputFile = {
        filename: name,
        size: bytes.length,
        crc: crc32(bytes),
        compression: DEFLATED,
        os: UNIX, // so that the mode counts
        attrs: ((statSync(from).mode & 0o100) === 0 ? PLAIN : EXECUTABLE) << 16,
        mtime: new Date(1980, 0, 1, 12),
      }
      zip.add(entry)
      // Four times as fast as fflate's own.
      entry.ondata!(null, await compressed(bytes), true)
    }
    zip.end()
  } finally {
    closeSync(fd)
  }
  return hash.digest('hex')
}
