/** Play that knows nothing: what fills a replay buffer before learning, and explores beside a greedy policy. */

import type { ActionBatch } from '../../experience/transitions.ts'
import type { LearnContext } from '../algorithm.ts'

/** Uniform over what is allowed, in these environments. */
export function drawUniformly(
  { spec, random }: Pick<LearnContext, 'spec' | 'random'>,
  masks: Uint8Array | null,
  actions: ActionBatch,
  environments: Int32Array,
): void {
  const C = spec.action.continuous
  for (const e of environments)
    for (let i = e * C; i < (e + 1) * C; i++) actions.continuous[i] = 2 * random.uniform() - 1
  const branches = spec.action.discrete
  const width = branches.reduce((all, size) => all + size, 0)
  for (const e of environments) {
    let at = e * width
    branches.forEach((size, b) => {
      let choice = random.below(size)
      // One independent draw per branch may only land on an allowed index; masks leave at least one.
      while (masks !== null && masks[at + choice] !== 1) choice = random.below(size)
      actions.discrete[e * branches.length + b] = choice
      at += size
    })
  }
}
