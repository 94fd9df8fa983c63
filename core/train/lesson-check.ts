/** Whether the environment takes every lesson of a run. */
import { makeEnvironment, observationSize } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import type { Sampler } from '../rollout/sampler.ts'
import type { RunConfig } from './config.ts'

/**
 * Tries the ends of every lesson, so that a run does not fail in the middle over what could be known before.
 * @throws UserError when the environment refuses a value, or a parameter changes what the agent sees or may do
 */
export function checkLessons({ environment, parameters, environmentParameters }: RunConfig): void {
  const { spec } = makeEnvironment(environment, parameters)
  for (const [name, lessons] of Object.entries(environmentParameters)) {
    const rule = spec.parameterRules?.[name]
    const whole = rule !== undefined && !('oneOf' in rule) && rule.real !== true
    for (const { sampler } of lessons) {
      for (const value of ends(sampler)) {
        // What is drawn is rounded, so an end is too; out of range it is refused all the same.
        const made = whole && sampler.kind !== 'constant' ? Math.round(value) : value
        const tried = makeEnvironment(environment, { ...parameters, [name]: made }).spec
        const same =
          observationSize(tried) === observationSize(spec) &&
          JSON.stringify(tried.action) === JSON.stringify(spec.action)
        if (same) continue
        throw new UserError(
          `${environment}: ${name} changes what the agent sees or may do, so it cannot vary`,
          {
            remedy: 'set it in env_settings.parameters for the whole run',
          },
        )
      }
    }
  }
}

/** The extreme values; of a gaussian the mean, because its draws are kept in range. */
function ends(sampler: Sampler): number[] {
  switch (sampler.kind) {
    case 'constant':
      return [sampler.value]
    case 'uniform':
      return [sampler.from, sampler.to]
    case 'gaussian':
      return [sampler.mean]
    case 'multirange':
      return sampler.intervals.flat()
  }
}
