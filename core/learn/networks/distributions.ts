/** The distributions of policies, as graph nodes (for gradients) and as plain numbers (for acting). */
import type { Random } from '../../random.ts'
import {
  add,
  addAll,
  clip,
  exp,
  greaterEqual,
  lessEqual,
  log,
  logSoftmax,
  minimum,
  mul,
  neg,
  softplus,
  square,
  sub,
  sum,
  tanh,
  type Value,
} from '../../tensor/index.ts'

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)

/** log softmax of logits in which forbidden actions have lost 1e8; logits and mask [B, n], mask 1 = allowed. */
export function maskedLogSoftmax(logits: Value, mask: Value | null): Value {
  return logSoftmax(mask === null ? logits : add(logits, mul(sub(mask, 1), 1e8)))
}

/** H = -sum_a p log p, [B], from log-probabilities [B, n]. */
export function categoricalEntropy(logP: Value): Value {
  return neg(sum(mul(exp(logP), logP), [1]))
}

/** log N(x; mean, exp(logStd)) summed over the last axis; x, mean [B, C], logStd [B, C] or [C] -> [B]. */
export function gaussianLogProb(x: Value, mean: Value, logStd: Value): Value {
  const z = mul(sub(x, mean), exp(neg(logStd)))
  return sum(sub(sub(mul(square(z), -0.5), logStd), halfLogTwoPi), [1])
}

/**
 * A Gaussian sample squashed by tanh, with its log-probability (Haarnoja et al. 2018a, arXiv:1801.01290, appendix C, Eq. 21):
 *
 *     a = tanh(u),  log pi(a) = log N(u) - sum_i log(1 - tanh(u_i)^2)
 *
 * The last term is computed as 2 (log 2 - u - softplus(-2u)), which does not lose its digits for large |u|.
 *
 * @param noise  [B, C], standard normal
 * @returns action [B, C] in (-1, 1) and logPi [B]
 */
export function squashedGaussian(mean: Value, logStd: Value, noise: Value): { action: Value; logPi: Value } {
  const u = add(mean, mul(exp(logStd), noise))
  const correction = mul(add(add(u, softplus(mul(u, -2))), -Math.LN2), -2) // log(1 - tanh(u)^2)
  return { action: tanh(u), logPi: sub(gaussianLogProb(u, mean, logStd), sum(correction, [1])) }
}

/**
 * log Phi(z), the standard normal's share below z, by Page's fit of its logit (1977, Applied Statistics 26, 75-76; Phi within
 * 1.4e-4) above -3; below, the fit falls too fast, and the tail goes on as that of the density does, -z^2 / 2.
 */
function logNormalCdf(z: Value): Value {
  const near = clip(z, -3, 6)
  const logit = mul(near, add(mul(square(near), 0.070565992), 1.5976))
  const tail = mul(sub(square(minimum(z, -3)), 9), 0.5)
  return sub(neg(softplus(neg(logit))), tail)
}

/**
 * How continuous actions come about: SAC squashes a Gaussian by tanh, PPO clips one at 3 standard units (as ML-Agents), and TD3 squashes
 * what the network puts out, without a draw.
 */
export type ContinuousKind = 'squashed' | 'clipped' | 'deterministic'

/** Those that have a likelihood. */
export type DrawnKind = Exclude<ContinuousKind, 'deterministic'>

/** Where |action| counts as at its bound: tanh never quite arrives there, while a key that is held down does. */
const AT_BOUND = { squashed: 0.99, clipped: 1 - 1e-6 } as const

/**
 * log pi(a|s) [B] of a given action [B, C]: of the Gaussian before it was squashed or clipped. An action inside the bounds has a density;
 * one at a bound is whatever the Gaussian has beyond it (Tobin 1958), so that nothing is asked of a mean that is there already,
 * and the spread does not grow for it.
 */
export function boundedLogProb(kind: DrawnKind, action: Value, mean: Value, logStd: Value): Value {
  const edge = AT_BOUND[kind]
  const a = clip(action, -edge, edge)
  // u, the action before it was bounded, and log |da/du|
  const u = kind === 'squashed' ? mul(sub(log(add(a, 1)), log(sub(1, a))), 0.5) : mul(a, 3)
  const slope = kind === 'squashed' ? log(sub(1, square(a))) : -Math.log(3)
  const limit = kind === 'squashed' ? Math.atanh(edge) : 3
  const scale = exp(neg(logStd))
  const z = mul(sub(u, mean), scale)
  const inside = sub(sub(sub(mul(square(z), -0.5), logStd), halfLogTwoPi), slope)
  const above = greaterEqual(action, edge)
  const below = lessEqual(action, -edge)
  const parts = [
    mul(inside, sub(sub(1, above), below)),
    mul(logNormalCdf(mul(sub(mean, limit), scale)), above),
    mul(logNormalCdf(mul(sub(-limit, mean), scale)), below),
  ]
  return sum(addAll(parts), [1])
}

/** H [] or [B] of a Gaussian, in nats, before it is squashed or clipped; logStd [C] or [B, C]. */
export function gaussianEntropy(logStd: Value): Value {
  return sum(add(logStd, halfLogTwoPi + 0.5), [logStd.shape.length - 1])
}

/** ML-Agents' bounds on the log standard deviation that a network puts out. */
export function boundedLogStd(raw: Value): Value {
  return clip(raw, -20, 2)
}

/**
 * Draws an index from softmax(logits + log mask) by inverting the cumulative distribution: one uniform number.
 *
 * @param logits  [..], `size` of them from `at` on
 * @param mask    0/1 of the same layout from `maskAt` on, or null
 */
export function sampleCategorical(
  random: Random,
  logits: Float32Array,
  at: number,
  size: number,
  mask: Float32Array | null,
  maskAt: number,
): number {
  const highest = logits[greatestAllowed(logits, at, size, mask, maskAt) + at]!
  if (weights.length < size) weights = new Float64Array(size)
  let total = 0
  for (let i = 0; i < size; i++) {
    if (mask !== null && mask[maskAt + i] !== 1) continue
    weights[i] = Math.exp(logits[at + i]! - highest)
    total += weights[i]!
  }
  let left = random.uniform() * total
  let last = 0
  for (let i = 0; i < size; i++) {
    if (mask !== null && mask[maskAt + i] !== 1) continue
    last = i
    left -= weights[i]!
    if (left < 0) return i
  }
  return last
}

/** log of the share of `index` in softmax(logits + log mask), all laid out as for `sampleCategorical`. */
export function logShare(
  index: number,
  logits: Float32Array,
  at: number,
  size: number,
  mask: Float32Array | null,
  maskAt: number,
): number {
  const highest = logits[greatestAllowed(logits, at, size, mask, maskAt) + at]!
  let total = 0
  for (let i = 0; i < size; i++) {
    if (mask === null || mask[maskAt + i] === 1) total += Math.exp(logits[at + i]! - highest)
  }
  return logits[at + index]! - highest - Math.log(total)
}

/** log N(x; mean, exp(logStd)) of one number. */
export function logDensity(x: number, mean: number, logStd: number): number {
  return -0.5 * ((x - mean) * Math.exp(-logStd)) ** 2 - logStd - halfLogTwoPi
}

/** Of one draw, kept so that acting allocates nothing. */
let weights = new Float64Array(256)

/** The index of the greatest allowed logit, the first of equals. */
export function greatestAllowed(
  logits: Float32Array,
  at: number,
  size: number,
  mask: Float32Array | null,
  maskAt: number,
): number {
  let best = -1
  for (let i = 0; i < size; i++) {
    if (mask !== null && mask[maskAt + i] !== 1) continue
    if (best < 0 || logits[at + i]! > logits[at + best]!) best = i
  }
  if (best < 0) throw new Error('the action mask forbids every action')
  return best
}
