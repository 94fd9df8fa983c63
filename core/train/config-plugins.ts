/** `plugins:` of a configuration is read before everything else: it makes known what the other sections may name. */
import { basename, dirname, resolve } from 'node:path'
import { loadPlugins } from '../plugins.ts'
import { parseYaml } from './yaml.ts'

/**
 * Loads the plugins that a configuration file names. What is wrong with the rest of it is for `resolveConfig` to say.
 * @param text  YAML
 * @param file  path of the file; its plugins lie relative to it
 * @throws UserError naming the plugin that is missing or throws
 */
export async function loadConfigPlugins(text: string, file: string): Promise<void> {
  const { plugins } = parseYaml(text, basename(file))
  if (Array.isArray(plugins)) await loadPlugins(resolvePlugins(plugins.map(String), dirname(file)))
}

/** Absolute paths. */
export function resolvePlugins(files: readonly string[], directory: string): string[] {
  return files.map((file) => resolve(directory, file))
}
