/** GAIL's discriminator against agent and demonstrations. */
import { percent } from '../../counted.ts'
import { type Finding, hasJustBegun, isThere, last, mean, type Rule, type RunFacts } from './rule.ts'

/** Right this often for long, it has nothing more to tell the agent. */
const TOO_STRONG = 0.95
/** Verdicts (mean logits) this close, in logits, are one verdict. */
const ONE_VERDICT = 0.02

/** Whether the strength of the signal has fallen to 0. */
function faded({ behavior, step }: RunFacts): boolean {
  const { anneal_steps: over } = (behavior.reward_signals.gail ?? {}) as { anneal_steps?: number }
  return over !== undefined && over > 0 && step >= over
}

/** Both accuracies pinned high: the reward is as low for every decision, whatever the agent does. */
export const tooStrong: Rule = (facts) => {
  const agent = last(facts, 'gail/accuracy_agent')
  const demonstrations = last(facts, 'gail/accuracy_demonstrations')
  if (agent === null || demonstrations === null) return null
  if (Math.min(...agent, ...demonstrations) <= TOO_STRONG) return null
  // An agent that has become better than what it imitated is told apart by that, and a signal that has faded pays nothing.
  if (isThere(facts) || facts.asDemonstrated || faded(facts)) return null
  return {
    id: 'discriminator-too-strong',
    level: 'warning',
    text: `The discriminator has been right ${percent((mean(agent) + mean(demonstrations)) / 2)} of the time for a long while: agent and demonstrations are too easy to tell apart, so its reward no longer says how to improve.`,
    advice:
      'Raise gradient_penalty or lower learning_rate under gail, or hide actions from it (use_actions: false).',
  }
}

/** It never began to tell them apart although the agent is still far from the demonstrations. */
export const tooWeak: Rule = (facts) => {
  const agent = last(facts, 'gail/logit_agent')
  const demonstrations = last(facts, 'gail/logit_demonstrations')
  if (agent === null || demonstrations === null) return null
  // One that plays as it was shown is not to be told apart.
  if (isThere(facts) || facts.asDemonstrated || faded(facts)) return null
  if (agent.some((logit, i) => Math.abs(logit - demonstrations[i]!) >= ONE_VERDICT)) return null
  return {
    id: 'discriminator-too-weak',
    level: 'warning',
    text: 'The discriminator cannot tell agent and demonstrations apart yet, so its reward says nothing.',
    advice:
      'Lower gradient_penalty or raise learning_rate under gail, or let it see actions (use_actions: true).',
  }
}

/** What it is now, when neither of the above holds. */
export const verdict: Rule = (facts) => {
  const agent = last(facts, 'gail/accuracy_agent', 1)
  const demonstrations = last(facts, 'gail/accuracy_demonstrations', 1)
  if (agent === null || demonstrations === null) return null
  if (tooStrong(facts) !== null || tooWeak(facts) !== null) return null
  const accuracy = (agent[0]! + demonstrations[0]!) / 2
  const finding = (level: Finding['level'], text: string): Finding => ({
    id: 'discriminator',
    level,
    text,
    advice: null,
  })
  if (accuracy < 0.6 && hasJustBegun(facts)) {
    return finding(
      'note',
      `The discriminator is right ${percent(accuracy)} of the time: it is still learning.`,
    )
  }
  // One that plays worse than it was shown is not told apart because the discriminator is bad at it.
  return accuracy < 0.6
    ? finding(
        facts.asDemonstrated === false && isThere(facts) !== true ? 'note' : 'good',
        `The discriminator is right ${percent(accuracy)} of the time: it can barely tell the agent from the demonstrations.`,
      )
    : finding('note', `The discriminator is right ${percent(accuracy)} of the time.`)
}
