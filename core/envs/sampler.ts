/**
 * Values of environment parameters that are drawn anew for every episode, as in ML-Agents' parameter randomisation.
 *
 * Differs from ML-Agents: a value follows from the sampler's seed and the episode's, not from a stream, so an episode can
 * be made again by itself and a resumed run draws what the uninterrupted one would have drawn.
 */
import { Random } from '../random.ts'

export type Sampler =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number; readonly seed: number }
  | {
      readonly kind: 'gaussian'
      readonly mean: number
      readonly deviation: number
      readonly seed: number
    }
  | {
      /** A wide interval is drawn from more often than a narrow one. */
      readonly kind: 'multirange'
      readonly intervals: readonly (readonly [from: number, to: number])[]
      readonly seed: number
    }

/** The value of the parameter in the episode that `episodeSeed` determines. */
export function drawValue(sampler: Sampler, episodeSeed: number): number {
  if (sampler.kind === 'constant') return sampler.value
  // The episode's board is drawn from a stream seeded by `episodeSeed` alone; this one must be another.
  const random = new Random(Math.imul(sampler.seed + 1, 0x9e3779b1) ^ episodeSeed)
  if (sampler.kind === 'gaussian') return sampler.mean + sampler.deviation * random.normal()
  if (sampler.kind === 'uniform') return sampler.from + (sampler.to - sampler.from) * random.uniform()
  const { intervals } = sampler
  let left = random.uniform() * intervals.reduce((sum, [from, to]) => sum + to - from, 0)
  for (const [from, to] of intervals) {
    if (left <= to - from) return from + left
    left -= to - from
  }
  return intervals.at(-1)![1]
}

/** The least and the greatest value that can be drawn; of a gaussian the mean, because its draws are kept in range. */
export function extremes(sampler: Sampler): number[] {
  switch (sampler.kind) {
    case 'constant':
      return [sampler.value]
    case 'uniform':
      return [sampler.from, sampler.to]
    case 'gaussian':
      return [sampler.mean]
    case 'multirange':
      return sampler.intervals.flat()
  }
}
