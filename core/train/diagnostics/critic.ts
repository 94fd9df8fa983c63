/** Whether the critic's expectations can be true. */
import { last, type Rule } from './rule.ts'

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
    advice: 'Start it anew with a lower learning_rate.',
  }
}

/** |Q| and its loss grow with every summary, and ever faster than the rewards explain. */
export const diverging: Rule = (facts) => {
  for (const [what, values] of [
    ["The critic's error", last(facts, 'loss/critic', 6) ?? last(facts, 'loss/value', 6)],
    ['What the critic expects', last(facts, 'critic/q', 6)],
  ] as const) {
    if (values === null) continue
    const sizes = values.map(Math.abs)
    const grows = sizes.every((size, i) => i === 0 || size > GROWTH * sizes[i - 1]!)
    if (!grows || sizes.at(-1)! < 1) continue
    return {
      id: 'critic-diverging',
      level: 'warning',
      text: `${what} grows by a third or more from summary to summary and has reached ${sizes.at(-1)!.toPrecision(2)}: the critic is diverging.`,
      advice: 'Lower learning_rate, tau or gamma, or turn on layer_norm under network_settings.',
    }
  }
  return null
}
