/** `plugins:` of a configuration is read before everything else: it makes known what the other sections may name. */
import { basename, dirname, resolve } from 'node:path'
import { refuseForeignPath } from '../paths.ts'
import { loadPlugins } from '../plugins.ts'
import { parseYaml } from './yaml.ts'

/**
 * The plugins that a configuration names. What is wrong with the rest of it is for `resolveConfig` to say.
 * @param text  YAML
 * @param file  path of the file; its plugins lie relative to it
 * @returns absolute paths
 */
export function configPlugins(text: string, file: string): string[] {
  const { plugins } = parseYaml(text, basename(file))
  return Array.isArray(plugins) ? resolvePlugins(plugins.map(String), dirname(file)) : []
}

/** @throws UserError naming the plugin that is missing, not admitted, or throws */
export function loadConfigPlugins(text: string, file: string): Promise<void> {
  return loadPlugins(configPlugins(text, file))
}

/** Absolute paths. */
export function resolvePlugins(files: readonly string[], directory: string): string[] {
  for (const file of files) refuseForeignPath(file, 'the plugin')
  return files.map((file) => resolve(directory, file))
}
