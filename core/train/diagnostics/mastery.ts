/** What counts in the end. */
import { last, type Rule } from './rule.ts'

export const mastered: Rule = ({ spec, masteredAtStep }) => {
  if (masteredAtStep === null || spec.score.human === undefined) return null
  return {
    id: 'mastered',
    level: 'good',
    text: `At or better than the human average of ${spec.score.human.mean} since step ${masteredAtStep.toLocaleString('en')}.`,
    advice: null,
  }
}

/** Many summaries in which hardly an episode reached its goal. */
export const neverSucceeds: Rule = (facts) => {
  const success = last(facts, 'rollout/success', 10)
  if (success === null || Math.max(...success) > 0.01) return null
  return {
    id: 'never-succeeds',
    level: 'warning',
    text: 'Hardly an episode reaches its goal, and has not for long: there is nothing to learn the goal from.',
    advice:
      'Add demonstrations (gail, behavioral_cloning) or the curiosity signal, or start with an easier lesson.',
  }
}
