// Plain JavaScript that old versions understand: finds a Node that can run this program and starts files with it.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 24
const root = fileURLToPath(new URL('../', import.meta.url))

/** @param version  such as '24.1.0' */
export function isNewEnough(version = process.versions.node) {
  return Number(version.split('.')[0]) >= OLDEST_NODE
}

/**
 * The Node that npm has installed for this platform: inside this package, or beside it where it is a dependency.
 * @param from  folder from which it is looked for, as Node looks for packages
 * @returns the executable, in a list that is empty where there is none
 */
export function pinnedNode(from = root, platform = process.platform, arch = process.arch) {
  const { resolve } = createRequire(join(from, 'package.json'))
  const system = platform === 'win32' ? 'win' : platform
  for (const name of [`node-${system}-${arch}`, `node-bin-${system}-${arch}`]) {
    let manifest
    try {
      manifest = resolve(`${name}/package.json`)
    } catch {
      continue
    }
    const program = join(dirname(manifest), 'bin', platform === 'win32' ? 'node.exe' : 'node')
    // Another package may have brought another version, which would only start this again.
    if (existsSync(program) && isNewEnough(JSON.parse(readFileSync(manifest, 'utf8')).version))
      return [program]
  }
  return []
}

/**
 * Runs a file with the given Node and ends as it ends. What it starts in turn, tools with `#!/usr/bin/env node` too, finds
 * the same Node first.
 * @param nodes  executables, of which the first that can be started is used; none says in one line what to install
 */
export function start([node, ...others], file, args) {
  if (node === undefined) return refuse()
  const { PATH = '' } = process.env
  // Windows spells the variable otherwise, and a copy of the environment would then hold both spellings.
  process.env.PATH = [dirname(node), PATH].join(delimiter)
  const child = spawn(node, [file, ...args], { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both; the child decides when to end.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Such as a Node that was made for another C library than this system's.
  child.on('error', () => start(others, file, args))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1
    if (signal !== null) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
  })
}

function refuse() {
  console.error(
    `understudy needs Node ${OLDEST_NODE} or newer and this is ${process.versions.node}: install it from nodejs.org, or run "npm ci" here`,
  )
  process.exitCode = 1
}
