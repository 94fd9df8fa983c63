/** Every environment by id. A user's own environment is one file and one call of `registerEnvironment`. */
import { nearest, UserError } from '../errors.ts'
import type { Environment, EnvironmentSpec, ParameterValue } from './environment.ts'

export type EnvironmentFactory = (parameters?: Readonly<Record<string, ParameterValue>>) => Environment

const factories = new Map<string, EnvironmentFactory>()

export function registerEnvironment(id: string, factory: EnvironmentFactory): void {
  if (factories.has(id)) throw new Error(`environment "${id}" is registered twice`)
  factories.set(id, factory)
}

/** @throws UserError for an unknown id, naming the nearest known one */
export function makeEnvironment(
  id: string,
  parameters?: Readonly<Record<string, ParameterValue>>,
): Environment {
  const factory = factories.get(id)
  if (factory === undefined) {
    const near = nearest(id, [...factories.keys()])
    throw new UserError(`unknown environment "${id}"`, {
      usage: true,
      remedy:
        near === undefined ? `known are ${[...factories.keys()].join(', ')}` : `did you mean "${near}"?`,
    })
  }
  return factory(parameters)
}

export function environmentIds(): string[] {
  return [...factories.keys()]
}

export function environmentSpecs(): EnvironmentSpec[] {
  return environmentIds().map((id) => makeEnvironment(id).spec)
}
