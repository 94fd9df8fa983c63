import { expect, test } from 'vitest'
import { describeMetric } from '../../core/studio/metrics.ts'

test('a metric that nobody described is shown by its name', () => {
  expect(describeMetric('curiosity/forward_loss')).toMatchObject({
    title: 'Forward loss',
    group: 'curiosity',
  })
})
