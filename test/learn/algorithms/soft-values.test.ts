import { expect, it } from 'vitest'
import { sacSchedule } from '../../../core/learn/algorithms/soft-values.ts'

it('anneals the target entropy over its steps, and keeps it from then on', () => {
  const h = {
    target_entropy_start: 0.5,
    target_entropy_end: 0.1,
    target_entropy_anneal_steps: 100,
    learning_rate: 1,
    learning_rate_schedule: 'constant',
  } as const
  const { targetEntropyShare } = sacSchedule(h, true, 1_000)
  expect([0, 50, 100, 400].map(targetEntropyShare)).toEqual(
    [0.5, 0.3, 0.1, 0.1].map((share) => expect.closeTo(share, 12)),
  )
})
