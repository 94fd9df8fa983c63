/** What counts in the end. */
import { atLeastAsGood } from '../../rollout/score.ts'
import { hasJustBegun, isThere, last, type Rule } from './rule.ts'

export const mastered: Rule = (facts) => {
  const { score } = facts.spec
  const { masteredAtStep } = facts
  if (masteredAtStep === null || score.human === undefined) return null
  const at = masteredAtStep.toLocaleString('en')
  const now = last(facts, 'rollout/window_score', 1)?.[0]
  if (now !== undefined && !atLeastAsGood(score, now, score.human.mean)) {
    return {
      id: 'mastered',
      level: isThere(facts) ? 'good' : 'note',
      text: `Reached the human average of ${score.human.mean} at step ${at}, and is at ${now.toFixed(2)} ${score.units} now.`,
      advice: null,
    }
  }
  return {
    id: 'mastered',
    level: 'good',
    text: `At or better than the human average of ${score.human.mean} since step ${at}.`,
    advice: null,
  }
}

/** Where nobody has played for comparison. */
export const atGoal: Rule = (facts) => {
  const { score } = facts.spec
  const now = last(facts, 'rollout/window_score', 1)?.[0]
  if (score.human !== undefined || score.goal === undefined || now === undefined || !isThere(facts))
    return null
  return {
    id: 'at-goal',
    level: 'good',
    text: `At ${now.toFixed(2)} ${score.units}, and the goal is ${score.goal}: there is nothing left to learn.`,
    advice: null,
  }
}

/** Many summaries in which hardly an episode reached its goal. */
export const neverSucceeds: Rule = (facts) => {
  const success = last(facts, 'rollout/success', 10)
  if (success === null || Math.max(...success) > 0.01) return null
  if (facts.spec.score.tellsSuccess === false || isThere(facts) || hasJustBegun(facts)) return null
  return {
    id: 'never-succeeds',
    level: 'warning',
    text: 'Almost no episode has reached its goal for a long time, so there is nothing from which to learn the goal.',
    advice:
      'Add demonstrations (gail, behavioral_cloning) or the curiosity signal, or start with an easier lesson.',
  }
}
