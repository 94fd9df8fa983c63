/** What of others a run is made of: the environment of another program, and plugins. */
import type { Subject } from '../admission/index.ts'
import { environmentSubject, requireEnvironment } from '../envs/index.ts'
import { pluginSubject, requirePlugins } from '../plugins.ts'
import type { RunConfig } from './config.ts'

export function runSubjects({ environment, parameters, plugins }: RunConfig): Subject[] {
  const subject = environmentSubject(environment, parameters)
  return [...plugins.map(pluginSubject), ...(subject === null ? [] : [subject])]
}

/**
 * A configuration may come from anybody: pasted into the studio, or with the library of another.
 * @throws UnadmittedError naming the first thing that this person has not admitted
 */
export function requireRunCode({ environment, parameters, plugins }: RunConfig): void {
  requirePlugins(plugins)
  requireEnvironment(environment, parameters)
}
