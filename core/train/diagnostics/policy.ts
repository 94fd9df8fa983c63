/** How undecided the policy is, and how far an update moves it. */
import { isThere, last, type Rule } from './rule.ts'

/** Of ln|A|: below this the policy nearly always takes the same decision. */
const COLLAPSED = 0.02
const NEARLY_RANDOM = 0.9

/** Algorithm -> what makes it explore; one that is not listed has nothing of the kind to set. */
const remedies = new Map<string, string>([
  ['sac', 'Raise target_entropy_end or init_entcoef under hyperparameters.'],
  ['ppo', 'Raise beta under hyperparameters, or lower learning_rate.'],
])

/** Entropy of a coin toss over all choices, ln|A|; 0 without discrete actions. */
function greatestEntropy(branches: readonly number[]): number {
  return branches.reduce((sum, size) => sum + Math.log(size), 0)
}

export const entropyCollapsed: Rule = (facts) => {
  const entropy = last(facts, 'policy/entropy', 3)
  const most = greatestEntropy(facts.spec.action.discrete)
  if (entropy === null || most === 0 || Math.max(...entropy) >= COLLAPSED * most) return null
  const there = isThere(facts)
  if (there === true) return null
  const remedy = remedies.get(facts.behavior.trainer_type) ?? null
  if (there === null) {
    return {
      id: 'entropy-collapsed',
      level: 'note',
      text: 'The policy has stopped exploring: in the same situation it nearly always makes the same decision.',
      advice: remedy === null ? null : `If it does not play well enough yet: ${remedy}`,
    }
  }
  return {
    id: 'entropy-collapsed',
    level: 'warning',
    text: 'The policy has stopped exploring too early: it nearly always makes the same decision and does not play well yet.',
    advice: remedy,
  }
}

export const nearlyRandom: Rule = (facts) => {
  const entropy = last(facts, 'policy/entropy', 3)
  const most = greatestEntropy(facts.spec.action.discrete)
  if (entropy === null || most === 0 || Math.min(...entropy) <= NEARLY_RANDOM * most) return null
  if (isThere(facts)) return null
  return {
    id: 'nearly-random',
    level: 'note',
    text: 'The policy still acts almost at random.',
    advice: null,
  }
}

/** PPO's clipping bites on most samples: one update leads too far from the policy that gathered them. */
export const stepsTooLarge: Rule = (facts) => {
  const clipped = last(facts, 'policy/clip_fraction')
  if (clipped === null || Math.min(...clipped) <= 0.4 || isThere(facts)) return null
  return {
    id: 'steps-too-large',
    level: 'warning',
    text: 'Most samples hit the bound of the policy ratio: each update goes further than its samples justify.',
    advice: 'Lower learning_rate or num_epoch under hyperparameters.',
  }
}
