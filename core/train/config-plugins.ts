/** `plugins:` of a configuration is read before everything else: it makes known what the other sections may name. */
import { dirname, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { loadPlugins } from '../plugins.ts'
import { isRecord } from './config-place.ts'

/**
 * Loads the plugins that a configuration file names. What is wrong with the rest of it is for `resolveConfig` to say.
 * @param text  YAML
 * @param file  path of the file; its plugins lie relative to it
 * @throws UserError naming the plugin that is missing or throws
 */
export async function loadConfigPlugins(text: string, file: string): Promise<void> {
  const config: unknown = parseDocument(text).toJS({ maxAliasCount: 100 })
  if (isRecord(config) && Array.isArray(config.plugins)) {
    await loadPlugins(resolvePlugins(config.plugins.map(String), dirname(file)))
  }
}

/** Absolute paths. */
export function resolvePlugins(files: readonly string[], directory: string): string[] {
  return files.map((file) => resolve(directory, file))
}
