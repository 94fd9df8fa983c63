/** The objective of PPO (Schulman et al. 2017, arXiv:1707.06347), and the step that follows from it. */
import {
  Adam,
  abs,
  add,
  addAll,
  exp,
  greater,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  type Parameters,
  square,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import { categoricalEntropy, gaussianLogProb, maskedLogSoftmax } from '../networks/distributions.ts'
import type { PolicyOutputs } from '../networks/policy.ts'
import type { RolloutBuffer } from '../on-policy/rollout-buffer.ts'

/** The norm of all gradients together is clipped to this, as in OpenAI's baselines. */
const MAX_NORM = 0.5

/**
 * How far an update may move V from what it was: 'epsilon', as far as the probability ratio (ML-Agents' way, made for returns
 * of about 1); 'range', epsilon standard deviations of the buffer's returns; 'none'.
 */
export type ValueClip = 'none' | 'epsilon' | 'range'

export interface JudgedActions {
  /** log pi(a|o) of the whole action, [M] */
  readonly logPi: Value
  /** [M], in nats */
  readonly entropy: Value
}

/**
 * How likely a policy takes the given actions.
 *
 * @param choices  per group of discrete branches, one-hot [M, size]
 * @param raw      [M, C], continuous actions before clipping; null without
 * @param masks    per group [M, size], 1 = allowed; null where nothing is ever forbidden
 */
export function judgeActions(
  { logits, mean: mu, logStd }: PolicyOutputs,
  choices: readonly Value[],
  raw: Value | null,
  masks: readonly (Value | null)[],
): JudgedActions {
  const logPis: Value[] = []
  const entropies: Value[] = []
  logits.forEach((l, g) => {
    const logP = maskedLogSoftmax(l, masks[g]!)
    logPis.push(sum(mul(logP, choices[g]!), [1]))
    entropies.push(categoricalEntropy(logP))
  })
  if (mu !== null) {
    logPis.push(gaussianLogProb(raw!, mu, logStd!))
    entropies.push(add(mul(logPis.at(-1)!, 0), sum(add(logStd!, 0.5 * Math.log(2 * Math.PI * Math.E)))))
  }
  return {
    logPi: addAll(logPis),
    entropy: addAll(entropies),
  }
}

/** What a minibatch is compared with. */
export interface Compared {
  /** log pi_old(a|s), [M] */
  readonly oldLogPi: Value
  /** A, [M] */
  readonly advantage: Value
  /** [M, S] */
  readonly returns: Value
  /** How far the probability ratio may move from 1, [] */
  readonly epsilon: Value
  /** Weight of the entropy, [] */
  readonly beta: Value
  /** V of every signal as it was, [M, S], and how far it may move, [1, S]; null where it is free */
  readonly near: { readonly oldValue: Value; readonly range: Value } | null
}

/**
 * The loss of a minibatch, its parts, and what tells how far the policy has moved.
 * @param value  [M, S], V of every reward signal
 */
export function clippedLoss(
  { logPi, entropy }: JudgedActions,
  value: Value,
  { oldLogPi, advantage, returns, epsilon, beta, near }: Compared,
): Record<'loss' | 'policyLoss' | 'valueLoss' | 'entropy' | 'clipped' | 'kl', Value> {
  // L^CLIP = E[ min(r A, clip(r, 1 - eps, 1 + eps) A) ],  r = pi(a|s) / pi_old(a|s)                         (Eq. 7)
  const ratio = exp(sub(logPi, oldLogPi))
  const bounded = minimum(maximum(ratio, sub(1, epsilon)), add(epsilon, 1))
  const policyLoss = neg(mean(minimum(mul(ratio, advantage), mul(bounded, advantage))))
  // L^VF, each error no smaller than with the value clipped around the old one
  let errors = square(sub(value, returns))
  if (near !== null) {
    const { oldValue, range } = near
    const moved = minimum(maximum(sub(value, oldValue), neg(range)), range)
    errors = maximum(errors, square(sub(add(oldValue, moved), returns)))
  }
  const valueLoss = mean(errors)
  // L = L^CLIP - c1 L^VF + c2 S, with the sign turned for descent                                          (Eq. 9)
  return {
    loss: add(add(policyLoss, mul(valueLoss, 0.5)), mul(mul(mean(entropy), beta), -1)),
    policyLoss,
    valueLoss,
    entropy: mean(entropy),
    clipped: mean(greater(abs(sub(ratio, 1)), epsilon)),
    kl: mean(sub(sub(ratio, 1), sub(logPi, oldLogPi))),
  }
}

/** How far V may move in an update on `buffer`, whose returns are there. @param range  [S], receives it */
export function writeValueRange(
  range: Float32Array,
  buffer: RolloutBuffer,
  valueClip: ValueClip,
  epsilon: number,
): void {
  const S = range.length
  for (let s = 0; s < S; s++) range[s] = epsilon * (valueClip === 'range' ? spread(buffer, s, S) : 1)
}

/** Standard deviation of the returns of signal `s` of S. */
function spread({ returns, length }: RolloutBuffer, s: number, S: number): number {
  let [sum, squares] = [0, 0]
  for (let row = 0; row < length; row++) sum += returns[row * S + s]!
  for (let row = 0; row < length; row++) squares += (returns[row * S + s]! - sum / length) ** 2
  return Math.sqrt(squares / length)
}

export function adamsOf(
  sets: readonly Parameters[],
  h: { readonly learning_rate: number; readonly adam_epsilon: number },
): Adam[] {
  return sets.map((set) => new Adam(set, { learningRate: h.learning_rate, epsilon: h.adam_epsilon }))
}

/** Clips the norm of the gradients of all sets together, then one Adam step each. */
export function stepTogether(adams: readonly Adam[], learningRate: number): void {
  for (const adam of adams) adam.learningRate = learningRate
  Adam.stepTogether(adams, MAX_NORM)
}

type Kind = 'linear' | 'constant'

/**
 * What falls during a PPO run: each from its setting to ML-Agents' floor at max_steps when its schedule is linear. A setting
 * below the floor stays as it is; ML-Agents raises it.
 */
export function ppoSchedule(
  h: {
    readonly learning_rate: number
    readonly beta: number
    readonly epsilon: number
    readonly learning_rate_schedule: Kind
    readonly beta_schedule?: Kind | undefined
    readonly epsilon_schedule?: Kind | undefined
  },
  maxSteps: number,
): Record<'learningRate' | 'beta' | 'epsilon', (steps: number) => number> {
  const falling = (kind: Kind | undefined, from: number, to: number) => (steps: number) => {
    if ((kind ?? h.learning_rate_schedule) === 'constant' || from < to) return from
    return Math.max(to, from + (to - from) * Math.min(1, steps / maxSteps))
  }
  return {
    learningRate: falling(h.learning_rate_schedule, h.learning_rate, 1e-10),
    beta: falling(h.beta_schedule, h.beta, 1e-5),
    epsilon: falling(h.epsilon_schedule, h.epsilon, 0.1),
  }
}
