/** What a schema refuses, said to the person who wrote the value: never in the schema library's own words. */
import type { z } from 'zod'
import { listed, nearest } from './errors.ts'

export interface SchemaProblem {
  /** Keys that lead to the value. */
  readonly path: readonly string[]
  /** Fits behind "must be" and behind "expected": 'at least 1', 'a whole number', 'sync or async'. */
  readonly expected: string
  /** Fits behind "it is" and behind "found"; undefined where nothing is. */
  readonly found: string | undefined
  /** What the schema's author says in place of both. */
  readonly said: string | undefined
  /** A key that is not known there; `path` leads to where it stands. */
  readonly unknownKey: string | undefined
  readonly remedy: string | undefined
}

type Issue = z.core.$ZodIssue

const TYPES = new Map([
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['tuple', 'a list'],
  ['object', 'a section of keys and values'],
  ['record', 'a section of keys and values'],
  ['null', 'empty'],
])
/** No message: those of the schemas' authors come before it, and so can be told. */
const UNSAID = () => ''
const LONGEST = 60
const NOT_EMPTY = 'not empty'

/** @returns the value as the schema has it, or what is wrong with it first */
export function readBySchema<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { readonly data: z.infer<Schema> } | { readonly problem: SchemaProblem } {
  const result = schema.safeParse(value, { error: UNSAID, reportInput: true })
  return result.success ? { data: result.data } : { problem: problemOf(result.error.issues[0]!) }
}

/** 'config.yaml: max_steps must be at least 1; it is 0' @param place  with the path of the problem */
export function schemaSentence(place: string, { expected, found, said }: SchemaProblem): string {
  if (said !== undefined) return place === '' ? said : `${place}: ${said}`
  const subject = place === '' ? 'it' : place
  if (expected === NOT_EMPTY) return `${subject} must not be empty`
  return found === undefined
    ? `${subject} is missing: it must be ${expected}`
    : `${subject} must be ${expected}; it is ${found}`
}

function problemOf(issue: Issue, above: readonly PropertyKey[] = []): SchemaProblem {
  const path = [...above, ...issue.path]
  const { input } = issue
  const said = issue.message === '' ? undefined : issue.message
  const inner = issue.code === 'invalid_union' && said === undefined ? innermost(issue.errors) : undefined
  if (inner !== undefined) return problemOf(inner, path)
  return {
    path: path.map(String),
    expected: expectedBy(issue),
    found: found(input),
    said,
    unknownKey: issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined,
    remedy: remedyFor(issue),
  }
}

/** Of what might have been meant, that of which least is wrong; undefined where all that is wrong is the kind of value. */
function innermost(branches: readonly (readonly Issue[])[]): Issue | undefined {
  const within = branches.filter((issues) => issues.some(({ path }) => path.length > 0))
  return within.toSorted((a, b) => a.length - b.length)[0]?.[0]
}

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES.get(issue.expected) ?? issue.expected
    case 'invalid_value':
      return listed(issue.values.map(String), 'or')
    case 'too_small':
      return bounded(issue.origin, issue.inclusive === false ? 'above' : 'at least', issue.minimum)
    case 'too_big':
      return bounded(issue.origin, issue.inclusive === false ? 'below' : 'at most', issue.maximum)
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`
    case 'unrecognized_keys':
      return `without ${issue.keys[0]}`
    case 'invalid_union': {
      const meant = issue.errors.flatMap((issues) => (issues[0] === undefined ? [] : expectedBy(issues[0])))
      return meant.length === 0 ? 'of a kind that is known' : listed([...new Set(meant)], 'or')
    }
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues[0] === undefined ? 'something else' : expectedBy(issue.issues[0])
    default:
      return 'written otherwise'
  }
}

function bounded(origin: string, how: string, bound: number | bigint): string {
  if (origin === 'string')
    return how === 'at least' && bound === 1 ? NOT_EMPTY : `text of ${how} ${bound} characters`
  if (origin === 'array' || origin === 'set') return `a list of ${how} ${bound}`
  return `${how} ${bound}`
}

function found(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (value === null || value === '') return 'empty'
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
  }
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' ? 'a section of keys and values' : String(value)
}

function remedyFor(issue: Issue): string | undefined {
  const { input } = issue
  if (issue.code === 'invalid_value' && typeof input === 'string') {
    const near = nearest(input, issue.values.map(String))
    return near === undefined ? undefined : `did you mean "${near}"?`
  }
  const isWord = typeof input === 'number' || typeof input === 'boolean'
  if (issue.code === 'invalid_type' && issue.expected === 'string' && isWord) {
    return `write it in quotes: "${input}"`
  }
  return undefined
}
