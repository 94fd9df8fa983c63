/** What acts elsewhere for an algorithm that learns here: its policy alone, without critics, signals, demonstrations or replay. */

import { observationSize } from '../envs/environment.ts'
import { type ActionBatch, allRows } from '../experience/transitions.ts'
import { allocateParameters, Graph, type Parameters } from '../tensor/index.ts'
import type { ActingContext, ActingCopy } from './algorithm.ts'
import { type Normalizer, seen } from './networks/normalizer.ts'
import { Actor, buildPolicy, type PolicyShape } from './networks/policy.ts'
import { drawUniformly } from './off-policy/uniform-play.ts'
import { setUp } from './setup.ts'

/** What a copy acts by. */
export interface ActingState {
  readonly policy: Float32Array
  readonly normalizer: unknown
  /** Steps, of all environments of the run, that are still to be played at random. */
  readonly randomSteps: number
}

export interface ActingCopyOptions {
  readonly acting: Pick<PolicyShape, 'continuousKind' | 'logitBound' | 'logStdInit'>
  /** How it draws; as `Acting.spread`. */
  readonly spread?: number
  /** Whether it says how likely its decisions were. */
  readonly tells: boolean
  /** Changes some of the actions of these environments, to explore beside what was chosen. */
  readonly explore?: (actions: ActionBatch, environments: Int32Array) => void
}

export function actingState(
  policy: Parameters,
  normalizer: Normalizer | null,
  randomSteps: number,
): ActingState {
  return { policy: policy.values.slice(), normalizer: normalizer?.save() ?? null, randomSteps }
}

export async function makeActingCopy(
  context: ActingContext,
  { acting, spread = 1, tells, explore }: ActingCopyOptions,
): Promise<ActingCopy> {
  const { spec, numEnvs: E, allEnvs, settings, runtime, random } = context
  const { shape, policy, normalizer } = setUp(context, acting)
  const graph = new Graph()
  const [x] = seen(normalizer, graph, graph.input('observation', [1, observationSize(spec)]))
  buildPolicy(shape, graph, policy, x)
  allocateParameters([policy], random)
  const actor = await Actor.compile(shape, policy, runtime, E)
  const { deterministic } = settings.network_settings
  const everybody = allRows(E)
  let randomSteps = 0
  return {
    tells,

    async act(observations, masks, actions): Promise<void> {
      if (randomSteps > 0) {
        randomSteps -= E
        drawUniformly(context, masks, actions, everybody)
        return
      }
      await actor.act(observations, masks, actions, { random, spread: deterministic ? 0 : spread })
      if (!deterministic) explore?.(actions, everybody)
    },

    load(state: ActingState): void {
      policy.values.set(state.policy)
      normalizer?.load(state.normalizer)
      randomSteps = (state.randomSteps * E) / allEnvs
    },
  }
}
