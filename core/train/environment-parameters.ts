/**
 * The section `environment_parameters`: for each parameter of the environment a number, a sampler, or a curriculum of
 * lessons. A number or a sampler is a curriculum of one lesson, as in ML-Agents.
 *
 *     colours: 3
 *     copy_chance: { sampler_type: uniform, sampler_parameters: { min_value: 0, max_value: 0.3 } }
 *     captives:
 *       curriculum:
 *         - { name: few, value: 3, completion_criteria: { measure: reward, behavior: Bubble, threshold: 0.4 } }
 *         - { name: all, value: 8 }
 */
import { z } from 'zod'
import type { ParameterValue } from '../envs/index.ts'
import type { Sampler } from '../envs/sampler.ts'
import { UserError } from '../errors.ts'
import { checkSection } from './config-check.ts'
import { at, isRecord, type Place } from './config-place.ts'

const seed = z.int().min(-1).max(4294967295).default(-1)

const samplerParameters = {
  constant: z.strictObject({ seed, value: z.number().default(0) }),
  uniform: z.strictObject({ seed, min_value: z.number().default(0), max_value: z.number().default(1) }),
  gaussian: z.strictObject({ seed, mean: z.number().default(1), st_dev: z.number().min(0).default(1) }),
  multirangeuniform: z.strictObject({
    seed,
    intervals: z
      .array(z.tuple([z.number(), z.number()]))
      .min(1)
      .default([[0, 1]]),
  }),
}

const sampler = z.strictObject({
  sampler_type: z.enum(['constant', 'uniform', 'gaussian', 'multirangeuniform']),
  sampler_parameters: z.record(z.string(), z.unknown()),
})

const completionCriteria = z.strictObject({
  measure: z.enum(['reward', 'progress']).default('reward'),
  behavior: z.string(),
  signal_smoothing: z.boolean().default(true),
  min_lesson_length: z.int().min(0).default(0),
  threshold: z.number().default(0),
  require_reset: z.boolean().default(false),
})

const curriculum = z.strictObject({
  curriculum: z
    .array(
      z.strictObject({
        name: z.string(),
        value: z.unknown(),
        completion_criteria: completionCriteria.nullish(),
      }),
    )
    .min(1),
})

export type CompletionCriteria = z.infer<typeof completionCriteria>

export interface Lesson {
  readonly name: string
  readonly sampler: Sampler
  /** null in the last lesson. */
  readonly completion: CompletionCriteria | null
}

/** The lessons of each parameter, at least one. */
export type EnvironmentParameters = Readonly<Record<string, readonly Lesson[]>>

/**
 * @param value  the section as it is in the file; absent or null means none
 * @throws UserError naming what is wrong and where
 */
export function readEnvironmentParameters(value: unknown, place: Place): EnvironmentParameters {
  if (value === undefined || value === null) return {}
  if (!isRecord(value)) throw wrong(place, [], 'expected parameters by name')
  return Object.fromEntries(
    Object.entries(value).map(([name, setting]) => [name, readLessons(name, setting, below(place, name))]),
  )
}

function readLessons(name: string, setting: unknown, place: Place): Lesson[] {
  if (!isRecord(setting) || !('curriculum' in setting)) {
    return [{ name, sampler: readSampler(setting, place), completion: null }]
  }
  const { curriculum: lessons } = checkSection(curriculum, setting, place)
  return lessons.map((lesson, index) => {
    const here = below(place, 'curriculum', `${index}`)
    const last = index === lessons.length - 1
    const completion = last ? null : (lesson.completion_criteria ?? null)
    if (!last && completion === null) {
      throw wrong(here, [], `lesson "${lesson.name}" is not the last and has no completion_criteria`)
    }
    if (completion?.measure === 'progress' && !(completion.threshold >= 0 && completion.threshold <= 1)) {
      throw wrong(here, ['completion_criteria', 'threshold'], 'progress is measured from 0 to 1')
    }
    return { name: lesson.name, sampler: readSampler(lesson.value, below(here, 'value')), completion }
  })
}

function readSampler(value: unknown, place: Place): Sampler {
  if (typeof value === 'number') return { kind: 'constant', value }
  if (!isRecord(value)) throw wrong(place, [], 'expected a number, a sampler or a curriculum')
  const { sampler_type: type, sampler_parameters: given } = checkSection(sampler, value, place)
  const inside = below(place, 'sampler_parameters')
  switch (type) {
    case 'constant':
      return { kind: 'constant', value: checkSection(samplerParameters.constant, given, inside).value }
    case 'uniform': {
      const { min_value: from, max_value: to, seed } = checkSection(samplerParameters.uniform, given, inside)
      if (from > to) throw wrong(inside, ['min_value'], `${from} is greater than max_value ${to}`)
      return { kind: 'uniform', from, to, seed }
    }
    case 'gaussian': {
      const { mean, st_dev, seed } = checkSection(samplerParameters.gaussian, given, inside)
      return { kind: 'gaussian', mean, deviation: st_dev, seed }
    }
    case 'multirangeuniform': {
      const { intervals, seed } = checkSection(samplerParameters.multirangeuniform, given, inside)
      for (const [from, to] of intervals) {
        if (from > to) throw wrong(inside, ['intervals'], `${from} is greater than ${to} in [${from}, ${to}]`)
      }
      return { kind: 'multirange', intervals, seed }
    }
  }
}

/** The section as a file has it; what `readEnvironmentParameters` reads back. */
export function writeEnvironmentParameters(parameters: EnvironmentParameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, lessons]) => [
      name,
      lessons.length === 1
        ? writeSampler(lessons[0]!.sampler)
        : {
            curriculum: lessons.map(({ name, sampler, completion }) => ({
              name,
              ...(completion === null ? {} : { completion_criteria: completion }),
              value: writeSampler(sampler),
            })),
          },
    ]),
  )
}

function writeSampler(sampler: Sampler): unknown {
  const write = (sampler_type: string, sampler_parameters: unknown) => ({ sampler_type, sampler_parameters })
  switch (sampler.kind) {
    case 'constant':
      return sampler.value
    case 'uniform':
      return write('uniform', { min_value: sampler.from, max_value: sampler.to, seed: sampler.seed })
    case 'gaussian':
      return write('gaussian', { mean: sampler.mean, st_dev: sampler.deviation, seed: sampler.seed })
    case 'multirange':
      return write('multirangeuniform', { intervals: sampler.intervals, seed: sampler.seed })
  }
}

/**
 * What the training leads to, and what agents are evaluated on: constants and last lessons. A parameter that is drawn at
 * random to the end is left out, so that agents are compared on the environment's own value of it.
 */
export function targetParameters(parameters: EnvironmentParameters): Record<string, ParameterValue> {
  const target: Record<string, ParameterValue> = {}
  for (const [name, lessons] of Object.entries(parameters)) {
    const { sampler } = lessons.at(-1)!
    if (sampler.kind === 'constant') target[name] = sampler.value
  }
  return target
}

/** What of the lessons comes to nothing, a sentence each. @param place  of the section */
export function lessonNotices(parameters: EnvironmentParameters, behavior: string, place: Place): string[] {
  const notices: string[] = []
  for (const [name, lessons] of Object.entries(parameters)) {
    for (const { name: lesson, completion } of lessons) {
      if (completion === null) continue
      const which = `lesson "${lesson}" of ${name}`
      if (completion.behavior !== behavior) {
        notices.push(
          `${at(place)}: ${which} never ends, because it is measured on the behaviour ${completion.behavior} and ` +
            `this run trains ${behavior}`,
        )
        break
      }
      if (completion.require_reset) {
        notices.push(
          `${at(place)}: require_reset in ${which} has no meaning here and is ignored: the next lesson begins with ` +
            "each environment's next episode",
        )
      }
    }
  }
  return notices
}

/** Samplers without a seed take the run's, each another, as ML-Agents gives them. */
export function seedSamplers(parameters: EnvironmentParameters, runSeed: number): EnvironmentParameters {
  let offset = 0
  const seeded = (sampler: Sampler): Sampler =>
    sampler.kind === 'constant' || sampler.seed !== -1 ? sampler : { ...sampler, seed: runSeed + offset++ }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, lessons]) => [
      name,
      lessons.map((lesson) => ({ ...lesson, sampler: seeded(lesson.sampler) })),
    ]),
  )
}

function below(place: Place, ...keys: string[]): Place {
  return { file: place.file, path: [...place.path, ...keys] }
}

function wrong(place: Place, keys: readonly string[], problem: string): UserError {
  return new UserError(`${at(place, ...keys)}: ${problem}`, { usage: true })
}
