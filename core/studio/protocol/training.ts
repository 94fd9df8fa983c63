/** Presets, settings and runs. */
import { z } from 'zod'
import { BOUNDS } from '../../bounds.ts'
import { clusterName } from './clusters.ts'
import {
  environmentId,
  episodeId,
  evaluation,
  parameterValue,
  personsName,
  recording,
  runId,
  seed,
  shownId,
} from './common.ts'
import { demonstration } from './demonstrations.ts'

export const preset = z.object({
  id: z.string(),
  title: z.string(),
  /** One or two plain sentences. */
  description: z.string(),
  recommended: z.boolean(),
  algorithm: z.string(),
  signals: z.array(z.string()),
  needsDemonstrations: z.boolean(),
  maxSteps: z.int(),
  yaml: z.string(),
})
export type Preset = z.infer<typeof preset>

export const settingValue = z.union([parameterValue, z.null()])

/** One advanced setting. `path` is the dotted key inside the behaviour's section of the YAML. */
export const setting = z.object({
  path: z.string(),
  group: z.string(),
  label: z.string(),
  kind: z.enum(['number', 'integer', 'boolean', 'choice', 'text']),
  default: settingValue,
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  choices: z.array(z.string()).optional(),
  /** One line of meaning. */
  description: z.string(),
})
export type Setting = z.infer<typeof setting>

export const problem = z.object({
  path: z.string(),
  /** What it is called in the form. */
  label: z.string(),
  message: z.string(),
  remedy: z.string().nullable(),
})
export type Problem = z.infer<typeof problem>

export const runState = z.enum(['running', 'stopped', 'finished', 'failed'])

export const run = z.object({
  id: runId,
  /** What people call it; the id until it is renamed. */
  name: z.string(),
  environmentId: shownId,
  algorithm: z.string(),
  signals: z.array(z.string()),
  state: runState,
  /** A stop was asked for and the last checkpoint is being written. */
  stopping: z.boolean(),
  createdAtUs: z.number(),
  finishedAtUs: z.number().nullable(),
  step: z.int(),
  maxSteps: z.int(),
  /** Mean score (bubbles per level) of the last window, null before the first finished episode. */
  score: z.number().nullable(),
  /** The newest on held-out boards, null before the first. */
  evaluation: evaluation.nullable(),
  masteredAtStep: z.int().nullable(),
  demonstrations: z.array(episodeId),
  message: z.string().nullable(),
  /** The cluster that it is trained on, or may be while nobody here follows it; null where it is trained by this machine. */
  elsewhere: z
    .object({
      /** The name that it is saved under, or its address. */
      cluster: z.string(),
      state: z.enum(['followed', 'joining', 'lost']),
      /** Why there was no way back to it, as a sentence. */
      problem: z.string().nullable(),
      /** When this studio came back to it; null when it has followed it from the beginning, or does not. */
      rejoinedAtUs: z.number().nullable(),
    })
    .nullable(),
  /** What of it is damaged, and what can be done about it, in one sentence; null when nothing is. */
  problem: z.string().nullable(),
  config: z.string(),
})
export type Run = z.infer<typeof run>

/** Any number, NaN and the infinities among them: what a diverging run measures has to be shown, too. */
const measured = z.custom<number>((value) => typeof value === 'number', 'expected a number')

/** How a run is doing, in words. */
export const healthNote = z.object({
  /** Of the rule that speaks. */
  id: z.string(),
  level: z.enum(['good', 'note', 'warning']),
  text: z.string(),
  /** What to do about it; null when there is nothing to do. */
  advice: z.string().nullable(),
})
export type HealthNote = z.infer<typeof healthNote>

/** Where the time goes; the four shares sum to 1. */
export const timeShares = z.object({
  environment: z.number(),
  inference: z.number(),
  update: z.number(),
  waiting: z.number(),
})

export const progress = z.object({
  runId,
  step: z.int(),
  maxSteps: z.int(),
  episodes: z.int(),
  stepsPerSecond: z.number(),
  etaSeconds: z.number().nullable(),
  score: z.number().nullable(),
  masteredAtStep: z.int().nullable(),
  /** The newest value of every metric, by the same names as in `runs.metrics`. */
  metrics: z.record(z.string(), measured),
  shares: timeShares.nullable(),
})
export type Progress = z.infer<typeof progress>

/** One curve: [n] steps, ascending, and [n] values; not finite where nothing was measured or the run diverged. */
export const series = z.object({ steps: z.array(z.number()), values: z.array(measured) })
export type Series = z.infer<typeof series>

/** What a chart needs to know of a metric. */
export const metric = z.object({
  name: z.string(),
  /** `{episode}` in it and in a panel's title stands for the environment's word. */
  title: z.string(),
  unit: z.string().optional(),
  meaning: z.string(),
  /** The chart that it shares with those of the same title; null where the page shows it elsewhere. */
  panel: z.object({ title: z.string(), place: z.number().optional() }).nullable(),
})
export type Metric = z.infer<typeof metric>

/** Something that a run may have beside its algorithm: a reward signal, a memory. `path` is that of its section. */
export const part = z.object({
  path: z.string(),
  title: z.string(),
  /** One line of meaning. */
  description: z.string(),
  on: z.boolean(),
  /** Why the run cannot have it; null where it can. */
  refused: z.string().nullable(),
})
export type Part = z.infer<typeof part>

/** What of a configuration that was brought cannot be taken over. */
export const givenProblem = z.object({
  /** The keys that lead to it; empty for the whole. */
  keys: z.array(z.string()),
  line: z.int().nullable(),
  message: z.string(),
  remedy: z.string().nullable(),
})
export type GivenProblem = z.infer<typeof givenProblem>

const yaml = z.string().max(1_000_000)

/** Where a run begins: a preset of its environment, or a configuration as `training.read` gives it. */
const beginning = {
  environment: environmentId,
  preset: z.string(),
  /** Takes the place of the preset. */
  given: yaml.optional(),
  /** Which parts are added (true) or taken off (false), by path. */
  parts: z.record(z.string(), z.boolean()).optional(),
}

const byRun = z.strictObject({ runId })

export const trainingMethods = {
  'training.presets': { params: z.strictObject({ environment: environmentId }), result: z.array(preset) },
  'training.settings': {
    params: z.strictObject({
      ...beginning,
      /** Settings of kind 'choice': some decide which other settings there are. */
      chosen: z.record(z.string(), z.string()).optional(),
    }),
    result: z.object({ settings: z.array(setting), parts: z.array(part) }),
  },
  /** Checks a configuration as `understudy train FILE` would; what of it is sound can be gone on from. */
  'training.read': {
    params: z.strictObject({
      yaml,
      /** Where it is begun if it names none that is known. */
      environment: environmentId,
      /** False once the person has said no to what it would run. */
      mayAsk: z.boolean(),
    }),
    result: z.object({
      environment: environmentId,
      /** What it begins with, beside the presets; null when nothing of it is sound. */
      given: preset.nullable(),
      /** Of the run, as it says; null where it does not. */
      name: z.string().nullable(),
      /** The saved cluster that it names; null where it names none. */
      cluster: z.string().nullable(),
      problems: z.array(givenProblem),
    }),
  },
  /** The YAML that the command line takes too. With problems the YAML is still given, but cannot be started. */
  'training.compose': {
    params: z.strictObject({
      ...beginning,
      /** Name for people; the run id is made from it. */
      name: z.string().trim().max(BOUNDS.name),
      overrides: z.record(z.string(), settingValue),
      demonstrations: z.array(episodeId),
      seed: seed.optional(),
      maxSteps: z.int().positive().optional(),
      /** A control run: what it still learns of the demonstrations is survival bias. */
      control: z.enum(['shuffled', 'empty']).optional(),
    }),
    result: z.object({
      yaml: z.string(),
      runId,
      problems: z.array(problem),
      needsDemonstrations: z.boolean(),
      /** True of a sound configuration worth a second thought (mixed versions, too few demonstrations). */
      warnings: z.array(z.string()),
    }),
  },
  'runs.list': { params: z.strictObject({}), result: z.array(run) },
  'runs.start': {
    params: z.strictObject({
      yaml,
      runId: runId.optional(),
      name: z.string().trim().max(BOUNDS.name).optional(),
      demonstrations: z.array(episodeId),
      /** A saved one; this machine when absent. */
      cluster: clusterName.optional(),
    }),
    result: run,
  },
  /** Asks for a checkpoint and an orderly end; `run.state` tells when it is done. */
  'runs.stop': { params: byRun, result: run },
  /** From the newest checkpoint. `maxSteps` lets one that has finished go on, whatever rule ended it before. */
  'runs.resume': {
    params: z.strictObject({
      runId,
      maxSteps: z.int().positive().max(1e12).optional(),
      /** As in `runs.start`, wherever it was trained before. */
      cluster: clusterName.optional(),
    }),
    result: run,
  },
  /** Follows a run again that is trained on a cluster. */
  'runs.attach': { params: byRun, result: run },
  /** Gives up what a cluster has of a run that nobody follows: it can be resumed from what has come home. */
  'runs.abandon': { params: byRun, result: run },
  'runs.rename': { params: z.strictObject({ runId, name: personsName }), result: run },
  /** Removes the run; refused while it is active. For ten minutes, and while the studio is open, `runs.restore` takes it back. */
  'runs.delete': { params: byRun, result: z.object({ deleted: z.boolean() }) },
  'runs.restore': { params: byRun, result: run },
  /** What it was made with. */
  'runs.details': {
    params: byRun,
    result: z.object({
      /** Null when its configuration cannot be read any more. */
      seed: seed.nullable(),
      /** The file or folder that its configuration names in place of plays of the library. */
      demonstrationPath: z.string().nullable(),
      /** Those that are still in the library, in the order in which they were chosen. */
      demonstrations: z.array(demonstration),
      /** How many are not. */
      gone: z.int(),
    }),
  },
  'runs.metrics': {
    params: z.strictObject({
      runId,
      afterStep: z.int().optional(),
      names: z.array(z.string()).optional(),
    }),
    result: z.object({
      metrics: z.array(metric),
      series: z.record(z.string(), series),
      /** The newest progress of an active run, null otherwise. */
      progress: progress.nullable(),
      /** What an experienced person would read from all the curves, worst first. */
      health: z.array(healthNote),
    }),
  },
  /** The current policy plays one episode. `seed` null lets the host choose. */
  'runs.watch': { params: z.strictObject({ runId, seed: seed.nullable() }), result: recording },
}
