/**
 * Noise drawn by the engine at every run. For exported policies that sample: engines seed it as they like, so whatever
 * must be reproducible takes its noise as an input instead.
 */
import type { Value } from '../graph.ts'

/** Uniform in [0, 1), of the shape of `like`; carries no gradient. */
export function randomUniform(like: Value): Value {
  return draw(like, 'uniform')
}

/** Standard normal, of the shape of `like`; carries no gradient. */
export function randomNormal(like: Value): Value {
  return draw(like, 'normal')
}

function draw(like: Value, distribution: 'uniform' | 'normal'): Value {
  // Each call is a stream of its own; without a number two would count as the same value.
  return like.graph.apply('random', [like], like.shape, { distribution, stream: like.graph.values.length })
}
