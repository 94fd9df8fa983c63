/** Whether the environment takes every lesson of a run. */
import { agentGroupFactory } from '../envs/index.ts'
import { keepsLayout } from '../envs/varied-environment.ts'
import { UserError } from '../errors.ts'
import type { RunConfig } from './config.ts'

/**
 * Tries the ends of every lesson, so that a run does not fail in the middle over what could be known before.
 * @throws UserError when the environment refuses a value, or a parameter changes what the agent sees or may do
 */
export function checkLessons({ environment, parameters, environmentParameters }: RunConfig): void {
  // A build takes any number and keeps its spaces, and to be asked it would have to be started for every end.
  if (agentGroupFactory(environment, parameters) !== null) return
  for (const [name, lessons] of Object.entries(environmentParameters)) {
    for (const { sampler } of lessons) {
      if (keepsLayout({ id: environment, parameters, samplers: { [name]: sampler } })) continue
      throw new UserError(
        `${environment}: ${name} changes what the agent sees or may do, so it cannot vary`,
        {
          remedy: 'set it in env_settings.parameters for the whole run',
        },
      )
    }
  }
}
