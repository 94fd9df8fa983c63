/** The demonstrations that come with the program: files in `demos/` beside `core/`. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Library } from '../store/index.ts'
import { readUnderstudy } from './formats/understudy.ts'

const DIRECTORY = fileURLToPath(new URL('../../demos/', import.meta.url))

/**
 * Imports every bundled file that this library has not seen yet. One that was deleted stays deleted.
 * @returns how many episodes are new
 */
export function ensureBundledDemonstrations(library: Library, directory = DIRECTORY): number {
  if (!existsSync(directory)) return 0
  let added = 0
  for (const name of readdirSync(directory).sort()) {
    if (!name.endsWith('.understudy')) continue
    const bytes = readFileSync(join(directory, name))
    const key = `bundled/${name}`
    const digest = createHash('sha256').update(bytes).digest('hex')
    if (library.getMeta(key) === digest) continue
    added += library.importEpisodes(readUnderstudy(bytes, name), { bundled: true }).added.length
    library.setMeta(key, digest)
  }
  return added
}
