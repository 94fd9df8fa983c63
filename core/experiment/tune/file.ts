/** A tuning file: what is tuned, the space, the rungs of the search, and the seeds that verify what it found. */
import { basename } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { Random } from '../../random.ts'
import { checkSection } from '../../train/config-check.ts'
import { parseYaml } from '../../train/index.ts'
import { id, section, seed, seeds } from '../file.ts'
import type { DottedSettings, Section } from '../layers.ts'
import { type Experiment, planSections } from '../plan.ts'
import { dimension, draw } from './space.ts'

const rung = z.strictObject({
  max_steps: z.int().min(1).describe('Environment steps of each run'),
  seeds,
  keep: z.int().min(1).describe('Trials that go on to the next rung, or to the verification'),
})

const tuneFile = z.strictObject({
  name: id,
  title: z.string().optional(),
  env: z.string(),
  preset: z.string().optional().describe('The preset to tune; its own settings are the first trial'),
  config: section.default({}).describe("Laid over it, in ML-Agents' layout"),
  settings: section.default({}).describe('Laid over that, by dotted path'),
  presets: z.string().optional().describe('As in an experiment'),
  plugins: z.array(z.string()).default([]),
  demonstrations: z.array(z.string()).optional(),
  until: z.enum(['mastered', 'solved', 'max_steps']).default('mastered'),
  measure: section.optional().describe('As in an experiment'),
  space: z
    .record(z.string(), dimension)
    .refine((space) => Object.keys(space).length > 0, 'expected at least one setting'),
  search: z.strictObject({
    trials: z.int().min(2).max(10_000).describe("Points, including the preset's"),
    seed: seed.default(0).describe('Seed of the points'),
    rungs: z.array(rung).min(1),
  }),
  verify: z.strictObject({ seeds, max_steps: z.int().min(1) }),
})

export interface Trial {
  /** 'default', 'trial-1', ... */
  readonly id: string
  /** What differs from the preset. */
  readonly point: DottedSettings
}

export interface TunePlan {
  readonly name: string
  readonly title: string
  /** Dotted paths. */
  readonly dimensions: readonly string[]
  readonly trials: readonly Trial[]
  readonly rungs: readonly {
    readonly keep: number
    readonly plan: (trials: readonly Trial[]) => Experiment
  }[]
  readonly verification: (trials: readonly Trial[]) => Experiment
}

export const DEFAULT_TRIAL = 'default'

/**
 * @param path  of the file; plugins and demonstrations lie relative to it
 * @throws UserError when the file, or a configuration that the space allows, is not what it must be
 */
export function planTuning(yaml: string, path: string): TunePlan {
  const file = basename(path)
  const read = checkSection(tuneFile, parseYaml(yaml, file), { file, path: [] })
  const { name, title = name, space, search, verify } = read
  const used = new Set(search.rungs.flatMap((rung) => rung.seeds))
  const again = verify.seeds.find((value) => used.has(value))
  if (again !== undefined) {
    throw new UserError(
      `${file}: verify.seeds: seed ${again} is also used in the search, so it verifies nothing`,
      {
        usage: true,
        remedy: 'verify with fresh seeds',
      },
    )
  }
  const random = new Random(search.seed)
  const trials: Trial[] = Array.from({ length: search.trials }, (_, i) =>
    i === 0 ? { id: DEFAULT_TRIAL, point: {} } : { id: `trial-${i}`, point: draw(space, random) },
  )
  const { env, until, presets, plugins, demonstrations, measure, preset, config, settings } = read
  const common = {
    env,
    until,
    plugins,
    ...(presets && { presets }),
    ...(demonstrations && { demonstrations }),
    ...(measure && { measure }),
  }
  const experiment = (
    part: string,
    chosen: readonly Trial[],
    { seeds, max_steps }: { readonly seeds: readonly number[]; readonly max_steps: number },
    extra: Section = {},
  ) =>
    planSections(
      {
        ...common,
        name: `${name}-${part}`,
        title: `${title}: ${part}`,
        seeds,
        columns: chosen.map((trial) => ({
          id: trial.id,
          ...(preset === undefined ? {} : { preset }),
          config,
          settings: { ...settings, ...trial.point },
          max_steps,
        })),
        ...extra,
      },
      path,
    )
  const plan: TunePlan = {
    name,
    title,
    dimensions: Object.keys(space),
    trials,
    rungs: search.rungs.map((rung, i) => ({
      keep: rung.keep,
      plan: (chosen) => experiment(`rung-${i + 1}`, chosen, rung),
    })),
    verification: (chosen) =>
      experiment('verification', chosen, verify, {
        compare: chosen
          .filter((trial) => trial.id !== DEFAULT_TRIAL)
          .map((trial) => ({
            name: `${trial.id} against the default`,
            of: trial.id,
            against: DEFAULT_TRIAL,
          })),
      }),
  }
  // Every configuration is resolved once, so that a setting that does not exist is refused before hours of search.
  plan.rungs[0]!.plan(trials)
  return plan
}
