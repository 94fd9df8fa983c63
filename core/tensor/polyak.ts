import { checkSameMake, type Parameters } from './parameters.ts'

/** target += tau * (source - target), the slowly following target network of DDPG and SAC. */
export function polyak(target: Parameters, source: Parameters, tau: number): void {
  const to = target.blocks
  const from = source.blocks
  checkSameMake(target, source)
  if (to.kernels !== from.kernels) {
    throw new Error(`${target.prefix} and ${source.prefix} were not allocated together`)
  }
  to.kernels.polyak(to.values, from.values, to.count, tau)
}
