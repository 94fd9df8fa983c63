/** A cell: one column with one seed, trained and measured. Its file is the raw data that every report is made from. */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../atomic-file.ts'
import { DataError } from '../errors.ts'
import { readBySchema } from '../schema-words.ts'
import { configToYaml, parseYaml } from '../train/index.ts'
import { flatConfig, type Section } from './layers.ts'
import type { Experiment } from './plan.ts'

/** A goal and when it was met. */
const reached = z.object({ step: z.int(), seconds: z.number() }).nullable()

export const cellSchema = z.object({
  format: z.literal(1),
  column: z.string(),
  seed: z.int(),
  /** Dotted path -> value of all that the figures depend on: configuration, environment, demonstrations, end. */
  identity: z.record(z.string(), z.unknown()),
  made: z.object({
    /** ISO 8601 */
    at: z.string(),
    understudy: z.string(),
    node: z.string(),
    cpu: z.string(),
    cores: z.int(),
    /** Cells that were trained at the same time, at most. */
    jobs: z.int(),
  }),
  /** Environment steps made, whether or not a goal was met. */
  steps: z.int(),
  episodes: z.int(),
  /** Training time, pauses left out. */
  seconds: z.number(),
  /** The first window of 1,000 steps at the human average. */
  mastered: reached,
  /** The first window of 10,000 steps at the human average. */
  sustained: reached,
  /** The first checkpoint that won 95% of the held-out boards; null where that was not looked for, too. */
  solved: reached,
  /** The last policy on the held-out boards, most likely action; null where the environment does not say what a win is. */
  heldOut: z.object({ scores: z.array(z.number()), won: z.int().nullable() }),
  /** Mean score of the last 1,000 steps, and the training time until there. */
  curve: z.object({
    steps: z.array(z.int()),
    scores: z.array(z.number()),
    seconds: z.array(z.number()),
  }),
})
export type Cell = z.infer<typeof cellSchema>

/**
 * @param config          of the run, as YAML with every default filled in
 * @param demonstrations  what names their content; null without any
 */
export function identityOf(
  { until, heldOut, spec }: Experiment,
  config: string,
  demonstrations: string | null,
): Record<string, unknown> {
  const { checkpoint_settings: _, ...sections } = parseYaml(config, 'configuration')
  return {
    ...flatConfig(sections),
    until,
    held_out: heldOut,
    environment_version: spec.version,
    demonstrations,
  }
}

/**
 * What differs, as words: 'hyperparameters.tau was 0.005, is 0.01'. Empty when figures of both belong together.
 * @param written  the configuration as preset and experiment write it. A setting that it does not name and that `was` lacks
 *   has come with a later version of the program, with a default under which everything stays as it was.
 */
export function changes(
  was: Readonly<Record<string, unknown>>,
  is: Readonly<Record<string, unknown>>,
  written: Section,
): string[] {
  const named = flatConfig(written)
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return keys.flatMap((key) => {
    const [a, b] = [JSON.stringify(was[key]), JSON.stringify(is[key])]
    if (a === b || (a === undefined && !Object.hasOwn(named, key))) return []
    if (key === 'demonstrations') return ['the demonstrations are different']
    return [`${key} was ${a ?? 'not set'}, is ${b ?? 'gone'}`]
  })
}

/** Cells made with other settings than the experiment has now; their demonstrations are not looked at. */
export function outdated(
  experiment: Experiment,
  cells: readonly Cell[],
): { readonly cell: string; readonly changes: readonly string[] }[] {
  return cells.flatMap(({ column: id, seed, identity }) => {
    const column = experiment.columns.find((candidate) => candidate.id === id)
    if (column === undefined) return []
    const now = identityOf(experiment, configToYaml(column.config(seed)), null)
    const found = changes({ ...identity, demonstrations: null }, now, column.written)
    return found.length === 0 ? [] : [{ cell: `${id}-${seed}`, changes: found }]
  })
}

export function cellFile(directory: string, column: string, seed: number): string {
  return join(directory, 'cells', `${column}-${seed}.json`)
}

export async function writeCell(directory: string, cell: Cell): Promise<void> {
  await mkdir(join(directory, 'cells'), { recursive: true })
  await writeAtomically(cellFile(directory, cell.column, cell.seed), [
    Buffer.from(`${JSON.stringify(cell)}\n`),
  ])
}

/** All cells that are there. @throws DataError when a file is not what was written */
export async function readCells(directory: string): Promise<Cell[]> {
  const names = await readdir(join(directory, 'cells')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const files = names.filter((name) => name.endsWith('.json')).sort()
  return Promise.all(
    files.map(async (name) => {
      const file = join(directory, 'cells', name)
      return parseCell(parseJson(await readFile(file, 'utf8'), file), file)
    }),
  )
}

/** @throws DataError */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError({ file, place: 'text', expected: 'JSON', found: (cause as Error).message, cause })
  }
}

/** @throws DataError */
export function parseCell(value: unknown, file: string): Cell {
  const result = readBySchema(cellSchema, value)
  if ('data' in result) return result.data
  const { path, found = 'nothing' } = result.problem
  throw new DataError({ file, place: path.join('.') || 'content', expected: 'a measured cell', found })
}
