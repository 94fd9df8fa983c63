/** From an experiment file to what is to be trained: columns with a resolved configuration for every seed. */
import { basename, dirname } from 'node:path'
import { type EnvironmentSpec, makeEnvironment } from '../envs/index.ts'
import { otherNames, UserError } from '../errors.ts'
import { isRecord } from '../train/config-place.ts'
import { parseYaml, type RunConfig, resolveConfig } from '../train/index.ts'
import {
  type ColumnFile,
  type ComparisonFile,
  type ExperimentFile,
  type GridFile,
  type Published,
  readExperimentFile,
  type Until,
} from './file.ts'
import { type DottedSettings, fromDotted, namedAfter, overlay, type Section, says } from './layers.ts'
import { type Presets, presetConfig, readPresets } from './preset.ts'

export interface ColumnPlan {
  readonly id: string
  readonly title: string
  readonly seeds: readonly number[]
  /** Environment steps after which a run has missed its goal. */
  readonly maxSteps: number
  readonly pacedRate: number | null
  readonly published: Published | null
  readonly config: (seed: number) => RunConfig
  /** What preset and file say, before defaults are filled in: a configuration file without seed. */
  readonly written: Section
}

export interface Experiment {
  /** Name of the file, for messages, and its folder, from which it names others. */
  readonly file: string
  readonly directory: string
  readonly name: string
  readonly title: string
  readonly spec: EnvironmentSpec
  readonly until: Until
  /** Paths as they stand in the file; null for the bundled demonstrations. */
  readonly demonstrations: readonly string[] | null
  readonly heldOut: number
  readonly columns: readonly ColumnPlan[]
  readonly comparisons: readonly ComparisonFile[]
  readonly logSteps: boolean
}

/** A policy is looked at once per checkpoint for `solved`; until that has happened its file must stay. */
const KEEP_ALL = 1_000_000

/** Characters: with the seed behind it, it is the name of a run and of files. */
const LONGEST_ID = 69

/**
 * @param path  of the file; plugins lie relative to it and are loaded already
 * @throws UserError when the file, or a configuration that it describes, is not what it must be
 */
export function planExperiment(yaml: string, path: string): Experiment {
  return planSections(parseYaml(yaml, basename(path)), path)
}

/** As `planExperiment`, of what the YAML says. */
export function planSections(sections: Section, path: string): Experiment {
  const file = basename(path)
  const read = readExperimentFile(sections, file)
  const directory = dirname(path)
  const source: Source = { read, file, directory, presets: readPresets(read.env, read.presets, directory) }
  const { spec } = makeEnvironment(read.env)
  if ((read.until === 'mastered' || read.until === 'sustained') && spec.score.human === undefined) {
    throw new UserError(`${file}: until: ${spec.id} has no human average, so nothing can be ${read.until}`, {
      usage: true,
      remedy: 'write until: solved, or until: max_steps',
    })
  }
  const columns = [
    ...read.columns.map((column) => planColumn(source, column, {})),
    ...read.grid.flatMap((grid) => planGrid(source, grid)),
  ]
  const ids = columns.map((column) => column.id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) {
    throw new UserError(`${file}: columns: two are called "${twice}"`, {
      usage: true,
      remedy: 'give each its own id',
    })
  }
  const long = ids.find((id) => id.length > LONGEST_ID)
  if (long !== undefined) {
    throw new UserError(`${file}: grid: "${long}" is too long to be the name of a run`, {
      usage: true,
      remedy: 'give the base a shorter id, or list the columns',
    })
  }
  for (const { name, of, against } of read.compare) {
    for (const id of [of, against]) requireColumn(ids, id, `${file}: compare: "${name}"`)
  }
  return {
    file,
    directory: source.directory,
    name: read.name,
    title: read.title ?? read.name,
    spec,
    until: read.until,
    demonstrations: read.demonstrations ?? null,
    heldOut: read.measure.held_out,
    columns,
    comparisons: read.compare,
    logSteps: read.plot.log_steps,
  }
}

interface Source {
  readonly read: ExperimentFile
  /** Name of the file, for messages. */
  readonly file: string
  readonly directory: string
  readonly presets: Presets
}

/** @param where  begins the sentence. @throws UserError naming the nearest column */
export function requireColumn(ids: readonly string[], id: string, where: string): void {
  if (ids.includes(id)) return
  throw new UserError(`${where}: there is no column "${id}"`, {
    usage: true,
    remedy: otherNames(id, ids, 'the columns'),
  })
}

function planColumn(
  { read, file, directory, presets }: Source,
  column: ColumnFile,
  point: DottedSettings,
): ColumnPlan {
  const where = `${file}: column ${column.id}`
  const { env } = read
  const over = [
    namedAfter(env, read.defaults, `${file}: defaults`),
    fromDotted(env, read.settings),
    namedAfter(env, column.config, where),
    fromDotted(env, column.settings),
    fromDotted(env, point),
  ]
  const written = overlay([
    { env_settings: { env } },
    ...(column.preset === undefined
      ? []
      : [namedAfter(env, presetConfig(presets, env, column.preset, where), where)]),
    ...over,
    fromDotted(env, {
      ...(read.plugins.length === 0 ? {} : { plugins: read.plugins }),
      ...(column.max_steps === undefined ? {} : { max_steps: column.max_steps }),
    }),
  ])
  const measured = fromDotted(env, {
    ...(over.some((layer) => says(env, layer, 'summary_freq'))
      ? {}
      : { summary_freq: read.measure.rows_every }),
    ...(read.until === 'solved' ? { keep_checkpoints: KEEP_ALL } : {}),
    'stop.at': read.until === 'mastered' || read.until === 'sustained' ? read.until : 'none',
  })
  const merged = overlay([written, measured])
  const config = (seed: number) => resolveConfig(merged, { file: where, directory, environment: env, seed })
  const seeds = column.seeds ?? read.seeds
  const { behavior, cluster } = config(seeds[0]!)
  if (cluster !== null) {
    throw new UserError(`${where}: cluster: all runs of an experiment are trained in one place`, {
      usage: true,
      remedy: 'leave it out, and name the cluster with --on',
    })
  }
  return {
    id: column.id,
    title: column.title ?? column.id,
    seeds,
    maxSteps: behavior.max_steps,
    pacedRate: column.paced_rate ?? read.paced_rate[steppingOf(written)] ?? null,
    published: column.published ?? null,
    config,
    written,
  }
}

function steppingOf({ env_settings: env }: Section): 'sync' | 'async' {
  return isRecord(env) && env.stepping === 'async' ? 'async' : 'sync'
}

/** Every combination of the values, the last path varying fastest. */
function planGrid(source: Source, { base, over }: GridFile): ColumnPlan[] {
  let points: DottedSettings[] = [{}]
  for (const [path, values] of Object.entries(over)) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [path]: value })))
  }
  return points.map((point) => {
    const words = Object.entries(point).map(
      ([path, value]) => [path.split('.').at(-1)!, describe(value)] as const,
    )
    const suffix = words.map(([key, value]) => `${key}-${value}`.replaceAll(/[^A-Za-z0-9._-]+/g, '-'))
    const title = [base.title ?? base.id, ...words.map(([key, value]) => `${key} ${value}`)].join(', ')
    return planColumn(source, { ...base, id: [base.id, ...suffix].join('-'), title }, point)
  })
}

function describe(value: unknown): string {
  if (value === null) return 'none'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
