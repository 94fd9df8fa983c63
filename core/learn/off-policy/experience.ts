/** What an off-policy learner's update sees of its replay, as values of its graph: windows of steps, or sequences with memory. */

import type { StepBatch } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import type { Parameters, Value } from '../../tensor/index.ts'
import type { Counter, Kept } from '../learner-state.ts'
import type { PolicyOutputs } from '../networks/policy.ts'
import type { Setup } from '../setup.ts'
import type { RewardSignal } from '../signals/reward-signal.ts'
import type { Update } from '../update.ts'
import type { SampledBatch } from './replay-buffer.ts'

/** What an experience is made of. */
export interface ExperienceContext {
  readonly numEnvs: number
  readonly random: Random
  readonly setup: Setup
  readonly update: Update
  readonly signals: readonly RewardSignal[]
  /** The distinct discounts of the signals. */
  readonly gammas: readonly number[]
  /** Environment steps so far. */
  readonly steps: Counter
}

/** Standard normal numbers, drawn anew for every update, [rows, C]. */
export function noiseInput({ update, setup, random }: ExperienceContext, name: string, rows: number): Value {
  return update.input(name, [rows, setup.C], (to) => {
    for (let i = 0; i < to.length; i++) to[i] = random.normal()
  })
}

/** The state that an action was taken in, or the one that it led to. */
export type When = 'now' | 'next'

/** What a network that judges actions sees of a state. */
export interface Sight {
  /** [N, O], normalised where the settings say so */
  readonly x: Value
  /** [N, M], what the network remembers; null without memory */
  readonly past: Value | null
}

/** N transitions (s, a, r, d, s'). Graph values are declared when they are first asked for, and are the same ones afterwards. */
export interface Experience {
  /** N */
  readonly rows: number
  /** a: per group of discrete branches one-hot, [N, size] */
  readonly choices: readonly Value[]
  /** a: [N, C]; null without continuous actions */
  readonly continuous: Value | null
  /** pi(.|s) or pi(.|s') of `parameters` */
  policy(when: When, parameters: Parameters): PolicyOutputs
  /** What network `name` of `parameters` sees of s or s'. */
  sight(when: When, parameters: Parameters, name: string): Sight
  /** [N, size], 1 = allowed then; null where nothing is ever forbidden */
  mask(group: number, when: When): Value | null
  /** [N] standard normal numbers for each of C continuous values, [N, C] */
  noise(name: string): Value
  /** Over the transitions that there are, [N] -> []. */
  mean(values: Value): Value
  /** r + gamma (1 - d) next, [N], or the n-step return that ends in it. @param k  index of the discount */
  returns(k: number, next: Value): Value
}

/** The side of it that gathers what happens. */
export interface Replay extends Kept {
  /** Environment steps before which nothing can be drawn. */
  readonly needs: number
  add(step: StepBatch): void
  drop(environment: number): void
  /** Draws what the next run of the update sees. */
  draw(random: Random): void
  /** Single transitions, for a signal's own learning. */
  transitions(random: Random, batch: SampledBatch): void
}
