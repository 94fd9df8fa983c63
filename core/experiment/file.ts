/**
 * An experiment file: configurations (columns) x seeds, each trained to one end and measured in one way. Every key is
 * described in docs/guide/experiments.md.
 */
import { z } from 'zod'
import { fullEnvironmentId } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { checkSection } from '../train/config-check.ts'
import { isRecord, type Place } from '../train/config-place.ts'
import type { Section } from './layers.ts'

/** Part of the name of a run and of files. */
export const id = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/,
    'expected at most 60 letters, digits, dots, dashes and underscores',
  )

export const seed = z.int().min(0).max(0xffffffff)
export const seeds = z
  .union(
    [z.array(seed).min(1), z.strictObject({ first: seed.default(1), count: z.int().min(1).max(1000) })],
    {
      error: 'expected a list of whole numbers or { first: 1, count: 5 }',
    },
  )
  .transform((value) =>
    Array.isArray(value)
      ? [...new Set(value)]
      : Array.from({ length: value.count }, (_, i) => value.first + i),
  )

export const section = z.record(z.string(), z.unknown())

/** What others have reported for the same column. */
const published = z.strictObject({
  time: z.string().optional().describe('As given in the source, such as 5:58'),
  samples: z.number().positive().optional(),
  samples_per_second: z.number().positive().optional(),
})

const columnShape = {
  id,
  title: z.string().optional().describe('Default: the id'),
  preset: z.string().optional().describe('A preset to start from'),
  config: section.default({}).describe("Laid over the preset, in ML-Agents' layout"),
  settings: section.default({}).describe('Laid over that, by dotted path: hyperparameters.tau'),
  max_steps: z.int().min(1).optional().describe('Environment steps after which a run has missed its goal'),
  seeds: seeds.optional().describe('Instead of those in the file'),
  paced_rate: z
    .number()
    .positive()
    .optional()
    .describe(
      "Steps per second at the real game's pace, as measured; gives the hours that the samples would take",
    ),
  published: published.optional(),
}
const column = z.strictObject(columnShape)

const grid = z.strictObject({
  base: column,
  over: z
    .record(z.string(), z.array(z.unknown()).min(1))
    .describe('Dotted path -> values; every combination'),
})

const comparison = z.strictObject({
  name: z.string(),
  of: z.string().describe('Id of the column that should need less'),
  against: z.string(),
  by: z
    .enum(['samples', 'paced_rate'])
    .default('samples')
    .describe('The share of samples saved, or the gain of the paced rate'),
  published: z.number().optional().describe('The same share as reported by others, such as 0.26'),
})

const experimentShape = {
  name: id,
  title: z.string().optional(),
  env: z.string(),
  seeds: seeds.default([1, 2, 3, 4, 5]),
  until: z
    .enum(['mastered', 'sustained', 'solved', 'max_steps'])
    .default('mastered')
    .describe('When a run ends, unless max_steps comes first'),
  paced_rate: z
    .strictObject({ sync: z.number().positive(), async: z.number().positive() })
    .partial()
    .default({})
    .describe("Steps per second at the real game's pace, as measured, for each kind of stepping"),
  plugins: z.array(z.string()).default([]).describe('Files, relative to this one'),
  presets: z
    .string()
    .optional()
    .describe('A file with other presets, relative to this one; default: those of the environment'),
  demonstrations: z
    .array(z.string())
    .optional()
    .describe('Files, relative to this one; default: the bundled demonstrations'),
  defaults: section.default({}).describe("Laid over every preset, in ML-Agents' layout"),
  settings: section.default({}).describe('Laid over the defaults, by dotted path'),
  columns: z.array(section).default([]),
  grid: z.preprocess((value) => (isRecord(value) ? [value] : value), z.array(section)).default([]),
  measure: z
    .strictObject({
      held_out: z
        .int()
        .min(1)
        .max(100_000)
        .default(100)
        .describe('Boards that nobody trains on, the same for all'),
      rows_every: z.int().min(100).default(1_000).describe('Environment steps between two points of a curve'),
    })
    .prefault({}),
  compare: z.array(comparison).default([]),
  plot: z.strictObject({ log_steps: z.boolean().default(false) }).prefault({}),
}
const experimentFile = z.strictObject(experimentShape)

export type ColumnFile = z.infer<typeof column>
export type GridFile = z.infer<typeof grid>
export type ComparisonFile = z.infer<typeof comparison>
export type Published = z.infer<typeof published>
export type Until = z.infer<typeof experimentFile>['until']
export type ExperimentFile = Omit<z.infer<typeof experimentFile>, 'columns' | 'grid'> & {
  readonly columns: readonly ColumnFile[]
  readonly grid: readonly GridFile[]
}

/** @param sections  what the YAML says. @throws UserError naming file, place and the nearest known key */
export function readExperimentFile(sections: Section, file: string): ExperimentFile {
  const raw = checkSection(experimentFile, sections, { file, path: [] })
  const columns = raw.columns.map((value, i) => checkSection(column, value, place(file, 'columns', value, i)))
  const grids = raw.grid.map((value, i) => checkSection(grid, value, place(file, 'grid', value, i)))
  if (columns.length + grids.length === 0) {
    throw new UserError(`${file}: there is nothing to train`, {
      usage: true,
      remedy: 'add columns: [{ id: sac, preset: sac }]',
    })
  }
  return { ...raw, env: fullEnvironmentId(raw.env), columns, grid: grids }
}

/** 'columns.sac.settings', or by number where there is no id to name it by. */
function place(file: string, list: string, value: Record<string, unknown>, index: number): Place {
  const base = isRecord(value.base) ? value.base : value
  return { file, path: [list, typeof base.id === 'string' ? base.id : `${index}`] }
}
