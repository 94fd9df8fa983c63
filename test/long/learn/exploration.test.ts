import { expect, it } from 'vitest'
import { openings, type Setting, type SignalName } from './exploration-runs.ts'

/** In how many of the seeds the lock was opened more than once: once happens by chance. */
async function seedsThatOpened(setting: Setting, signal: SignalName): Promise<number> {
  return (await openings(setting, signal)).filter((count) => count > 1).length
}

it('PPO opens the lock for curiosity and for novelty in most of five seeds, without them in none', async () => {
  expect(await seedsThatOpened('ppo, discrete', 'none')).toBe(0)
  expect(await seedsThatOpened('ppo, discrete', 'curiosity')).toBeGreaterThanOrEqual(4)
  expect(await seedsThatOpened('ppo, discrete', 'rnd')).toBeGreaterThanOrEqual(4)
}, 180_000)

it('so it does with continuous actions for novelty', async () => {
  expect(await seedsThatOpened('ppo, continuous', 'none')).toBe(0)
  expect(await seedsThatOpened('ppo, continuous', 'rnd')).toBeGreaterThanOrEqual(4)
}, 180_000)

it('SAC opens its longer, milder lock for curiosity', async () => {
  expect(await seedsThatOpened('sac, discrete', 'none')).toBe(0)
  expect(await seedsThatOpened('sac, discrete', 'curiosity')).toBeGreaterThanOrEqual(1)
}, 180_000)
