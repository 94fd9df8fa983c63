#!/usr/bin/env node
// Plain JavaScript that old versions understand: it only finds a Node that can run the program.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 24
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) {
  // Halves the time to start: the types are stripped once and not at every call.
  module.enableCompileCache?.()
  const source = new URL('../core/cli/main.ts', import.meta.url)
  const built = new URL('../dist/core/cli/main.js', import.meta.url)
  const { main } = await import((existsSync(source) ? source : built).href)
  process.exitCode = await main(process.argv.slice(2))
} else {
  const names = process.platform === 'win32' ? ['node.exe', 'bin/node.exe'] : ['bin/node']
  // Beside this package when it is installed from a checkout, one level up when it is a dependency.
  const folders = ['../node_modules/node/', '../../node/']
  const pinned = folders
    .flatMap((folder) => names.map((name) => here(folder + name)))
    .find((path) => existsSync(path))
  if (pinned === undefined) {
    console.error(
      `understudy needs Node ${OLDEST_NODE} or newer and this is ${process.versions.node}: install it from nodejs.org, or run "npm ci" here`,
    )
    process.exitCode = 1
  } else {
    const child = spawn(pinned, [here('./understudy.js'), ...process.argv.slice(2)], { stdio: 'inherit' })
    // A terminal sends Ctrl-C to both; the child decides when to end.
    process.on('SIGINT', () => {})
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? 1
      if (signal !== null) {
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      }
    })
  }
}
