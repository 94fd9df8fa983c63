/** Where the time goes. */
import { percent } from '../../counted.ts'
import { isThere, last, mean, type Rule } from './rule.ts'

const DOMINATES = 0.8
/** Of training; nobody waits for what is over sooner. */
const WORTH_SAVING_SECONDS = 60

/** Advice is null where it is the algorithm's. */
const parts = new Map<string, readonly [what: string, advice: string | null]>([
  [
    'time/environment',
    [
      'the environment',
      'Step it on worker threads (workers under env_settings), without lockstep if steps differ in length (stepping: async), or train more per step.',
    ],
  ],
  [
    'time/inference',
    [
      'choosing actions',
      'Let more environments share a decision (num_envs under env_settings), or use a smaller network.',
    ],
  ],
  ['time/update', ['learning', null]],
])

/** Algorithm -> how to learn less from a step. */
const lessLearning = new Map([
  ['sac', 'Raise steps_per_update'],
  ['dqn', 'Raise steps_per_update'],
  ['ppo', 'Lower num_epoch'],
])

function cheaperLearning(algorithm: string): string {
  const less = lessLearning.get(algorithm)
  const network = less === undefined ? 'Use a smaller network' : `${less} or use a smaller network`
  return `${network}, if samples are cheap; give the engine two threads.`
}

export const dominated: Rule = (facts) => {
  const seconds = last(facts, 'time/seconds', 1)?.[0]
  if (isThere(facts) || (seconds !== undefined && seconds < WORTH_SAVING_SECONDS)) return null
  for (const [name, [what, advice]] of parts) {
    const shares = last(facts, name, 3)
    if (shares === null || Math.min(...shares) < DOMINATES) continue
    return {
      id: 'time-dominated',
      level: 'note',
      text: `${percent(mean(shares))} of the time goes into ${what}.`,
      advice: advice ?? cheaperLearning(facts.behavior.trainer_type),
    }
  }
  return null
}
