/** Modes: what a library holds is its owner's alone, whatever the umask says. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

const FILE_MODE = 0o600
const DIRECTORY_MODE = 0o700

/** Folders beside the database, by what they hold. */
export const DIRECTORIES = { runs: 'runs', agents: 'agents', backups: 'backups' } as const

/** Names that are given in a data directory. */
const OURS = /^(?:library\.|runs$|agents$|backups$|results$|exchange$|desktop$|studio|open-|\.understudy-)/

/**
 * Makes the directory and those above it that are missing. One by one, because Node's own recursion never ends where the
 * file system answers that a parent which is there does not exist, as /proc does.
 */
export function makePrivateDirectory(directory: string): void {
  if (existsSync(directory)) return
  makePrivateDirectory(dirname(directory))
  try {
    mkdirSync(directory, DIRECTORY_MODE)
    // The umask has had its say.
    chmodSync(directory, DIRECTORY_MODE)
  } catch (error) {
    // Another process that opens the same library may have been quicker.
    if (!existsSync(directory)) throw error
  }
}

/** Makes an empty file where there is none. What SQLite puts beside a database gets its mode. */
export function createPrivateFile(file: string): void {
  let descriptor: number
  try {
    descriptor = openSync(file, 'wx', FILE_MODE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  try {
    fchmodSync(descriptor, FILE_MODE)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Takes from everybody else what they may do with the files and folders of a data directory; with the directory itself too
 * when nothing else lies in it. What another owns, and links, stay as they are.
 */
export function makePrivate(directory: string): void {
  const names = readdirSync(directory)
  for (const name of names) if (OURS.test(name)) tighten(join(directory, name))
  if (names.every((name) => OURS.test(name))) tighten(directory)
}

function tighten(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined || stats.uid !== process.getuid?.()) return
  if (!(stats.isFile() || stats.isDirectory()) || (stats.mode & 0o077) === 0) return
  chmodSync(path, stats.mode & 0o700)
}
