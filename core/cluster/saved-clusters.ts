/**
 * The clusters that this person has given names. They are kept with what this person has admitted and not in a library, which may
 * be somebody else's: a token is sent to the address that goes with it. One small file each, so that two programs at once lose
 * nothing.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { configDirectory } from '../admission/index.ts'
import { writeAtomically } from '../atomic-file.ts'
import { otherNames, UserError } from '../errors.ts'
import { printable } from '../printable.ts'
import { explainWriteError } from '../system-errors.ts'
import { RayClient } from './ray-client.ts'
import { rayToken } from './ray-token.ts'

const savedCluster = z.strictObject({
  name: z.string(),
  /** Of its dashboard, without a slash at its end. */
  address: z.string(),
  /** Absolute path of the file that holds its token; null where Ray's own places are looked at. */
  tokenFile: z.string().nullable(),
})
export type SavedCluster = z.infer<typeof savedCluster>

/** Where a run is trained that is not trained on a cluster. No cluster is called that. */
export const HERE = 'here'

/** It is the name of a file, and no address. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

/** By their names. What cannot be read as one is none. */
export function savedClusters(): SavedCluster[] {
  return namesIn(folder())
    .flatMap((file) => readCluster(file) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** @throws UserError when there is none of that name, with the nearest */
export function requireCluster(name: string): SavedCluster {
  const all = savedClusters()
  const found = all.find((cluster) => cluster.name === name)
  if (found !== undefined) return found
  throw new UserError(`there is no cluster "${printable(name)}"`, {
    usage: true,
    remedy:
      all.length === 0
        ? 'save it with `understudy cluster add NAME ADDRESS`, or give the address of its dashboard: http://HEAD:8265'
        : otherNames(
            name,
            all.map((cluster) => cluster.name),
            'the clusters',
          ),
  })
}

/** The one at that address, if this person has saved it. */
export function clusterAt(address: string): SavedCluster | undefined {
  return savedClusters().find((cluster) => isSame(cluster.address, address))
}

/** @throws UserError when name or address cannot be one or are taken, the token's file holds none, or nothing can be kept */
export async function saveCluster({ name, address, tokenFile }: SavedCluster): Promise<SavedCluster> {
  if (!NAME.test(name) || name.toLowerCase() === HERE) {
    throw new UserError(`a cluster cannot be called "${printable(name)}"`, {
      usage: true,
      remedy: `use up to 40 letters, digits, dots, dashes and underscores, and not "${HERE}", which is this machine`,
    })
  }
  if (tokenFile !== null && !isAbsolute(tokenFile)) {
    throw new UserError(`nobody knows from where ${printable(tokenFile)} is to be found`, {
      usage: true,
      remedy: 'write the whole path of the file that holds the token',
    })
  }
  const client = new RayClient(address, tokenFile === null ? null : rayToken(tokenFile))
  for (const other of savedClusters()) {
    // Of names that differ in this alone, some file systems keep one.
    const sameName = other.name.toLowerCase() === name.toLowerCase()
    if (!sameName && !isSame(other.address, client.address)) continue
    throw new UserError(`${other.address} is saved as "${other.name}" already`, {
      remedy: sameName ? 'choose another name, or remove that one first' : 'use it, or remove it first',
    })
  }
  const saved: SavedCluster = { name, address: client.address, tokenFile }
  makeFolder()
  await writeAtomically(fileOf(name), [Buffer.from(`${JSON.stringify(saved)}\n`)], { mode: 0o600 })
  return saved
}

/** @throws UserError when there is none of that name, with the nearest */
export function forgetCluster(name: string): SavedCluster {
  const cluster = requireCluster(name)
  rmSync(fileOf(name), { force: true })
  return cluster
}

function folder(): string {
  return join(configDirectory(), 'clusters')
}

function makeFolder(): void {
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw explainWriteError(error, folder())
  }
}

function fileOf(name: string): string {
  return join(folder(), `${name}.json`)
}

function readCluster(file: string): SavedCluster | undefined {
  try {
    const cluster = savedCluster.parse(JSON.parse(readFileSync(join(folder(), file), 'utf8')))
    return `${cluster.name}.json` === file && NAME.test(cluster.name) ? cluster : undefined
  } catch {
    return undefined
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    // In a folder that may not be read, as of another person, nothing was saved for this one.
    if (['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

function isSame(a: string, b: string): boolean {
  if (!URL.canParse(a) || !URL.canParse(b)) return false
  const [one, other] = [new URL(a), new URL(b)]
  return one.origin === other.origin && strip(one.pathname) === strip(other.pathname)
}

function strip(path: string): string {
  return path.replace(/\/+$/, '')
}
