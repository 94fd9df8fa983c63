/**
 * Where the files of a run are kept outside its job, whatever their size: a folder that all machines see (file:), or a bucket (s3:,
 * gs:), which the Python of the cluster reads and writes (python/src/understudy_ray/store.py).
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../errors.ts'
import { printable } from '../printable.ts'
import { explainWriteError } from '../system-errors.ts'
import { SHIM } from './program-files.ts'

const SCHEMES = ['file:', 's3:', 'gs:']

/** @returns as it is to be named, without a slash at its end @throws UserError for what is no place to keep files in */
export function parseStore(named: string): string {
  const url = URL.canParse(named) ? new URL(named) : null
  if (url !== null && SCHEMES.includes(url.protocol) && (url.protocol === 'file:' || url.host !== '')) {
    return named.replace(/\/+$/, '')
  }
  throw new UserError(`${JSON.stringify(named)} is no store`, {
    usage: true,
    remedy:
      'name a folder that all machines see, as file:///shared/runs, or a bucket, as s3://bucket/runs or gs://bucket/runs',
  })
}

/** The folder of a run in a store that is one; null in a bucket. */
export function storeFolder(store: string, runId: string): string | null {
  return store.startsWith('file:') ? join(fileURLToPath(store), runId) : null
}

/** What a job does with its store, which it waits for as for a disk. */
export class JobStore {
  readonly #store: string
  readonly #runId: string
  readonly #directory: string

  /** @param directory  of the run in the job */
  constructor(store: string, runId: string, directory: string) {
    this.#store = store
    this.#runId = runId
    this.#directory = directory
  }

  /** Whether whoever follows the job can be expected to see it, too. */
  get isFolder(): boolean {
    return storeFolder(this.#store, this.#runId) !== null
  }

  /** @param paths  within the run's directory @throws UserError when the store does not take them */
  put(paths: readonly string[]): void {
    const folder = storeFolder(this.#store, this.#runId)
    if (folder === null) {
      this.#ask('put', paths)
      return
    }
    for (const path of paths) {
      const target = join(folder, path)
      try {
        mkdirSync(dirname(target), { recursive: true })
        copyFileSync(join(this.#directory, path), `${target}.tmp`)
        renameSync(`${target}.tmp`, target)
      } catch (error) {
        rmSync(`${target}.tmp`, { force: true })
        throw explainWriteError(error, target)
      }
    }
  }

  remove(paths: readonly string[]): void {
    const folder = storeFolder(this.#store, this.#runId)
    if (folder === null) this.#ask('remove', paths)
    else for (const path of paths) rmSync(join(folder, path), { force: true })
  }

  /** Those of these files that the store has, where they are not here: what was too large to come along. */
  fetch(paths: readonly string[]): void {
    if (storeFolder(this.#store, this.#runId) === null) this.#ask('get', paths)
  }

  #ask(action: 'put' | 'remove' | 'get', paths: readonly string[]): void {
    if (paths.length === 0) return
    const python = process.env.UNDERSTUDY_PYTHON ?? 'python'
    // What follows a question mark says how the bucket is reached.
    const uri = new URL(this.#store)
    uri.pathname = `${uri.pathname.replace(/\/$/, '')}/${this.#runId}`
    const command = ['-m', `${SHIM}.store`, action, uri.href, this.#directory, ...paths]
    const { status, stderr, error } = spawnSync(python, command, { encoding: 'utf8' })
    if (status === 0) return
    const said = error?.message ?? stderr.trim().split('\n').at(-1) ?? ''
    throw new UserError(`the store ${this.#store}: ${printable(said)}`)
  }
}
