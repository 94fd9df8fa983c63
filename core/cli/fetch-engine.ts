/**
 * Puts ONNX Runtime where it is missing, which is where this package was installed as a dependency: the files whose hashes
 * engine/package-lock.json holds, without running any script of theirs.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { engineFolder, hasOnnxRuntime } from '../tensor/runtimes/onnxruntime-package.ts'

const FLAGS = ['--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund', '--fetch-retries=1']

/**
 * Fetches it once. That it could not be is told and is no error, since much can be done without.
 * @param signal  gives it up
 * @param say  told in one line that something is fetched, since that takes a while
 */
export async function fetchEngine(signal: AbortSignal, say: (line: string) => void): Promise<void> {
  if (hasOnnxRuntime() || engineFolder === undefined) return
  say('fetching ONNX Runtime, which runs the networks, from the package registry (once, about 110 MB)')
  try {
    await fetchInto(engineFolder, signal)
  } catch (error) {
    say(`ONNX Runtime could not be fetched: ${(error as Error).message}`)
  }
}

/**
 * Fetches aside and then changes names, so that another command never sees a part of it.
 * @param folder  with the manifest and lock file of what is wanted
 * @throws when npm fails, with what it said
 */
export async function fetchInto(folder: string, signal: AbortSignal): Promise<void> {
  const aside = mkdtempSync(join(folder, '.fetching-'))
  try {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(folder, name), join(aside, name))
    await npm(['ci', ...FLAGS], aside, signal)
    const modules = join(folder, 'node_modules')
    if (!existsSync(modules)) renameSync(join(aside, 'node_modules'), modules)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/** The npm that runs this, as `npx understudy` does, else the one on the path. @throws with what it wrote when it fails */
function npm(args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  const { npm_execpath: running } = process.env
  const [program, first] = running?.endsWith('.js') ? [process.execPath, [running]] : ['npm', []]
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // npm is a script there, which only a shell starts.
  const shell = program === 'npm' && process.platform === 'win32'
  const child = spawn(program, [...first, ...args], {
    cwd,
    shell,
    signal,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    output = (output + chunk).slice(0, 10_000)
  })
  child.once('error', reject)
  child.once('close', (code) => {
    if (code === 0) resolve()
    else reject(new Error(telling(output) || `npm ended with exit code ${code}`))
  })
  return promise
}

/** The line of npm's that says what is wrong, where the first one only has a code. */
function telling(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?(network )?/, '').trim())
  return lines.find((line) => line.includes('reason: ')) ?? lines[0]!
}
