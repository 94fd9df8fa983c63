/** Programs of this machine: what builds images without a daemon, what runs them, and what makes a Debian to begin with. */
import { spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')
/** Everything is kept here from one time to the next; git ignores it. */
export const folder = join(root, '.images')
export const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')]

const programs = ['buildah', 'debootstrap', 'runc', 'ip', 'npm']
const path = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter)

/** Why no image can be built here, in one line. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'images are built by root on Linux'
  const missing = programs.filter((name) => spawnSync(name, ['--version'], { env: { PATH: path } }).error)
  if (missing.length === 0) return undefined
  return `there is no ${missing.join(', no ')}: apt-get install --no-install-recommends buildah debootstrap runc iproute2`
}

/** Runs a program to its end. @returns what it printed, without the line break @throws with what it said when it fails */
export function sh(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, PATH: path, HOME: homedir() },
  })
  if (error !== undefined) throw error
  if (status === 0) return stdout.trimEnd()
  const said = `${stdout}${stderr}`.trimEnd().split('\n').slice(-20).join('\n')
  throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${said}`)
}

export const buildah = (...args: string[]): string => sh('buildah', [...storage, ...args])

/** @returns what a program prints, or nothing where it fails or is not there */
export function asked(program: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: 'utf8' })
  const text = stdout?.trim()
  return status === 0 && text !== '' && text !== 'null' && text !== 'undefined' ? text : undefined
}
