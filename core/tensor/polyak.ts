import { checkTogether, type Parameters } from './parameters.ts'

/** target += tau * (source - target), the slowly following target network of DDPG and SAC. */
export function polyak(target: Parameters, source: Parameters, tau: number): void {
  checkTogether(target, source)
  const { kernels, values, count } = target.blocks
  kernels.polyak(values, source.blocks.values, count, tau)
}
