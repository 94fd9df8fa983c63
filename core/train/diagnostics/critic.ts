/** Whether the critic's expectations can be true. */
import { last, type Rule, type RunFacts } from './rule.ts'

/** A growth of this much per summary, every time, is no learning. */
const GROWTH = 1.3

/** A loss or value that is no longer a number. */
export const notANumber: Rule = ({ series }) => {
  const broken = [...series].find(
    ([name, values]) =>
      /^(loss|critic|policy|gail|curiosity|rnd|cloning)\//.test(name) && !Number.isFinite(values.at(-1)),
  )
  if (broken === undefined) return null
  return {
    id: 'not-a-number',
    level: 'warning',
    text: `${broken[0]} is no longer a number: the run has diverged.`,
    advice: 'Start again with a lower learning_rate.',
  }
}

/** By how much one episode may be worth more than the mean. */
const SPREAD = 3

/**
 * What a critic can expect at most, where the environment's reward is all that there is: as much as an episode is worth. A run that
 * learns to play longer expects more and more, and is right. 0 where nothing bounds it.
 */
function greatestReturn({ series, behavior }: RunFacts): number {
  const { extrinsic, ...others } = behavior.reward_signals
  const learned = Object.values(others).some((signal) => signal != null)
  if (extrinsic == null || learned) return 0
  const returns = (series.get('rollout/return') ?? []).filter(Number.isFinite).map(Math.abs)
  return Math.max(0, ...returns) * SPREAD * Number(extrinsic.strength ?? 1)
}

/** |Q| and its loss grow with every summary, and beyond what the rewards explain. */
export const diverging: Rule = (facts) => {
  const most = greatestReturn(facts)
  for (const [what, values, bound] of [
    ["The critic's error", last(facts, 'loss/critic', 6) ?? last(facts, 'loss/value', 6), most ** 2],
    ['The value that the critic expects', last(facts, 'critic/q', 6), most],
  ] as const) {
    if (values === null) continue
    const sizes = values.map(Math.abs)
    const grows = sizes.every((size, i) => i === 0 || size > GROWTH * sizes[i - 1]!)
    if (!grows || sizes.at(-1)! < Math.max(1, bound)) continue
    return {
      id: 'critic-diverging',
      level: 'warning',
      text: `${what} grows by a third or more with every summary, and has reached ${sizes.at(-1)!.toPrecision(2)}: the critic is diverging.`,
      advice: 'Lower learning_rate, tau or gamma, or turn on layer_norm under network_settings.',
    }
  }
  return null
}
