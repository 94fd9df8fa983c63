/** A configuration file that was named on the command line is the person's word: what it names may be run. */
import { basename } from 'node:path'
import type { Experiment } from '../experiment/index.ts'
import { loadPlugins } from '../plugins.ts'
import { configPlugins, parseYaml } from '../train/index.ts'
import type { CliContext } from './context.ts'

/** @throws UserError naming the plugin that is missing or throws */
export async function loadNamedPlugins(text: string, file: string, context: CliContext): Promise<void> {
  const plugins = configPlugins(text, file)
  context.admitPlugins(plugins, true)
  await loadPlugins(plugins)
}

/** The environment of an experiment, which its plan asks before anything else. */
export function admitNamed(text: string, file: string, context: CliContext): void {
  const { env } = parseYaml(text, basename(file))
  if (typeof env === 'string') context.admit(env)
}

/** The environments of its columns, with the parameters that they set. */
export function admitColumns({ columns }: Experiment, context: CliContext): void {
  for (const { config, seeds } of columns) {
    const { environment, parameters } = config(seeds[0]!)
    context.admit(environment, parameters)
  }
}
