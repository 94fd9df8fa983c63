/** Paths that a file, a library or a peer names. Following one must not lead to another machine, a device, or out of a folder. */
import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { UserError } from './errors.ts'

/** Windows takes such a name for a device in every folder, with any ending. */
const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|:|$)/i
const DEVICE_FOLDERS = ['/dev', '/proc', '/sys']
/** A folder of plain files among the devices. */
const SHARED_MEMORY = '/dev/shm'

/**
 * Whether the path is another machine's (`\\host\share`, `//host/share`), a device's (`/dev/...`, `\\.\`, `NUL`), or none at
 * all, whatever system this is: a file that was written on one may be read on the other.
 */
export function isForeignPath(path: string): boolean {
  if (path.includes('\0') || /^[\\/]{2}/.test(path)) return true
  if (DEVICE_NAME.test(path.split(/[\\/]/).at(-1)!.trim())) return true
  const whole = resolve(path)
  return DEVICE_FOLDERS.some((folder) => isWithin(folder, whole)) && !isWithin(SHARED_MEMORY, whole)
}

/**
 * @param what  that the path is of, as the beginning of a sentence
 * @throws UserError
 */
export function refuseForeignPath(path: string, what: string): void {
  if (!isForeignPath(path)) return
  throw new UserError(
    `${what} ${JSON.stringify(path)} is on another machine or a device, and is not followed`,
    {
      remedy: 'copy it to a folder on this machine, and use that path',
    },
  )
}

/** Whether `path` is the folder or lies below it. Both absolute; links are the caller's business. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return isAbsolute(path) && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/**
 * The regular file of this name in the folder itself; a link to another file there is one.
 * @returns its real path; undefined when it is none, or leads out of the folder
 * @throws NodeJS.ErrnoException when there is nothing of the name
 */
export function fileIn(folder: string, name: string): string | undefined {
  if (basename(name) !== name || /^\.*$|[\\/\0]/.test(name) || isForeignPath(name)) return undefined
  const real = realpathSync(join(folder, name))
  return dirname(real) === realpathSync(folder) && statSync(real).isFile() ? real : undefined
}
