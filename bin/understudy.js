#!/usr/bin/env node
// Plain JavaScript that old versions understand: it only finds a Node that can run the program.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { isNewEnough, pinnedNode, start } from './node.js'

if (isNewEnough()) {
  // Halves the time to start: the types are stripped once and not at every call, for what it starts in turn, too.
  module.enableCompileCache?.()
  process.env.NODE_COMPILE_CACHE ??= module.getCompileCacheDir?.() ?? ''
  const source = new URL('../core/cli/main.ts', import.meta.url)
  const built = new URL('../dist/core/cli/main.js', import.meta.url)
  const { main } = await import((existsSync(source) ? source : built).href)
  process.exitCode = await main(process.argv.slice(2))
} else {
  start(pinnedNode(), fileURLToPath(import.meta.url), process.argv.slice(2))
}
