/**
 * What this person has admitted, kept in their own folder and not in a library: a library may be somebody else's, and whoever
 * wrote it could have written there that anything was admitted. One small file each, so that two programs at once lose nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { isWithin, refuseForeignPath } from '../paths.ts'
import { contentOf } from './content.ts'
import type { Code, Memory, Refusal, Subject } from './gate.ts'

/** Something that was admitted, with what it was then. */
export interface Admission extends Subject {
  readonly path: string
  readonly sha256: string
  /** Unix time in milliseconds. */
  readonly admittedAt: number
}

/** Whatever lies in it or below is admitted, as it is. */
export interface TrustedFolder {
  readonly kind: 'folder'
  /** Real path. */
  readonly name: string
  readonly admittedAt: number
}

type Entry = Admission | TrustedFolder

/** The person's own folder: `UNDERSTUDY_CONFIG`, else where programs of this system keep such things. */
export function configDirectory(): string {
  const { UNDERSTUDY_CONFIG: named, APPDATA: windows, XDG_CONFIG_HOME: desktop } = process.env
  if (named) return resolve(named)
  const base = (process.platform === 'win32' ? windows : desktop) || join(homedir(), '.config')
  return join(base, 'understudy')
}

export class PersonMemory implements Memory {
  readonly #directory: string

  constructor(directory = join(configDirectory(), 'admitted')) {
    this.#directory = directory
  }

  recall(subject: Subject, code: () => Code): Refusal | null {
    const entry = this.#read(fileOf(subject))
    const folders = this.list().filter(({ kind }) => kind === 'folder')
    if (entry === undefined && folders.length === 0) return 'unknown'
    const found = code()
    const place = found.path === '' ? '' : realOf(found.path)
    if (folders.some(({ name }) => isWithin(name, place))) return null
    if (entry === undefined || entry.kind === 'folder') return 'unknown'
    return entry.path === found.path && entry.sha256 === contentOf(found).sha256 ? null : 'changed'
  }

  /** @throws UserError when nothing can be kept there */
  remember({ kind, name }: Subject, code: Code): void {
    const { sha256 } = contentOf(code)
    const before = this.#read(fileOf({ kind, name }))
    if (
      before !== undefined &&
      before.kind !== 'folder' &&
      before.path === code.path &&
      before.sha256 === sha256
    ) {
      return
    }
    this.#write({ kind, name, path: code.path, sha256, admittedAt: Date.now() })
  }

  /** @throws UserError when there is no such folder */
  trust(folder: string): string {
    refuseForeignPath(folder, 'the folder')
    let name: string
    try {
      name = realpathSync(folder)
      readdirSync(name)
    } catch (cause) {
      throw new UserError(`there is no folder ${folder}`, { usage: true, cause })
    }
    this.#write({ kind: 'folder', name, admittedAt: Date.now() })
    return name
  }

  /** @param name  id of an environment, path of a plugin or of a trusted folder. @returns what is forgotten */
  forget(name: string): readonly Entry[] {
    const names = [name, resolve(name), realOf(resolve(name))]
    // An id stands for all that it was given as texts.
    const found = this.list().filter(
      (entry) => names.includes(entry.name) || entry.name.startsWith(`${name} with `),
    )
    for (const entry of found) rmSync(join(this.#directory, fileOf(entry)), { force: true })
    return found
  }

  /** Oldest first. */
  list(): readonly Entry[] {
    let names: string[]
    try {
      names = readdirSync(this.#directory)
    } catch (error) {
      // In a folder that may not be read, as of another person, nothing was admitted for this one.
      if (['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
      throw error
    }
    const entries = names.flatMap((name) => (name.endsWith('.json') ? (this.#read(name) ?? []) : []))
    return entries.sort((a, b) => a.admittedAt - b.admittedAt || (a.name < b.name ? -1 : 1))
  }

  /** Whatever is not readable as one was not admitted. */
  #read(file: string): Entry | undefined {
    try {
      const entry = JSON.parse(readFileSync(join(this.#directory, file), 'utf8')) as Entry
      return fileOf(entry) === file ? entry : undefined
    } catch {
      return undefined
    }
  }

  #write(entry: Entry): void {
    const file = join(this.#directory, fileOf(entry))
    const partial = `${file}.${randomBytes(6).toString('hex')}.partial`
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      writeFileSync(partial, `${JSON.stringify(entry)}\n`, { mode: 0o600, flag: 'wx' })
      renameSync(partial, file)
    } catch (cause) {
      rmSync(partial, { force: true })
      const { code } = cause as NodeJS.ErrnoException
      throw new UserError(`cannot remember in ${this.#directory} what may be started (${code})`, {
        remedy: 'make that folder writable, or choose another with $UNDERSTUDY_CONFIG',
        cause,
      })
    }
  }
}

function fileOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${createHash('sha256').update(`${kind} ${name}`).digest('hex').slice(0, 40)}.json`
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
