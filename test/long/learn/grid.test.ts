import { expect, it } from 'vitest'
import { understudy, understudyJson } from '../../cli/support.ts'
import { temporaryDirectory } from '../../store/support.ts'

/** docs/environments.md has the figures of three seeds. */
it('PPO solves grid through the convolutional encoder by its preset', () => {
  const folder = temporaryDirectory()
  const trained = understudy(
    folder,
    'train',
    '--env',
    'grid',
    '--algo',
    'ppo',
    '--seed',
    '1',
    '--run-id',
    'grid',
  )
  expect(trained.code).toBe(0)
  const [result] = understudyJson<{ points: { mean: number }; solved: boolean }>(
    folder,
    'evaluate',
    'grid',
    '--episodes',
    '50',
  )
  expect(result!.points.mean).toBeGreaterThan(0.8)
})
