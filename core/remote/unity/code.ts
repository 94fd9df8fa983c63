/** What a Unity build would run: its program, and the libraries beside it. */
import { type Dirent, existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Code } from '../../admission/index.ts'
import { findExecutable } from './executable.ts'
import { EDITOR } from './settings.ts'

/** Scripts of the game, engine, plugins, and what IL2CPP makes of scripts. */
const LIBRARY = /\.(dll|dylib|bundle|so(\.\d+)*)$|^global-metadata\.dat$/i
const MOST_ENTRIES = 20_000

/** @param path  of the build, or 'editor'. @throws UserError when there is no such build */
export function buildCode(path: string): Code {
  if (path === EDITOR)
    return { does: 'waits for the Unity editor and plays what is open in it', path: '', files: [] }
  const executable = findExecutable(path)
  return { does: `starts ${executable}`, path: executable, files: [executable, ...librariesOf(executable)] }
}

/** A script that stands in for a build may lie anywhere, and what lies around it is none of its business. */
function librariesOf(executable: string): string[] {
  const folder = dirname(executable)
  if (basename(folder) === 'MacOS') return librariesBelow([dirname(folder)])
  const data = join(folder, `${basename(executable).replace(/\.(exe|x86_64|x86)$/, '')}_Data`)
  if (!existsSync(data)) return []
  const beside = readdirSync(folder, { withFileTypes: true }).filter(isLibrary)
  return [
    ...beside.map(({ name }) => join(folder, name)),
    ...librariesBelow([data, join(folder, 'MonoBleedingEdge')]),
  ]
}

function librariesBelow(folders: readonly string[]): string[] {
  const found: string[] = []
  const waiting = folders.filter((folder) => existsSync(folder))
  let seen = 0
  for (let folder = waiting.pop(); folder !== undefined && seen < MOST_ENTRIES; folder = waiting.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      seen++
      if (entry.isDirectory()) waiting.push(join(folder, entry.name))
      else if (isLibrary(entry)) found.push(join(folder, entry.name))
    }
  }
  return found
}

function isLibrary(entry: Dirent): boolean {
  return !entry.isDirectory() && LIBRARY.test(entry.name)
}
