/** What a search draws from: for each setting a range or a choice. */
import { z } from 'zod'
import type { Random } from '../../random.ts'
import type { DottedSettings } from '../layers.ts'

const bounds = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, 'expected a lower bound and a higher one')

const uniform = z.strictObject({
  uniform: bounds,
  integer: z.boolean().default(false).describe('Whole numbers only, both bounds included'),
})
const logUniform = z.strictObject({
  log_uniform: bounds.refine(([low]) => low > 0, 'expected bounds above 0'),
  integer: z.boolean().default(false),
})
const choice = z.strictObject({ choice: z.array(z.unknown()).min(2) })

export const dimension = z.union([uniform, logUniform, choice], {
  error:
    'expected { uniform: [low, high] }, { log_uniform: [low, high] } with low above 0, or { choice: [a, b] }',
})
export type Dimension = z.infer<typeof dimension>

/** One point, every setting independent of the others (Bergstra and Bengio 2012). */
export function draw(space: Readonly<Record<string, Dimension>>, random: Random): DottedSettings {
  return Object.fromEntries(Object.entries(space).map(([path, range]) => [path, drawOne(range, random)]))
}

function drawOne(range: Dimension, random: Random): unknown {
  if ('choice' in range) return range.choice[random.below(range.choice.length)]
  if ('uniform' in range) {
    const [low, high] = range.uniform
    return range.integer
      ? low + random.below(Math.floor(high - low) + 1)
      : legible(low + random.uniform() * (high - low))
  }
  const [low, high] = range.log_uniform
  const value = low * (high / low) ** random.uniform()
  return range.integer ? Math.round(value) : legible(value)
}

/** Three digits: what is reported, written to a file and trained with is one and the same number. */
function legible(value: number): number {
  return Number(value.toPrecision(3))
}
