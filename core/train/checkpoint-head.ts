/** What a checkpoint must have, so that one of another make is refused by name before anything is done with it. */
import { z } from 'zod'
import { DataError } from '../errors.ts'
import { readBySchema } from '../schema-words.ts'
import { metricRow } from './messages.ts'

/** Not z.number(), which refuses NaN: an absent spare normal and a loss that overflowed are kept as such. */
const number = z.custom<number>((value) => typeof value === 'number', 'expected a number')
const window = z.object({ steps: z.array(z.int()), scores: z.array(number) })
const step = z.int().nonnegative()

const head = z.looseObject({
  step,
  episodes: z.int().nonnegative(),
  wallSeconds: number,
  environment: z.object({ id: z.string(), version: number }),
  demonstrations: z.string().nullable(),
  algorithm: z.looseObject({}),
  vector: z.looseObject({}),
  random: z.array(number).length(5),
  mastery: z.looseObject({
    window,
    sustained: window,
    masteredAtStep: step.nullable(),
    sustainedAtStep: step.nullable(),
  }),
  score: number.nullable(),
  openMetrics: z.array(z.tuple([z.string(), number, number])),
  history: z.array(metricRow),
  hasReplay: z.boolean(),
})

/** @throws DataError unless `value` is the head of a checkpoint of that step */
export function checkHead(value: unknown, file: string, step: number): void {
  const checked = readBySchema(head, value)
  if ('problem' in checked) {
    const { path, expected, found = 'nothing' } = checked.problem
    throw new DataError({ file, place: path.join('.') || 'content', expected, found })
  }
  if (checked.data.step === step) return
  throw new DataError({ file, place: 'step', expected: `${step}`, found: `${checked.data.step}` })
}
