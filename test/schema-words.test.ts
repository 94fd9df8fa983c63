import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DataError, listed, otherNames } from '../core/errors.ts'
import { readFailure, writeFailure } from '../core/failure.ts'
import { readBySchema, schemaSentence } from '../core/schema-words.ts'

function problem(schema: z.ZodType, value: unknown) {
  const result = readBySchema(schema, value)
  if ('data' in result) throw new Error('nothing was refused')
  return result.problem
}

/** Of one value, as it is told. */
function sentence(schema: z.ZodType, value: unknown): string {
  const found = problem(z.strictObject({ max_steps: schema }), { max_steps: value })
  return schemaSentence(found.path.join('.'), found)
}

const either = z.union([
  z.strictObject({ low: z.number() }),
  z.strictObject({ high: z.number(), much: z.int() }),
])

describe('what a schema refuses is a sentence', () => {
  it.each([
    [z.int().min(1), 0, 'max_steps must be at least 1; it is 0'],
    [z.number().positive(), -1, 'max_steps must be above 0; it is -1'],
    [z.number().max(1), 7, 'max_steps must be at most 1; it is 7'],
    [z.number().lt(1), 1, 'max_steps must be below 1; it is 1'],
    [z.int(), 1.5, 'max_steps must be a whole number; it is 1.5'],
    [z.int().multipleOf(2), 3, 'max_steps must be a multiple of 2; it is 3'],
    [z.number(), 'many', 'max_steps must be a number; it is "many"'],
    [z.number(), null, 'max_steps must be a number; it is empty'],
    [z.number(), undefined, 'max_steps is missing: it must be a number'],
    [z.number(), Number.NaN, 'max_steps must be a number; it is NaN'],
    [z.string(), true, 'max_steps must be text; it is true'],
    [z.string().min(1), '', 'max_steps must not be empty'],
    [z.string().max(3), 'abcd', 'max_steps must be text of at most 3 characters; it is "abcd"'],
    [z.boolean(), 'perhaps', 'max_steps must be true or false; it is "perhaps"'],
    [z.array(z.number()), 3, 'max_steps must be a list; it is 3'],
    [z.array(z.number()).min(2), [1], 'max_steps must be a list of at least 2; it is a list of 1'],
    [z.array(z.number()), [1, 'x'], 'max_steps.1 must be a number; it is "x"'],
    [z.strictObject({}), [], 'max_steps must be a section of keys and values; it is a list of 0'],
    [z.enum(['sync', 'async', 'none']), 'both', 'max_steps must be sync, async or none; it is "both"'],
    [z.literal(3), 4, 'max_steps must be 3; it is 4'],
    [z.union([z.number(), z.boolean()]), 'x', 'max_steps must be a number or true or false; it is "x"'],
    [either, { high: 1, much: 2.5 }, 'max_steps.much must be a whole number; it is 2.5'],
    [z.string().regex(/a/, 'expected an a'), 'b', 'max_steps: expected an a'],
    [z.number().refine((n) => n > 3, 'nobody wants so few'), 1, 'max_steps: nobody wants so few'],
    [z.string(), { toString: 1 }, 'max_steps must be text; it is a section of keys and values'],
  ])('%#: %s', (schema, value, said) => {
    expect(sentence(schema, value)).toBe(said)
    expect(said).not.toMatch(/invalid|received|too (small|big)/i)
  })

  it('clips what is long', () => {
    expect(sentence(z.number(), 'x'.repeat(1000)).length).toBeLessThan(130)
  })

  it('suggests the nearest word, and quotes', () => {
    expect(problem(z.enum(['plateau', 'mastered']), 'mastred').remedy).toBe('did you mean "mastered"?')
    expect(problem(z.string(), 5).remedy).toBe('write it in quotes: "5"')
    expect(problem(z.enum(['a']), 'zzzzzz').remedy).toBeUndefined()
  })

  it('names a key that is not known, and where it stands', () => {
    const schema = z.strictObject({ stop: z.strictObject({ at: z.string() }) })
    expect(problem(schema, { stop: { at: 'x', ta: 1 } })).toMatchObject({ path: ['stop'], unknownKey: 'ta' })
  })

  it('gives what is right as the schema has it', () => {
    expect(readBySchema(z.number().default(3), undefined)).toEqual({ data: 3 })
  })
})

describe('a name that is not known', () => {
  it('is answered by the nearest, or by all there are', () => {
    const presets = ['sac', 'ppo', 'sac-gail']
    expect(otherNames('sacc', presets, 'the presets')).toBe('did you mean "sac"?')
    expect(otherNames('nothing', presets, 'the presets')).toBe('the presets are sac, ppo and sac-gail')
    expect(otherNames('nothing', ['one'], 'the presets')).toBe('there is only "one"')
    expect(otherNames('nothing', [], 'the presets')).toBe('there are none: leave it out')
    const many = Array.from({ length: 40 }, (_, i) => `very-long-${i}`)
    expect(otherNames('nothing', many, 'the runs')).toMatch(
      /^the runs are very-long-0, .*, very-long-11 and 28 more$/,
    )
  })

  it('is listed as people list', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'], 'or')]).toEqual([
      '',
      'a',
      'a and b',
      'a, b or c',
    ])
  })
})

describe('a bad file', () => {
  it('is told in the same sentence wherever it was found to be bad', () => {
    const plain = { file: 'a', place: 'b', expected: 'c', found: 'd' }
    for (const problem of [plain, { ...plain, sentence: 'a holds nothing' }]) {
      const error = new DataError(problem)
      expect(readFailure(writeFailure(error))).toMatchObject({ ...problem, message: error.message })
    }
  })
})
