/** Whether the demonstrations can teach what they are meant to. */
import { atLeastAsGood } from '../../rollout/score.ts'
import { first, isThere, last, mean, type Rule } from './rule.ts'

const FEW_EPISODES = 5
const FEW_STEPS = 200

function imitates(signals: Readonly<Record<string, unknown>>): boolean {
  return signals.gail !== undefined && signals.gail !== null
}

export const tooFew: Rule = (facts) => {
  const { demonstrations, behavior } = facts
  // Whoever plays as well as can be has been taught enough.
  if (demonstrations === null || isThere(facts)) return null
  const { episodes, steps } = demonstrations
  if (episodes >= FEW_EPISODES || steps >= FEW_STEPS) return null
  const actions = imitates(behavior.reward_signals)
  return {
    id: 'demonstrations-few',
    level: 'warning',
    text: `There are only ${steps} demonstrated steps in ${episodes} ${episodes === 1 ? 'episode' : 'episodes'}, few enough for a network to memorise.`,
    advice: actions
      ? `Record more (${FEW_EPISODES} episodes or ${FEW_STEPS} steps), or raise gradient_penalty under gail.`
      : `Record more: ${FEW_EPISODES} episodes or ${FEW_STEPS} steps.`,
  }
}

export const otherVersion: Rule = ({ demonstrations, spec }) => {
  const others = demonstrations?.versions.filter((version) => version !== spec.version) ?? []
  if (others.length === 0) return null
  return {
    id: 'demonstrations-version',
    level: 'warning',
    text: `Demonstrations come from version ${[...new Set(others)].join(' and ')} of ${spec.id}; this is version ${spec.version}, with different rules or observations.`,
    advice: 'Leave them out, or record them again.',
  }
}

/**
 * Survival bias, seen in the curves: a reward that is never negative pays for every step, so episodes grow longer (and one
 * that is never positive makes them shorter) while the environment's own reward does not rise (Kostrikov et al. 2018, section 4.1).
 */
export const survivalBias: Rule = (facts) => {
  const gail = facts.behavior.reward_signals.gail as
    | { reward_form?: string; absorbing_states?: boolean }
    | null
    | undefined
  if (gail == null || gail.absorbing_states === true || isThere(facts)) return null
  const form = gail.reward_form ?? 'gail'
  const lengths = [first(facts, 'rollout/length'), last(facts, 'rollout/length')] as const
  const returns = [first(facts, 'rollout/return'), last(facts, 'rollout/return')] as const
  if (lengths[0] === null || lengths[1] === null || returns[0] === null || returns[1] === null) return null
  if (mean(returns[1]) > mean(returns[0])) return null
  const ratio = mean(lengths[1]) / mean(lengths[0])
  const longer = form === 'gail' && ratio > 1.3
  const shorter = form === 'logd' && ratio < 1 / 1.3
  if (!longer && !shorter) return null
  return {
    id: 'survival-bias',
    level: 'warning',
    text: longer
      ? 'Episodes are getting longer but not better: the agent seems to be rewarded for staying alive, not for imitating.'
      : 'Episodes are getting shorter but not better: the agent seems to be rewarded for ending them, not for imitating.',
    advice: 'Set absorbing_states: true or reward_form: airl under gail, and train a control run to be sure.',
  }
}

/** The control run did as well: whatever this run learned, it was not from the demonstrations. */
export const noBetterThanControl: Rule = (facts) => {
  const { control, spec } = facts
  const window = last(facts, 'rollout/window_score', 1)
  if (control === null || window === null) return null
  const { masteredAtStep } = control
  const sooner =
    facts.masteredAtStep !== null && (masteredAtStep === null || facts.masteredAtStep < masteredAtStep)
  if (sooner || !atLeastAsGood(spec.score, control.score, window[0]!)) return null
  const figures = `${control.score.toFixed(2)} against ${window[0]!.toFixed(2)} ${spec.score.units}`
  if (isThere(facts)) {
    return {
      id: 'no-better-than-control',
      level: 'note',
      text: `The control run ${control.runId}, with demonstrations that cannot be imitated, does as well (${figures}): the game can be learned without them.`,
      advice: null,
    }
  }
  return {
    id: 'no-better-than-control',
    level: 'warning',
    text: `The control run ${control.runId}, with demonstrations that cannot be imitated, does as well (${figures}): the demonstrations did not help this run, or it learned from how episodes end (survival bias).`,
    advice:
      'Set absorbing_states: true or reward_form: airl under gail, or let it see actions (use_actions: true).',
  }
}
