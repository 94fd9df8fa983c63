/** Whoever decides: a scripted player, a random one, a trained policy behind the same two methods. */
import { Random } from '../random.ts'
import type { Action, Environment, EnvironmentSpec } from './environment.ts'

export interface Player {
  readonly name: string
  readonly kind: 'human' | 'scripted' | 'agent'
  /** Called once at the start of every episode, with the seed of the episode. */
  begin(seed: number): void
  /**
   * Decides by what `environment` shows now; may look ahead through snapshot/restore or its own model, but leaves the
   * environment as it found it.
   * @param observation  [O]
   * @param action       receives the decision
   */
  act(environment: Environment, observation: Float32Array, action: Action): void | Promise<void>
}

/** Uniform over the action space; the floor that every learner must leave. */
export function randomPlayer(spec: EnvironmentSpec): Player {
  const random = new Random(0)
  return {
    name: 'random',
    kind: 'scripted',
    begin: (seed) => random.seed(seed ^ 0x52414e44),
    act: (_environment, _observation, action) => {
      for (let i = 0; i < action.continuous.length; i++) action.continuous[i] = 2 * random.uniform() - 1
      for (let i = 0; i < action.discrete.length; i++)
        action.discrete[i] = random.below(spec.action.discrete[i]!)
    },
  }
}

export type PlayerFactory = (spec: EnvironmentSpec) => Player

const scripted = new Map<string, PlayerFactory>()

/** Registers the scripted reference player of an environment. */
export function registerScriptedPlayer(environmentId: string, factory: PlayerFactory): void {
  scripted.set(environmentId, factory)
}

export function scriptedPlayer(spec: EnvironmentSpec): Player | undefined {
  return scripted.get(spec.id)?.(spec)
}
