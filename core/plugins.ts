/**
 * Plugins: a user's own environments, algorithms, networks and reward signals. A plugin is a module that calls the register
 * functions of 'understudy' when it is loaded. Whatever its folder, that name means the running program (core/index.ts), so
 * that what it registers is found here and not in a second copy.
 */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { admit, type Code, requireAdmission, type Subject } from './admission/index.ts'
import { PluginError, UserError } from './errors.ts'
import { refuseForeignPath } from './paths.ts'
import { requireRegularFile } from './read-file.ts'

const loaded = new Set<string>()
let hooked = false

/** Absolute paths, in the order of loading: what a process that is started from here must load too. */
export function loadedPlugins(): string[] {
  return [...loaded]
}

/** What admitting the plugin would admit. @param file  path; a relative one from the working directory */
export function pluginSubject(file: string): Subject {
  return { kind: 'plugin', name: resolve(file) }
}

export function pluginCode(file: string): Code {
  const path = resolve(file)
  return { does: `loads the plugin ${path}`, path, files: [path] }
}

/** For this thread, by whoever may say so: a person here, or the owner of the thread. */
export function admitPlugins(files: readonly string[]): void {
  for (const file of files) admit(pluginSubject(file))
}

/** @throws UserError when one is missing; UnadmittedError when nobody has admitted it and it is not loaded anyway */
export function requirePlugins(files: readonly string[]): void {
  for (const file of files) {
    const path = resolve(file)
    if (loaded.has(path)) continue
    refuseForeignPath(file, 'the plugin')
    if (!existsSync(path)) throw new UserError(`there is no plugin ${file}`, { usage: true })
    requireRegularFile(path, true)
    requireAdmission(pluginSubject(path), () => pluginCode(path))
  }
}

/**
 * Loads those that are not loaded yet, one after the other.
 * @param files  paths; relative ones from the working directory
 * @throws UserError naming the file that is missing, not admitted, or throws
 */
export async function loadPlugins(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = resolve(file)
    if (loaded.has(path)) continue
    requirePlugins([file])
    hookName()
    try {
      await import(pathToFileURL(path).href)
    } catch (error) {
      throw new UserError(`the plugin ${file} cannot be loaded: ${messageWithLine(error, path)}`, {
        cause: error,
      })
    }
    loaded.add(path)
  }
}

/** Source and built program alike find the entry beside themselves. */
function hookName(): void {
  if (hooked) return
  hooked = true
  const url = new URL(import.meta.url.endsWith('.ts') ? './index.ts' : './index.js', import.meta.url).href
  registerHooks({
    resolve: (name, context, next) =>
      name === 'understudy' ? { url, shortCircuit: true } : next(name, context),
  })
}

function messageWithLine(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error)
  const place = error.stack?.split(path)[1]?.match(/^:(\d+)/)
  return place == null ? error.message : `line ${place[1]}: ${error.message}`
}

/**
 * What a plugin threw where no guard stood, as in a timer: known by the place that its stack begins with.
 * @returns the error to show in place of `error`, which comes back as it is when it came from elsewhere
 */
export function explainPluginError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error
  const [place] = /file:\/\/\S+/.exec(error.stack ?? '') ?? []
  const path = loadedPlugins().find((loaded) => place?.startsWith(pathToFileURL(loaded).href))
  return path === undefined ? error : new PluginError(`the plugin ${path} threw: ${error.message}`, error)
}
