import type { Random } from '../../core/random.ts'
import type { Rollout } from '../../core/rollout/rollout.ts'

/** Everything that a learner sees in so many steps, with actions drawn from `random`. */
export async function trace(rollout: Rollout, random: Random, steps: number): Promise<unknown[]> {
  const { discrete } = rollout.actions
  const branches = rollout.spec.action.discrete
  const seen: unknown[] = []
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < discrete.length; i++) discrete[i] = random.below(branches[i % branches.length]!)
    rollout.send()
    const { environments = null, masks, ...batch } = await rollout.receive()
    const { observations, finished } = rollout
    seen.push(plain({ ...batch, environments, masks, current: observations, finished }))
  }
  return seen
}

/** A copy without what tells shared memory from a thread's own. */
export function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner) => (ArrayBuffer.isView(inner) ? [...(inner as Float32Array)] : inner)),
  )
}
