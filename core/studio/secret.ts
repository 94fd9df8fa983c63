/** The person's secret: whoever has it may use the studio on this library. It outlives a restart, so that pages do. */
import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newToken } from './security.ts'

const FILE = 'studio.secret'

/** The secret of the library in `dataDirectory`: 64 hexadecimal digits. One that others could have read is replaced. */
export function personalSecret(dataDirectory: string): string {
  const known = readSecret(dataDirectory)
  if (known !== null) return known
  const path = join(dataDirectory, FILE)
  const secret = newToken()
  rmSync(path, { force: true })
  // Whoever was quicker to put something there is not trusted: opening fails.
  writeFileSync(path, secret, { flag: 'wx', mode: 0o600 })
  return secret
}

/** The secret that is there already; null when there is none, or one that others could have read. */
export function readSecret(dataDirectory: string): string | null {
  const known = readPrivate(join(dataDirectory, FILE))
  return known !== null && /^[0-9a-f]{64}$/.test(known) ? known : null
}

/** @returns null when there is no such file, or it is a link, another user's, or open to others */
function readPrivate(path: string): string | null {
  let file: number
  try {
    // The flags are unknown to Windows, where the folder's own rights keep others out.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
  try {
    const stats = fstatSync(file)
    const own = process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0)
    return own && stats.isFile() ? readFileSync(file, 'utf8') : null
  } finally {
    closeSync(file)
  }
}
