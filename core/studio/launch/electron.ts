/**
 * Electron's binary: where it is, and how to get it without ever hanging. The npm package `electron` is not imported,
 * since importing it starts a download that nobody can bound.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { hasDisplay } from './open-browser.ts'

/** About 110 MB: enough for a line of 10 Mbit/s. */
const downloadMs = 120_000
const probeMs = 3_000
/** The first with Node 24. */
const oldestElectron = 40

/** Why there can be no window here, or null when there can be. */
export function windowObstacle(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  userId: number | undefined,
): string | null {
  if (!hasDisplay(platform, environment)) return 'there is no display'
  // Chromium refuses to start its sandbox for root, and without it there shall be no window.
  if (platform === 'linux' && userId === 0) return 'Electron does not run as root'
  return null
}

/**
 * The npm package, inside this one or beside it where this one is a dependency; null when it is not installed. Beside it
 * lies what others asked for, which may be too old.
 */
export function electronPackage(root: string): string | null {
  let manifest: string
  try {
    manifest = createRequire(join(root, 'package.json')).resolve('electron/package.json')
  } catch {
    return null
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return Number(version.split('.')[0]) < oldestElectron ? null : dirname(manifest)
}

/** @returns the executable, or null when it has not been fetched */
export function findElectron(root: string, environment: NodeJS.ProcessEnv = process.env): string | null {
  const folder = electronPackage(root)
  if (folder === null) return null
  const pathFile = join(folder, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : ''
  const override = environment.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return existing(join(override, name || 'electron'))
  return name === '' ? null : existing(join(folder, 'dist', name))
}

/**
 * Lets Electron's own installer fetch the binary.
 * @param folder  the npm package
 * @returns null when it is there now, else why not, as the end of a sentence
 */
export async function fetchElectron(folder: string, limitMs = downloadMs): Promise<string | null> {
  if (!(await sourceAnswers(process.env))) return 'its source cannot be reached'
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const child = spawn(process.execPath, [join(folder, 'install.js')], { cwd: folder, stdio: 'ignore' })
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    resolve(`it was not there after ${Math.round(limitMs / 1000)} seconds`)
  }, limitMs)
  child.once('error', (error) => resolve(error.message))
  child.once('exit', (code) => resolve(code === 0 ? null : 'its installer failed'))
  const obstacle = await promise
  clearTimeout(timer)
  return obstacle
}

/** Whether a connection to the download source opens; behind a proxy the installer has to find out itself. */
function sourceAnswers(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const { ELECTRON_MIRROR, npm_config_electron_mirror: npmMirror } = environment
  const behindProxy = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].some((key) => environment[key])
  if (behindProxy) return Promise.resolve(true)
  const source = URL.parse(ELECTRON_MIRROR ?? npmMirror ?? 'https://github.com')
  if (source === null) return Promise.resolve(false)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const port = Number(source.port) || (source.protocol === 'http:' ? 80 : 443)
  const socket = connect({ host: source.hostname, port, timeout: probeMs })
  const deadline = setTimeout(() => resolve(false), probeMs)
  socket.once('connect', () => resolve(true))
  socket.once('timeout', () => resolve(false))
  socket.once('error', () => resolve(false))
  return promise.finally(() => {
    clearTimeout(deadline)
    socket.destroy()
  })
}

function existing(path: string): string | null {
  return existsSync(path) ? path : null
}
