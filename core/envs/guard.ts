/** What a plugin registers of environments: its errors name the environment, the step and the seed. */
import { PluginError } from '../errors.ts'
import { guarded, guardMethods, replaceMethod, throwTheirs } from '../plugin-guard.ts'
import type { Action, Environment, StepResult } from './environment.ts'
import { notFinite, placeOf } from './finite.ts'
import { type PlayerFactory, registerScriptedPlayer } from './player.ts'
import {
  type EnvironmentDefinition,
  type EnvironmentFactory,
  type EnvironmentScheme,
  registerEnvironment,
  registerEnvironmentScheme,
} from './registry.ts'

export function registerGuardedEnvironment(
  id: string,
  factory: EnvironmentFactory,
  definition?: EnvironmentDefinition,
): void {
  const make = guarded(factory, () => `your environment ${id} cannot be made`)
  registerEnvironment(id, (parameters) => guardEnvironment(make(parameters), id), definition)
}

export function registerGuardedScheme(name: string, scheme: EnvironmentScheme): void {
  const { make } = guardMethods(scheme, `your environments ${name}:`)
  replaceMethod(scheme, 'make', (...args: Parameters<typeof make>) =>
    guardEnvironment(make.apply(scheme, args), `${name}:${args[0]}`),
  )
  registerEnvironmentScheme(name, scheme)
}

export function registerGuardedPlayer(environmentId: string, factory: PlayerFactory): void {
  const whose = `your scripted player of ${environmentId}`
  const make = guarded(factory, () => `${whose} cannot be made`)
  registerScriptedPlayer(environmentId, (spec) => guardMethods(make(spec), whose))
}

/** Those with guards already: a factory may give the same object again. */
const guardedOnes = new WeakSet<object>()

/** In place, since a scripted player of the same plugin may know its environment by more than the contract. */
function guardEnvironment(environment: Environment, id: string): Environment {
  const whose = `your environment ${id}`
  if (typeof environment?.spec !== 'object' || typeof environment.step !== 'function') {
    throw new PluginError(
      `${whose} is none: the function that was registered returns no object with spec and step()`,
    )
  }
  if (guardedOnes.has(environment)) return environment
  guardedOnes.add(environment)
  const { reset, step, restore } = environment
  let place: (step: number) => string = () => 'before its first reset'
  let steps = 0
  const at = (): string => place(steps)
  const requireFinite = (reward: number, observation: Float32Array | null): void => {
    const wrong = notFinite(environment.spec, reward, observation)
    if (wrong !== undefined) throw new PluginError(`${whose} gave ${wrong} ${at()}`)
  }
  guardMethods(environment, whose)
  replaceMethod(environment, 'reset', (...[given, observation]: Parameters<typeof reset>) => {
    place = (step) => placeOf(step, given)
    steps = 0
    try {
      reset.call(environment, given, observation)
    } catch (error) {
      throwTheirs(error, `${whose} threw in reset (seed ${given})`)
    }
    requireFinite(0, observation)
  })
  replaceMethod(environment, 'restore', (...[snapshot]: Parameters<typeof restore>) => {
    place = (step) => `${step} steps after it was restored`
    steps = 0
    try {
      restore.call(environment, snapshot)
    } catch (error) {
      throwTheirs(error, `${whose}, in restore`)
    }
  })
  replaceMethod(environment, 'step', (action: Action, observation: Float32Array | null): StepResult => {
    steps++
    let result: StepResult
    try {
      result = step.call(environment, action, observation)
    } catch (error) {
      throwTheirs(error, `${whose} threw ${at()}`)
    }
    if (typeof result !== 'object' || result === null) {
      throw new PluginError(
        `${whose} returned ${result} ${at()}, in place of reward, terminated and truncated`,
      )
    }
    requireFinite(result.reward, observation)
    return result
  })
  return environment
}
