/** What PPO makes of a judged buffer: advantages and returns. */

import type { Metrics } from '../metrics.ts'
import type { RewardSignal } from '../signals/reward-signal.ts'
import { generalizedAdvantages } from './gae.ts'
import type { RolloutBuffer } from './rollout-buffer.ts'

export interface EstimateOptions {
  readonly signals: readonly RewardSignal[]
  /** Environments. */
  readonly E: number
  readonly lambda: number
  /** Environment steps so far, which the strength of a signal may depend on. */
  readonly steps: number
  readonly metrics: Metrics
}

/**
 * Advantages of a judged buffer (summed over the signals, then normalised) and returns per signal.
 * @param absorbing  a signal's reward of one step in the absorbing state; undefined when an end is worth nothing
 */
export function estimateAdvantages(
  buffer: RolloutBuffer,
  { signals, E, lambda, steps, metrics }: EstimateOptions,
  absorbing: (signal: number) => number | undefined,
): void {
  const S = signals.length
  const N = buffer.length
  const trajectories = Array.from({ length: E }, (_, e) => buffer.rowsOf(e))
  buffer.advantages.fill(0)
  const cutValues = new Map(buffer.cuts.map((cut) => [cut.row, cut.values]))
  signals.forEach((signal, s) => {
    const ended = absorbing(s)
    const afterEnd = ended === undefined ? 0 : (signal.strength(steps) * ended) / (1 - signal.gamma)
    for (const rows of trajectories) {
      const T = rows.length
      const [rewards, now, next] = [new Float32Array(T), new Float32Array(T), new Float32Array(T)]
      const cut = new Uint8Array(T)
      const advantage = new Float32Array(T)
      for (const [t, row] of rows.entries()) {
        rewards[t] = buffer.signalRewards[row * S + s]!
        now[t] = buffer.values[row * S + s]!
        cut[t] = buffer.cut[row]!
      }
      for (const [t, row] of rows.entries()) {
        next[t] = buffer.terminated[row] === 1 ? afterEnd : (cutValues.get(row)?.[s] ?? now[t + 1]!)
      }
      generalizedAdvantages(rewards, now, next, cut, signal.gamma, lambda, advantage)
      for (const [t, row] of rows.entries()) {
        buffer.advantages[row] = buffer.advantages[row]! + advantage[t]!
        buffer.returns[row * S + s] = advantage[t]! + now[t]!
      }
    }
    let total = 0
    for (let row = 0; row < N; row++) total += buffer.signalRewards[row * S + s]!
    metrics.add(`${signal.name}/reward`, total / N)
  })
  normalize(buffer.advantages)
}

/** To mean 0 and standard deviation 1, in place. */
function normalize(values: Float32Array): void {
  let sum = 0
  for (const value of values) sum += value
  const center = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - center) ** 2
  const deviation = Math.sqrt(squares / values.length) + 1e-8
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - center) / deviation
}
