import { expect, test } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { figuresInWords } from '../../core/train/index.ts'

const { score: bubbles } = makeEnvironment('bubble/25').spec
const { score: points } = makeEnvironment('basic').spec
const heldOut = { episodes: 100, mean: 24.8, low: 24.1, high: 25.5 }

test('each figure says over what it was taken', () => {
  expect(figuresInWords(bubbles, { score: 25.914, masteredAtStep: 2304 }, heldOut)).toEqual([
    'in training: 25.91 bubbles (human average 25.14), mean of the episodes in the last 1,000 steps',
    'held out: 24.80 bubbles, mean of 100 boards that it never trained on (95% interval 24.10 to 25.50)',
    'mastered at 2,304 steps: the first at which 1,000 steps had a mean of 25.14 bubbles or better',
  ])
})

test('what was not measured is not there', () => {
  expect(figuresInWords(points, { score: null, masteredAtStep: null }, null)).toEqual([])
  expect(figuresInWords(points, { score: 0.93, masteredAtStep: null }, null)).toEqual([
    'in training: 0.93 points, mean of the episodes in the last 1,000 steps',
  ])
})
