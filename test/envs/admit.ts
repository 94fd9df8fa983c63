/** Environments of other programs as a person would add them, for tests of what they do then. */
import {
  admitEnvironment,
  type Environment,
  makeEnvironment,
  type ParameterValue,
} from '../../core/envs/index.ts'

export function makeAdmitted(
  id: string,
  parameters: Readonly<Record<string, ParameterValue>> = {},
): Environment {
  admitEnvironment(id, parameters)
  return makeEnvironment(id, parameters)
}
