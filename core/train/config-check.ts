/** Checking a configuration against its schema, with an error that names the file, the place and the nearest known key. */
import { z } from 'zod'
import { otherNames, UserError } from '../errors.ts'
import { readBySchema, schemaSentence } from '../schema-words.ts'
import { at, isRecord, type Place } from './config-place.ts'

/** @throws UserError naming the first thing that the schema refuses */
export function checkSection<T extends z.ZodType>(schema: T, value: unknown, place: Place): z.infer<T> {
  const result = readBySchema(schema, value)
  if ('data' in result) return result.data
  const { path, unknownKey, remedy } = result.problem
  if (unknownKey !== undefined) {
    const known = keysAt(schema, path)
    throw new UserError(`${at(place, ...path, unknownKey)}: unknown key`, {
      usage: true,
      remedy: known.length === 0 ? 'remove it' : otherNames(unknownKey, known, 'the keys here'),
    })
  }
  throw new UserError(schemaSentence(at(place, ...path), result.problem), {
    usage: true,
    ...(remedy === undefined ? {} : { remedy }),
  })
}

/** Keys of `over` win, section by section. */
export function mergeSections(
  base: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const merged = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key)
    merged.set(key, isRecord(below) && isRecord(value) ? mergeSections(below, value) : value)
  }
  return Object.fromEntries(merged)
}

/**
 * A dotted path as the sections that lead to its value.
 * @throws UserError for a path that no setting can have
 */
export function nestedSetting(path: readonly string[], value: unknown): Record<string, unknown> {
  if (path.includes('__proto__')) throw new UserError(`${path.join('.')}: unknown key`, { usage: true })
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>
}

function keysAt(schema: z.ZodType, path: readonly string[]): string[] {
  let here = unwrap(schema)
  for (const key of path) {
    const below = here instanceof z.ZodObject && Object.hasOwn(here.shape, key) ? here.shape[key] : undefined
    if (below === undefined) return []
    here = unwrap(below as z.ZodType)
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : []
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema
  while ('innerType' in inner.def) inner = inner.def.innerType as z.ZodType
  return inner
}
