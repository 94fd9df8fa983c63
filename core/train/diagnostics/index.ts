/** What there is to say about a run, worst first. */
import { diverging, notANumber } from './critic.ts'
import { noBetterThanControl, otherVersion, survivalBias, tooFew } from './demonstrations.ts'
import { tooStrong, tooWeak, verdict } from './discriminator.ts'
import { atGoal, mastered, neverSucceeds } from './mastery.ts'
import { entropyCollapsed, nearlyRandom, stepsTooLarge } from './policy.ts'
import type { Finding, Rule, RunFacts } from './rule.ts'
import { dominated } from './time.ts'

export { factsOf } from './facts.ts'
export type { ControlFacts, DemonstrationFacts, Finding, RunFacts } from './rule.ts'

const rules: readonly Rule[] = [
  notANumber,
  diverging,
  otherVersion,
  tooFew,
  noBetterThanControl,
  survivalBias,
  tooStrong,
  tooWeak,
  entropyCollapsed,
  stepsTooLarge,
  neverSucceeds,
  mastered,
  atGoal,
  verdict,
  nearlyRandom,
  dominated,
]

const order = { warning: 0, good: 1, note: 2 } as const

export function diagnose(facts: RunFacts): Finding[] {
  return rules.flatMap((rule) => rule(facts) ?? []).sort((a, b) => order[a.level] - order[b.level])
}
