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

/** Uniform over the actions that are allowed; the floor that every learner must leave. */
export function randomPlayer(spec: EnvironmentSpec): Player {
  const random = new Random(0)
  const { discrete } = spec.action
  const mask = new Uint8Array(discrete.reduce((sum, size) => sum + size, 0)).fill(1)
  return {
    name: 'random',
    kind: 'scripted',
    begin: (seed) => random.seed(seed ^ 0x52414e44),
    act: (environment, _observation, action) => {
      for (let i = 0; i < action.continuous.length; i++) action.continuous[i] = 2 * random.uniform() - 1
      environment.writeActionMask?.(mask)
      let at = 0
      for (const [branch, size] of discrete.entries()) {
        action.discrete[branch] = allowedAction(mask.subarray(at, at + size), random)
        at += size
      }
    },
  }
}

/** @param mask  [size of the branch], 1 = allowed, at least one */
function allowedAction(mask: Uint8Array, random: Random): number {
  let left = random.below(mask.reduce((sum, allowed) => sum + allowed, 0))
  return mask.findIndex((allowed) => allowed === 1 && left-- === 0)
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
