/** The studio in a desktop window: finds or fetches Electron, builds the program for it, starts it. */
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { electronPackage, fetchElectron, findElectron, windowObstacle } from './electron.ts'
import { ensurePage, newestMs, projectRoot, runNode } from './page.ts'

/** A window that ends sooner than this with an error never opened. */
const startMs = 5_000

/**
 * Runs until the window is closed or `signal` is aborted.
 * @param onWindow  called when the window is opened, which then takes its own time to close
 * @returns null when it ran, else why there is no window, as the end of a sentence
 */
export async function runDesktopStudio(
  dataDirectory: string,
  say: (line: string) => void,
  signal: AbortSignal,
  onWindow: () => void,
  root = projectRoot,
): Promise<string | null> {
  const obstacle = windowObstacle(process.platform, process.env, process.getuid?.())
  if (obstacle !== null) return obstacle
  const shell = electronPackage(root)
  if (shell === null) return 'Electron is not installed'
  if (findElectron(root) === null) {
    say('fetching the desktop shell (about 110 MB, once)')
    const failure = await fetchElectron(shell)
    if (failure !== null) return `Electron could not be fetched: ${failure}`
  }
  const electron = findElectron(root)
  if (electron === null) return 'Electron could not be fetched'
  await ensureProgram(say, root)
  await ensurePage(say, root)
  onWindow()
  return runElectron(electron, root, dataDirectory, signal)
}

/** Electron runs the emitted program; it is emitted anew when a source is newer. */
async function ensureProgram(say: (line: string) => void, root: string): Promise<void> {
  const main = join(root, 'dist', 'electron', 'main.js')
  const sources = ['core', 'electron', 'demos', 'build.ts'].map((name) => join(root, name))
  if (existsSync(main) && newestMs(sources) <= statSync(main).mtimeMs) return
  say('building the program for the desktop (some seconds)')
  await runNode(['build.ts', '--no-page'], root, 'the program could not be built')
}

function runElectron(
  electron: string,
  root: string,
  dataDirectory: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const { ELECTRON_RUN_AS_NODE: _, ...environment } = process.env
  const startedMs = performance.now()
  const child = spawn(electron, [root, `--data=${dataDirectory}`], { stdio: 'inherit', env: environment })
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  child.once('error', (error) => resolve(error.message))
  child.once('exit', (code) => {
    const failed = code !== 0 && performance.now() - startedMs < startMs
    resolve(failed ? 'Electron could not start' : null)
  })
  return promise
}
