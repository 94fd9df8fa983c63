import { expect, it } from 'vitest'
import { explore } from './explore.ts'

const seeds = [1, 2]

/** Episodes of PPO in which the lock was opened, over all seeds. */
async function openings(signal: Parameters<typeof explore>[1]): Promise<number> {
  let total = 0
  for (const seed of seeds) {
    total += (await explore('ppo', signal, { cells: 14, back: 'all' }, 6_000, seed)).opened
  }
  return total
}

it('a lock that random moves do not open is opened for curiosity, and for novelty', async () => {
  expect(await openings(null)).toBeLessThan(3)
  expect(await openings({ name: 'curiosity', strength: 1, learning_rate: 1e-3 })).toBeGreaterThan(12)
  expect(await openings({ name: 'rnd', strength: 0.5, learning_rate: 1e-3 })).toBeGreaterThan(12)
}, 60_000)
