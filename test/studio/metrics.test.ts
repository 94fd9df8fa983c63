import { expect, test } from 'vitest'
import { describeMetric } from '../../core/studio/metrics.ts'

test('a metric that nobody described is shown by its name', () => {
  expect(describeMetric('curiosity/forward_loss')).toMatchObject({
    title: 'Forward loss (curiosity)',
    group: 'curiosity',
  })
})

test('no two metrics of a run have one title', () => {
  const names = ['gail/reward', 'rnd/reward', 'extrinsic/reward', 'rnd/loss', 'cloning/loss', 'gail/entropy']
  const titles = [...names, 'policy/entropy', 'rollout/return'].map((name) => describeMetric(name).title)
  expect(new Set(titles).size).toBe(titles.length)
})
