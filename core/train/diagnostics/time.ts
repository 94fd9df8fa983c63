/** Where the time goes. */
import { last, mean, percent, type Rule } from './rule.ts'

const DOMINATES = 0.8

const parts = new Map<string, readonly [what: string, advice: string]>([
  [
    'time/environment',
    [
      'the environment',
      'Step it on worker threads (workers under env_settings), out of step where steps differ in length (stepping: async), or learn more per step.',
    ],
  ],
  [
    'time/inference',
    [
      'deciding what to do',
      'Let more environments share a decision (num_envs under env_settings), or use a smaller network.',
    ],
  ],
  [
    'time/update',
    [
      'learning',
      'Raise steps_per_update or use a smaller network, if samples are cheap; give the engine two threads.',
    ],
  ],
])

export const dominated: Rule = (facts) => {
  for (const [name, [what, advice]] of parts) {
    const shares = last(facts, name, 3)
    if (shares === null || Math.min(...shares) < DOMINATES) continue
    return {
      id: 'time-dominated',
      level: 'note',
      text: `${percent(mean(shares))} of the time goes into ${what}.`,
      advice,
    }
  }
  return null
}
