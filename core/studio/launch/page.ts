/** The built page: found, or built from its sources when it is missing or older than they are. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../errors.ts'

/** Where package.json lies: one level higher for the built program, which is in `dist/`. */
export const projectRoot = ['../../../', '../../../../']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((folder) => existsSync(join(folder, 'package.json')))!

const sources = ['renderer', 'core/studio/protocol', 'core/studio/protocol.ts', 'vite.config.ts']

/**
 * @param say  told in one line that something is built, since that takes seconds
 * @returns the folder with index.html
 * @throws UserError when it has to be built and cannot be
 */
export async function ensurePage(say: (line: string) => void, root = projectRoot): Promise<string> {
  const page = join(root, 'dist', 'renderer')
  const builtMs = modifiedMs(join(page, 'index.html'))
  if (builtMs !== null && newestMs(sources.map((source) => join(root, source))) <= builtMs) return page
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  if (!existsSync(vite)) {
    if (builtMs !== null) return page
    throw new UserError('the page is not built and the tool that builds it is not installed', {
      remedy: 'run npm ci in the folder of the program',
    })
  }
  say(builtMs === null ? 'building the page (once, some seconds)' : 'the page has changed: building it')
  await buildPage(vite, page, root)
  return page
}

/** Builds aside and then changes places, so that another studio goes on serving whole pages. */
async function buildPage(vite: string, page: string, root: string): Promise<void> {
  const fresh = `${page}.${process.pid}`
  const old = `${fresh}.old`
  try {
    const flags = ['--logLevel', 'error', '--outDir', fresh, '--emptyOutDir']
    await runNode([vite, 'build', ...flags], root, 'the page could not be built')
    if (existsSync(page)) renameSync(page, old)
    renameSync(fresh, page)
  } finally {
    for (const leaving of [fresh, old]) rmSync(leaving, { recursive: true, force: true })
  }
}

/** Runs a module with this Node. @throws UserError with what it wrote when it fails */
export function runNode(args: readonly string[], cwd: string, failure: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  const collect = (chunk: Buffer) => {
    output = (output + chunk).slice(0, 20_000)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  child.once('error', reject)
  child.once('close', (code) => {
    if (code === 0) resolve()
    else reject(new UserError(`${failure}: ${telling(output) || `exit code ${code}`}`, { cause: output }))
  })
  return promise
}

/** The line that says what is wrong, as far as that can be told from outside. */
function telling(output: string): string {
  const lines = output.split('\n').filter((text) => text.trim() !== '')
  const line = lines.find((text) => /error|could not|cannot/i.test(text)) ?? lines[0] ?? ''
  return line.trim().slice(0, 300)
}

/** Milliseconds since 1970 of the newest file among these files and below these folders; 0 when there is none. */
export function newestMs(paths: readonly string[]): number {
  let newest = 0
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) continue
    const ms = stats.isDirectory()
      ? newestMs(readdirSync(path).map((name) => join(path, name)))
      : stats.mtimeMs
    newest = Math.max(newest, ms)
  }
  return newest
}

function modifiedMs(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
}
