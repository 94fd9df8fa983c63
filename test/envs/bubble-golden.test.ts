/**
 * Hashes of whole games. They must be the same on every platform, and they change only together with the version of the
 * environment: recorded demonstrations could not be replayed otherwise.
 */
import { expect, test } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { gameHash } from './games.ts'

test('the hashes below belong to this version', () => {
  expect(makeEnvironment('bubble/25').spec.version).toBe(1)
})

test.each([
  [{}, 1, '56c039e0ed06a0162fc1d46db265842f'],
  [{}, 4711, '80f4b034e1b294e6db8a3a0470cda300'],
  [{}, 0xffffffff, 'bdeaaefe1016dcfc19fc73aca95a853c'],
  [{ observation: 'grid' }, 1, '732274b2a52a401a4f8291e693c2b6d1'],
  [{ observation: 'sight' }, 1, 'f11156c13da09d031b6c5af258a0d23a'],
  [{ action: 'continuous' }, 1, 'b559c63da8fed8444793650753666646'],
])('300 random steps with %o from seed %i', (parameters, seed, hash) => {
  expect(gameHash(parameters, seed, 300)).toBe(hash)
})
