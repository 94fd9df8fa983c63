import { expect, test } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { healthOf } from '../../core/studio/health.ts'
import { describeMetric } from '../../core/studio/metrics.ts'

const { spec } = makeEnvironment('bubble/25')

const health = (metrics: Record<string, number>, step = 5000, masteredAtStep: number | null = null) =>
  healthOf({ step, masteredAtStep, metrics: new Map(Object.entries(metrics)) }, spec)

test('a discriminator that always wins is a warning, one that guesses is good', () => {
  const verdict = (agent: number, demonstrations: number) =>
    health({ 'gail/accuracy_agent': agent, 'gail/accuracy_demonstrations': demonstrations })
  expect(verdict(0.98, 0.96)).toEqual([{ level: 'warning', text: expect.stringContaining('wins 97 %') }])
  expect(verdict(0.5, 0.54)).toEqual([{ level: 'good', text: expect.stringContaining('52 %') }])
  expect(verdict(0.7, 0.9)).toEqual([{ level: 'note', text: expect.stringContaining('80 %') }])
  expect(health({ 'gail/accuracy_agent': 1, 'gail/accuracy_demonstrations': 1 }, 500)).toEqual([])
})

test('entropy is judged against that of a coin toss over all choices', () => {
  const most = spec.action.discrete.reduce((sum, size) => sum + Math.log(size), 0)
  expect(health({ 'policy/entropy': 0.01 * most })).toEqual([
    { level: 'warning', text: expect.stringContaining('stopped exploring') },
  ])
  expect(health({ 'policy/entropy': 0.95 * most })[0]!.level).toBe('note')
  expect(health({ 'policy/entropy': 0.4 * most })).toEqual([])
})

test('divergence is told at any time, mastery with its step', () => {
  expect(health({ 'loss/critic': Number.NaN }, 10)).toEqual([
    { level: 'warning', text: expect.stringContaining('loss/critic') },
  ])
  expect(health({}, 8000, 5812)).toEqual([
    { level: 'good', text: 'At or better than the human average of 25.14 since step 5,812.' },
  ])
})

test('a metric that nobody described is shown by its name', () => {
  expect(describeMetric('curiosity/forward_loss')).toMatchObject({
    title: 'Forward loss',
    group: 'curiosity',
  })
})
