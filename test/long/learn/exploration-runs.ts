/**
 * Which learner opens the lock with which signal. As a program it prints the table of docs/algorithms/curiosity.md and
 * rnd.md: node bin/run.js test/long/learn/exploration-runs.ts
 */
import { explore } from '../../learn/explore.ts'

const signals = {
  none: null,
  curiosity: { name: 'curiosity', strength: 1, learning_rate: 1e-3 },
  rnd: { name: 'rnd', strength: 0.5, learning_rate: 1e-3 },
} as const

const settings = {
  'ppo, discrete': { algorithm: 'ppo', lock: { cells: 14, back: 'all' }, steps: 6_000, seeds: 5 },
  'ppo, continuous': {
    algorithm: 'ppo',
    lock: { cells: 14, back: 'all', continuous: true },
    steps: 6_000,
    seeds: 5,
  },
  'sac, discrete': { algorithm: 'sac', lock: { cells: 20, back: 'one' }, steps: 5_000, seeds: 3 },
} as const

export type Setting = keyof typeof settings
export type SignalName = keyof typeof signals

/** Seed by seed, episodes in which the lock was opened. */
export async function openings(setting: Setting, signal: SignalName): Promise<number[]> {
  const { algorithm, lock, steps, seeds } = settings[setting]
  const opened = []
  for (let seed = 1; seed <= seeds; seed++) {
    opened.push((await explore(algorithm, signals[signal], lock, steps, seed)).opened)
  }
  return opened
}

if (import.meta.main) {
  console.log('| learner | signal | episodes that opened the lock, seed by seed |\n|---|---|---|')
  for (const setting of Object.keys(settings) as Setting[]) {
    for (const signal of Object.keys(signals) as SignalName[]) {
      console.log(`| ${setting} | ${signal} | ${(await openings(setting, signal)).join(', ')} |`)
    }
  }
}
