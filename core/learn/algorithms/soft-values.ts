/** Values over discrete actions, and what falls during a run of SAC. */
import { addAll, exp, mul, sub, sum, type Value } from '../../tensor/index.ts'

/**
 * sum_a pi(a|s) (Q(s, a) - alpha log pi(a|s)), exactly; without the entropy term when alpha is null.
 *
 * @param q     [B, A]
 * @param logP  [B, A]
 * @param alpha []
 * @returns     [B]
 */
export function expectedSoftValue(q: Value, logP: Value, alpha: Value | null): Value {
  return sum(mul(exp(logP), alpha === null ? q : sub(q, mul(logP, alpha))), [1])
}

/** The mean over groups of branches, as ML-Agents takes it over branches. */
export function groupMean(values: Value[]): Value {
  const total = addAll(values)
  return values.length === 1 ? total : mul(total, 1 / values.length)
}

/** The target entropy as a share of its scale, and the step size of policy and critics, after `steps` environment steps. */
export function sacSchedule(
  h: {
    readonly target_entropy_start?: number | undefined
    readonly target_entropy_end?: number | undefined
    readonly target_entropy_anneal_steps: number
    readonly learning_rate: number
    readonly learning_rate_schedule: 'linear' | 'constant'
  },
  discrete: boolean,
  maxSteps: number,
): Record<'targetEntropyShare' | 'learningRate', (steps: number) => number> {
  const { target_entropy_end: end = discrete ? 0.2 : 1, target_entropy_anneal_steps: over } = h
  const start = h.target_entropy_start ?? end
  return {
    targetEntropyShare: (steps) => (over === 0 ? end : start + (end - start) * Math.min(1, steps / over)),
    learningRate: (steps) =>
      h.learning_rate_schedule === 'constant'
        ? h.learning_rate
        : Math.max(1e-10, h.learning_rate * (1 - steps / maxSteps)),
  }
}
