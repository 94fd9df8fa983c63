/** What a Gymnasium environment would run: the interpreter, and the module that its id names. */
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Code } from '../../admission/index.ts'
import { interpreterPath, python } from './interpreter.ts'

/** Beside this module, in the sources and in the build alike. */
const SCRIPT = fileURLToPath(new URL('./find.py', import.meta.url))
const FIND_MS = 10_000
/** The first name of `MODULE:ID`, whose package is imported, whatever characters it has. */
const MODULE = /^([^.:]*)[^:]*:/

/** By interpreter and name; of this thread. */
const found = new Map<string, readonly string[]>()

/** @param id  as `gymnasium.make` takes it */
export function gymCode(id: string): Code {
  const interpreter = interpreterPath(python())
  const name = MODULE.exec(id)?.[1]
  if (name === undefined) {
    return { does: `runs Gymnasium with ${interpreter}`, path: interpreter, files: [interpreter] }
  }
  const files = filesOf(interpreter, name)
  const [first] = files
  const path = first === undefined ? '' : files.length === 1 ? first : dirname(first)
  const from = first === undefined ? '' : ` from ${path}`
  return { does: `imports ${name}${from} with ${interpreter}`, path, files: [interpreter, ...files] }
}

/** Empty when there is no such module, or no interpreter that could say. */
function filesOf(interpreter: string, name: string): readonly string[] {
  const key = JSON.stringify([interpreter, name])
  const before = found.get(key)
  if (before !== undefined) return before
  const { stdout } = spawnSync(interpreter, [SCRIPT, name], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: FIND_MS,
    windowsHide: true,
  })
  const files = listOf(stdout)
  if (files.length > 0) found.set(key, files)
  return files
}

function listOf(json: Uint8Array | null): readonly string[] {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(json ?? new Uint8Array()))
    return Array.isArray(value) ? value.map(String) : []
  } catch {
    return []
  }
}
